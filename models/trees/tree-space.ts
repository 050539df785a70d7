import type { KernelChoice, KernelPool } from '../kernels/kernel-pool.ts'
import { createKernelPool } from '../kernels/kernel-pool.ts'
import { MemoryPlan } from '../kernels/memory-plan.ts'
import { trainingKernels } from '../kernels/training.ts'

/** What a fit needs room for. */
export interface TreeSize {
  /** Rows to learn from, and rows that are only watched. */
  readonly rows: number
  readonly watchRows: number
  readonly features: number
  readonly maxLeaves: number
  /** Histograms that may be kept at a time; at least 3, no more than `maxLeaves` + 1 are used. */
  readonly histograms: number
  readonly hasWeights: boolean
  readonly hasWatchWeights: boolean
  /** Are rows drawn by their slopes? */
  readonly countsSlopes: boolean
  /** Are rows listed whose features are not what they nearly always are? Without it, no. */
  readonly listsRare?: boolean
}

export const blockFeatures = 8
/** Bytes of one feature's histogram: 256 bins of (h, g), int32 each. */
export const featureBytes = 2048
/** Most blocks whose rows lie together: 64 features, one cache line. */
const mostBlocks = 8
/** Least bytes of room to stage values in, and features whose bounds are fitted at a time (a multiple of most numbers of threads). */
const leastRoom = 2 ** 20
const fittedAtOnce = 4
/** Most bytes of values that are binned at a time: they stay in the nearer caches. */
const mostStaged = 4 * 2 ** 20
/** Rows that quantiles are taken from: enough for 254 bins, quick to sort. */
export const sampleRowsForBins = 200_000
/** Words of counting that the sort of one feature's values needs. */
const countingWords = 3 * 2048
/** Bins of a bucket count of slopes; see assembly/training/draw-rows.ts. */
export const slopeBuckets = 32_768
export const rowsPerSlopeChunk = 8192
export const mostPieces = 1024
/** Features that a thread searches at a time: few, so that no thread waits long for the last. */
export const featuresPerSearch = 4

/** Where everything lies in kernel memory, and in which shape. Addresses are bytes. */
export type TreeLayout = ReturnType<typeof layOut> & ReturnType<typeof placeRare>

export interface TreeSpace {
  readonly pool: KernelPool
  readonly size: TreeSize
  readonly layout: TreeLayout
}

export interface TreeSpaceOptions {
  readonly threads: number
  readonly kernels: KernelChoice
  readonly where: string
  /** Ends the kernels early. */
  readonly signal?: { readonly aborted: boolean } | undefined
  /** Asks for more memory than the layout has. */
  readonly reserve?: (plan: MemoryPlan) => void
}

/** Memory and threads for one fit; close `pool` when it is done. An EbbError of kind `data` beyond the limit of memory. */
export function createTreeSpace(size: TreeSize, options: TreeSpaceOptions): TreeSpace {
  const { threads, kernels, where, signal, reserve } = options
  const shape = `${inThousands(size.rows + size.watchRows)} rows x ${size.features} features`
  const plan = new MemoryPlan({ where, what: shape })
  const layout = layOut(plan, size, threads)
  reserve?.(plan)
  const rare = placeRare(plan, size)
  const pool = createKernelPool(trainingKernels, { pages: plan.pages, threads, kernels, stop: { signal, where } })
  return { pool, size, layout: { ...layout, ...rare } }
}

/** 1,000,000; the runtime's own way first loads its tables of languages, which takes 20 ms. */
const inThousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

function layOut(plan: MemoryPlan, size: TreeSize, threads: number) {
  const shape = shapeOf(size)
  return { ...shape, ...placeRows(plan, size, shape), ...placeWorkspace(plan, { size, shape, threads }) }
}

type Shape = ReturnType<typeof shapeOf>

/** Counts and lengths. */
function shapeOf({ rows, watchRows, features, maxLeaves, histograms }: TreeSize) {
  const blocks = Math.max(1, Math.ceil(features / blockFeatures))
  const blocksPerGroup = Math.ceil(blocks / Math.ceil(blocks / mostBlocks))
  const padded = blocks * blockFeatures
  const sampled = Math.min(rows, sampleRowsForBins)
  const bytesPerSample = 4 * (2 * sampled + countingWords)
  const room = Math.max(leastRoom, Math.min(fittedAtOnce, features) * bytesPerSample, 16 * rows + 256)
  const stageRows = Math.max(64, Math.min(65_536, Math.floor(Math.min(room, mostStaged) / (4 * padded) / 64) * 64))
  const fitted = Math.min(features, Math.floor(room / bytesPerSample))
  return {
    blocks,
    blocksPerGroup,
    groups: Math.ceil(blocks / blocksPerGroup),
    padded,
    stageRows,
    columnBytes: 64 * Math.ceil(Math.max(rows, Math.min(stageRows, watchRows)) / 64),
    sampled,
    /** Features whose bounds are fitted at a time. */
    batch: fitted > fittedAtOnce ? fitted - (fitted % fittedAtOnce) : Math.max(1, fitted),
    bytesPerSample,
    slotBytes: padded * featureBytes,
    slots: Math.max(3, Math.min(histograms, maxLeaves + 1)),
    sumChunks: Math.ceil(Math.max(rows, watchRows, 1) / rowsPerSlopeChunk),
    searchChunks: Math.ceil(padded / featuresPerSearch),
  }
}

/** Whatever has one entry per row. Staged values are done with when training begins: they share their place with pairs and orders. */
function placeRows(plan: MemoryPlan, { rows, watchRows, hasWeights, hasWatchWeights }: TreeSize, shape: Shape) {
  const { padded, stageRows, batch, bytesPerSample, columnBytes } = shape
  const staged = Math.max(4 * padded * stageRows, batch * bytesPerSample)
  const stage = plan.reserve(Math.max(staged, 16 * rows + 256))
  const order = 64 * Math.ceil((stage + 8 * rows + 64) / 64)
  return {
    stage,
    pairs: stage,
    order,
    spare: 64 * Math.ceil((order + 4 * rows) / 64),
    columns: plan.reserve(padded * columnBytes),
    matrix: plan.reserve(padded * rows),
    scores: plan.reserve(4 * rows + 16),
    labels: plan.reserve(rows + 16),
    weights: hasWeights ? plan.reserve(4 * rows + 16) : 0,
    watchMatrix: plan.reserve(padded * watchRows),
    watchScores: plan.reserve(4 * watchRows + 16),
    watchLabels: plan.reserve(watchRows + 16),
    watchWeights: hasWatchWeights ? plan.reserve(4 * watchRows + 16) : 0,
  }
}

/** Bounds, histograms, what threads and calls need. */
function placeWorkspace(plan: MemoryPlan, { size, shape, threads }: { size: TreeSize; shape: Shape; threads: number }) {
  const { blocks, padded, slots, slotBytes, searchChunks, sumChunks } = shape
  return {
    bounds: plan.reserve(1024 * padded),
    boundCounts: plan.reserve(4 * padded),
    steps: plan.reserve(padded),
    facts: plan.reserve(8 * padded),
    histograms: plan.reserve(slots * slotBytes),
    threadHistograms: plan.reserve((threads - 1) * slotBytes),
    marks: plan.reserve(64 * threads),
    tiles: plan.reserve(73_728 * threads),
    rooms: plan.reserve(4096 * threads),
    slopeCounts: plan.reserve(size.countsSlopes ? 4 * slopeBuckets * threads : 0),
    rareFacts: plan.reserve(16 * padded),
    rareFlags: plan.reserve(blocks),
    rareBlocks: plan.reserve(4 * (blocks + 1)),
    records: plan.reserve(256 * searchChunks),
    sums: plan.reserve(32 * Math.max(sumChunks, mostPieces)),
    pieceCounts: plan.reserve(4 * mostPieces),
    pieceLefts: plan.reserve(4 * mostPieces),
    pieceRights: plan.reserve(4 * mostPieces),
    table: plan.reserve(256),
    leaves: plan.reserve(16 * size.maxLeaves),
    nodes: plan.reserve(32 * size.maxLeaves),
    sets: plan.reserve(32 * size.maxLeaves),
    values: plan.reserve(4 * size.maxLeaves),
    /** See `room` of assembly/training/tree-task.ts. */
    growth: plan.reserve(1088 + 512 * size.maxLeaves + 4 * (slots + 1)),
  }
}

/** Lists for features of which up to one row in eight is listed; memory that nobody writes to costs nothing. */
function placeRare(plan: MemoryPlan, { rows, features, listsRare }: TreeSize) {
  const wanted = features * (Math.floor(rows / 8) + 1)
  const rareEntries = listsRare === true && 4 * wanted <= plan.left - 64 ? wanted : 0
  return { rareLists: plan.reserve(4 * rareEntries), rareEntries }
}

/** How `count` rows are divided among the threads: not at all below `least` per piece, else about four pieces each. */
export function piecesOf(
  count: number,
  { threads, least, step }: { threads: number; least: number; step: number },
): { pieces: number; pieceRows: number } {
  if (threads === 1 || count < 2 * least) return { pieces: 1, pieceRows: Math.max(count, 1) }
  const wanted = Math.max(least, Math.ceil(count / Math.min(4 * threads, mostPieces)))
  const pieceRows = Math.ceil(wanted / step) * step
  return { pieces: Math.ceil(count / pieceRows), pieceRows }
}
