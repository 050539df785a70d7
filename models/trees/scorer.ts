import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dataset } from '../../core/dataset.ts'
import type { PredictOptions } from '../estimator.ts'
import { throwIfAborted } from '../guards.ts'
import { createKernelPool, type KernelPool } from '../kernels/kernel-pool.ts'
import { MemoryPlan } from '../kernels/memory-plan.ts'
import { scoringKernels } from '../kernels/scoring.ts'
import { type ByteEnsemble, byteEnsemble } from './byte-ensemble.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { type ScoreImage, scoreImage } from './score-image.ts'
import { findColumns, stageColumns } from './staged-columns.ts'
import { tileShape } from './tile-shape.ts'

export type ScorerOptions = PredictOptions & { readonly where: string }

/** Predicts with an ensemble; what it prepares is kept for the next call. */
export interface Scorer {
  /** Base + the values of the row's leaves, added tree by tree: the same bits for any threads, kernels and company. */
  scores(x: Dataset, options: ScorerOptions): Promise<Float64Array>
  /** Number of the leaf by row and tree, row-major rowCount x trees. */
  leaves(x: Dataset, options: ScorerOptions): Promise<Uint32Array>
}

/** Tiles between two looks at the event loop, at most, and rows x trees: some 100 ms where trees are large. */
const tilesPerTurn = 16
const stepsPerTurn = 2e6
/** Rows x trees below which more threads are not worth their start: some 50 ms. */
const fewestStepsForThreads = 5e6

export function createScorer(ensemble: TreeEnsemble, fewestSteps = fewestStepsForThreads): Scorer {
  const trees = ensemble.trees.length
  let overBytes: ByteEnsemble | null = null
  const images = new Map<boolean, ScoreImage>()
  const prepare = (): ByteEnsemble => (overBytes ??= byteEnsemble(ensemble))
  const imageFor = (hasPlanes: boolean): ScoreImage => {
    const bytes = prepare()
    const image =
      images.get(hasPlanes) ?? scoreImage(bytes, { stride: tileShape(bytes.columns.length).stride, hasPlanes })
    images.set(hasPlanes, image)
    return image
  }
  const run = async (x: Dataset, options: ScorerOptions, output: Output): Promise<void> => {
    const session = openSession(ensemble, { overBytes: prepare(), imageFor, x, options, output, fewestSteps })
    try {
      for (let begin = 0; begin < x.rowCount; begin += session.rows) {
        throwIfAborted(options.signal, options.where)
        session.run(begin, Math.min(session.rows, x.rowCount - begin))
        await nextTurn()
      }
      throwIfAborted(options.signal, options.where)
    } finally {
      session.pool.close()
    }
  }
  return {
    async scores(x, options) {
      const scores = new Float64Array(x.rowCount)
      const take: Output['take'] = ({ f64 }, address, { begin, rows }) =>
        scores.set(f64.subarray(address / 8, address / 8 + rows), begin)
      await run(x, options, { kernel: 'scoreRows', bytesPerRow: 8, take })
      return scores
    },
    async leaves(x, options) {
      const leaves = new Uint32Array(x.rowCount * trees)
      const take: Output['take'] = ({ u32 }, address, { begin, rows }) =>
        leaves.set(u32.subarray(address / 4, address / 4 + rows * trees), begin * trees)
      await run(x, options, { kernel: 'findLeaves', bytesPerRow: 4 * trees, take })
      const numbers = imageFor(false).leafNumbers
      for (let i = 0; i < leaves.length; i++) leaves[i] = numbers[i % trees]![leaves[i]!]!
      return leaves
    },
  }
}

/** What a kernel gives by row, and who takes it. */
interface Output {
  readonly kernel: 'scoreRows' | 'findLeaves'
  readonly bytesPerRow: number
  readonly take: (
    memory: KernelPool['memory'],
    address: number,
    part: { readonly begin: number; readonly rows: number },
  ) => void
}

interface Session {
  readonly pool: KernelPool
  /** Rows that go through together. */
  readonly rows: number
  run(begin: number, rows: number): void
}

interface SessionTask {
  readonly overBytes: ByteEnsemble
  readonly imageFor: (hasPlanes: boolean) => ScoreImage
  readonly x: Dataset
  readonly options: ScorerOptions
  readonly output: Output
  readonly fewestSteps: number
}

function openSession(
  { features, trees, base }: TreeEnsemble,
  { overBytes, imageFor, x, options, output, fewestSteps }: SessionTask,
): Session {
  const { where, kernels = 'auto', signal } = options
  const threads = x.rowCount * trees.length < fewestSteps ? 1 : (options.threads ?? 1)
  const { tileRows, stride } = tileShape(overBytes.columns.length)
  const tiles = Math.min(tilesPerTurn, Math.max(threads, Math.floor(stepsPerTurn / (tileRows * (trees.length + 1)))))
  const rows = Math.max(1, Math.min(x.rowCount, tiles * tileRows))
  const plan = new MemoryPlan({ where, what: `${rows} rows x ${trees.length} trees` })
  const sources = findColumns(overBytes, features, { x, where })
  const columns = stageColumns(plan, overBytes, { features, rows })
  const bytesRoom = stride * columns.count + 64
  const bytes = plan.reserve(threads * bytesRoom)
  const leavesRoom = 4 * tileRows
  const leaves = plan.reserve(threads * leavesRoom)
  const target = plan.reserve(rows * output.bytesPerRow)
  const image = imageFor(kernels !== 'ts')
  const imageAddress = plan.reserve(image.words.byteLength)
  const pool = createKernelPool(scoringKernels, { pages: plan.pages, threads, kernels, stop: { signal, where } })
  const stage = columns.bind(pool.memory, sources)
  pool.memory.u32.set(image.words, imageAddress / 4)
  const run = (begin: number, rowCount: number): void => {
    stage(begin, rowCount)
    const tile = [columns.address, columns.count, rowCount, tileRows, bytes, bytesRoom, stride]
    const args = [...tile, imageAddress, trees.length, leaves, leavesRoom, target, base]
    pool.run(output.kernel, args, Math.ceil(rowCount / tileRows))
    output.take(pool.memory, target, { begin, rows: rowCount })
  }
  return { pool, rows, run }
}
