import type { SpaceLeaf, SpaceTask } from './grow-in-space.ts'
import { rareBlocks } from './rare-space.ts'
import { floorOver, leafValue, objective, type Split, type SplitRule } from './split.ts'
import { bySet } from './tree.ts'
import { featuresPerSearch, piecesOf, type TreeSpace } from './tree-space.ts'

/** Lowest and highest value that a leaf may have, in steps of g over steps of h. */
export interface LeafLimits {
  readonly low: number
  readonly high: number
}

/** Rows below which a histogram is summed by one thread, and pieces' granularity: a tile of the kernel. */
const leastRows = 2048
const tileRows = 1024
const recordBytes = 128

/** A value held between its limits. */
export const within = (value: number, { low, high }: LeafLimits): number => Math.min(Math.max(value, low), high)

/** Sums the leaf's rows into its slot and the threads' own histograms; returns the number of the call. */
export function addToHistogram(space: TreeSpace, leaf: SpaceLeaf, isPlain: boolean): number {
  const { pool, layout, size } = space
  // Counted beside the marks, so that a thread can tell its sums of this call from older ones.
  const call = pool.memory.i32[layout.marks / 4 + 1]! + 1
  pool.memory.i32[layout.marks / 4 + 1] = call
  const count = leaf.end - leaf.begin
  const { pieces, pieceRows } = piecesOf(count, { threads: pool.threads, least: leastRows, step: tileRows })
  const rows = [isPlain ? 0 : layout.order, leaf.begin, count, layout.pairs, layout.matrix, size.rows]
  const shape = [layout.blocks, layout.blocksPerGroup, pieces, pieceRows, layout.tiles]
  const blocks = isPlain ? rareBlocks(space) : 0
  const skipped = blocks > 0 ? layout.rareFlags : 0
  const histogram = histogramArguments(space, leaf.slot, call)
  // With one piece every group has one chunk, which writes to the slot itself: as if the caller had summed all of it.
  if (pieces === 1) pool.memory.i32[layout.marks / 4] = call
  pool.run('addRows', [...rows, ...shape, ...histogram, skipped], layout.groups * pieces)
  if (blocks > 0) addRare(space, leaf, { call, blocks })
  return call
}

/** Blocks with lists of their rare rows: all rows are summed by them, straight into the leaf's slot. */
function addRare(
  { pool, layout, size }: TreeSpace,
  { slot, g, h }: SpaceLeaf,
  { call, blocks }: { call: number; blocks: number },
): void {
  const histogram = layout.histograms + slot * layout.slotBytes
  const { i32, u8 } = pool.memory
  // Where other threads took every chunk, the slot still holds an older leaf.
  if (i32[layout.marks / 4] !== call) u8.fill(0, histogram, histogram + layout.slotBytes)
  i32[layout.marks / 4] = call
  const lists = [layout.rareBlocks + 4, layout.rareFacts, size.features]
  pool.run('addRare', [...lists, layout.pairs, size.rows, histogram, h, g, layout.rooms], blocks)
}

function histogramArguments({ layout }: TreeSpace, slot: number, call: number): number[] {
  const { histograms, slotBytes, threadHistograms, marks } = layout
  return [histograms + slot * slotBytes, slotBytes, threadHistograms, marks, call]
}

/** Finds the splits of the leaf that was just summed and, by subtraction from the slot that `larger` has, of its sibling. */
export function searchLeaves(
  task: SpaceTask,
  {
    call,
    smaller,
    larger,
    wantsSmaller,
  }: { call: number; smaller: SpaceLeaf; larger?: SpaceLeaf | undefined; wantsSmaller: boolean },
): void {
  const { space, rule, directions } = task
  const { pool, layout, size } = space
  pool.run(
    'searchSplits',
    [
      ...histogramArguments(space, smaller.slot, call),
      pool.threads,
      larger ? layout.histograms + larger.slot * layout.slotBytes : 0,
      size.features,
      layout.facts,
      featuresPerSearch,
      layout.records,
      layout.rooms,
      ...ruleArguments(rule),
      directions === null ? 0 : 1,
      ...nodeArguments(task, wantsSmaller ? smaller : null),
      ...nodeArguments(task, larger ?? null),
    ],
    layout.searchChunks,
  )
  if (wantsSmaller) smaller.split = bestRecord(task, smaller, 0)
  if (larger) larger.split = bestRecord(task, larger, 1)
}

const ruleArguments = (rule: SplitRule): number[] => {
  const { l1, l2, minH, minCategoryH, categorySmoothing, categoryL2 } = rule
  return [l1, l2, minH, minCategoryH, categorySmoothing, categoryL2]
}

function nodeArguments(task: SpaceTask, leaf: SpaceLeaf | null): number[] {
  if (leaf === null) return [0, 0, 0, 0, 0, 0]
  const { g, h, limits } = leaf
  return [1, g, h, floorOver(ownWorth(task, leaf), task.rule), limits.low, limits.high]
}

/** What the leaf is worth unsplit. */
function ownWorth({ rule, directions }: SpaceTask, { g, h, limits }: SpaceLeaf): number {
  return directions === null ? objective(g, h, rule) : worthWithin(g, h, { rule, limits })
}

/** Twice the fall of the objective by the best value within the limits. */
function worthWithin(g: number, h: number, { rule, limits }: { rule: SplitRule; limits: LeafLimits }): number {
  const value = Math.min(Math.max(leafValue(g, h, rule), limits.low), limits.high)
  return -(2 * (g * value + rule.l1 * Math.abs(value)) + (h + rule.l2) * value * value)
}

/** The best of the chunks' records; on a tie the first feature. */
function bestRecord(task: SpaceTask, leaf: SpaceLeaf, child: 0 | 1): Split | null {
  const { layout, pool } = task.space
  const { f64, u32 } = pool.memory
  let best = -1
  let most = -Infinity
  for (let chunk = 0; chunk < layout.searchChunks; chunk++) {
    const at = (layout.records + (2 * chunk + child) * recordBytes) / 8
    if (f64[at + 1]! < 0 || f64[at]! <= most) continue
    most = f64[at]!
    best = at
  }
  if (best < 0) return null
  const [both, feature, cut, flags, g, h, l2] = f64.subarray(best, best + 7) as unknown as number[]
  const own = ownWorth(task, leaf)
  const set = (flags! & bySet) === 0 ? null : u32.slice(2 * best + 16, 2 * best + 24)
  return { feature: feature!, gain: both! - own, both: both!, cut: cut!, flags: flags!, set, g: g!, h: h!, l2: l2! }
}
