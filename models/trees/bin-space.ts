import { type Dataset, gather } from '../../core/dataset.ts'
import { columnNamed } from '../guards.ts'
import { binOfCode } from './binned-matrix.ts'
import { categoryBins, type FeatureBins, inOrderOfName } from './bins.ts'
import type { TreeSpace } from './tree-space.ts'

/** Steps of the search that mean: what is staged are bins already. */
const binsAlready = 9
const rowsPerPiece = 2048

/** `fitBins` on kernels: the same bins, fitted to the rows `rows` of `x`. */
export function fitBinsInSpace(space: TreeSpace, x: Dataset, rows: Uint32Array, maxBins: number): FeatureBins[] {
  const order = inOrderOfName(x)
  const numbers = order.filter(({ at }) => x.columns[at]!.kind === 'number')
  const bounds = new Map<number, { bounds: Float32Array; binCount: number }>()
  const sample = everyKth(rows, space.layout.sampled)
  for (let begin = 0; begin < numbers.length; begin += space.layout.batch) {
    const batch = numbers.slice(begin, begin + space.layout.batch).map(({ at }) => at)
    fitBatch(space, x, { batch, sample, maxBins }).forEach((fitted, k) => bounds.set(batch[k]!, fitted))
  }
  return order.map(({ name, at }) => {
    const column = x.columns[at]!
    if (column.kind === 'category') return categoryBins(name, column, { rows, maxBins })
    return { name, kind: 'number', ...bounds.get(at)! }
  })
}

/** Every k-th of `rows`, `count` in all. */
function everyKth(rows: Uint32Array, count: number): Uint32Array {
  const step = rows.length / count
  if (step === 1) return rows
  const sample = new Uint32Array(count)
  for (let i = 0; i < count; i++) sample[i] = rows[Math.floor(i * step)]!
  return sample
}

function fitBatch(
  { pool, layout }: TreeSpace,
  x: Dataset,
  { batch, sample, maxBins }: { batch: readonly number[]; sample: Uint32Array; maxBins: number },
): { bounds: Float32Array; binCount: number }[] {
  const { f32, i32 } = pool.memory
  const room = layout.stage + 4 * batch.length * sample.length
  for (const [k, at] of batch.entries()) {
    const column = x.columns[at]!
    const begin = layout.stage / 4 + k * sample.length
    if (column.kind === 'number') stageRows(column.values, sample, f32.subarray(begin, begin + sample.length))
  }
  pool.run('fitBounds', [layout.stage, sample.length, room, maxBins, layout.bounds, layout.boundCounts], batch.length)
  return batch.map((_, k) => {
    const count = i32[layout.boundCounts / 4 + k]!
    const begin = layout.bounds / 4 + 256 * k
    return { bounds: f32.slice(begin, begin + Math.max(count, 0)), binCount: count + 1 }
  })
}

/** Copies at once where the rows follow one another. */
function stageRows(values: Float32Array, rows: Uint32Array, target: Float32Array): void {
  const first = rows[0] ?? 0
  if (rows.length === 0) return
  if (rows.at(-1)! - first === rows.length - 1) target.set(values.subarray(first, first + rows.length))
  else gather(values, rows, target)
}

/** Which rows of which table go into the space, and where. */
export interface BinTask {
  readonly x: Dataset
  readonly rows: Uint32Array
  readonly bins: readonly FeatureBins[]
  /** Into the rows that are watched: they have no columns, only the matrix. Done before the rows to learn from. */
  readonly isWatch: boolean
  readonly where: string
  readonly poll: () => void
}

/** Bins `rows` of `x`, some ten thousand at a time: the float columns never lie in kernel memory as a whole. */
export function binRowsInSpace(space: TreeSpace, task: BinTask): void {
  const { pool, layout, size } = space
  const { rows, bins, isWatch } = task
  const stagers = bins.map((feature) => stagerOf(task, feature))
  writeBounds(space, bins)
  for (let begin = 0; begin < rows.length; begin += layout.stageRows) {
    task.poll()
    const here = rows.subarray(begin, begin + layout.stageRows)
    stagers.forEach((stage, f) => {
      const at = layout.stage / 4 + f * layout.stageRows
      stage(here, pool.memory.f32.subarray(at, at + here.length))
    })
    const pieces = Math.ceil(here.length / rowsPerPiece)
    const staged = [layout.stage, layout.stageRows, here.length, begin, layout.bounds, layout.steps]
    const columns = [layout.columns, layout.columnBytes, isWatch ? 0 : begin]
    const matrix = isWatch ? [layout.watchMatrix, size.watchRows] : [layout.matrix, size.rows]
    const shape = [size.features, layout.blocksPerGroup, pieces]
    pool.run('binRows', [...staged, ...columns, ...matrix, ...shape], layout.blocks * pieces)
  }
}

function stagerOf({ x, where }: BinTask, bins: FeatureBins): (rows: Uint32Array, target: Float32Array) => void {
  if (bins.kind === 'number') {
    const { values } = columnNamed(x, bins.name, { kind: 'number', where })
    return (rows, target) => stageRows(values, rows, target)
  }
  const column = columnNamed(x, bins.name, { kind: 'category', where })
  const table = binOfCode(column, bins.levels)
  return (rows, target) => {
    for (let i = 0; i < rows.length; i++) target[i] = table[column.codes[rows[i]!]!]!
  }
}

/** Bounds, steps of the search and facts of every feature; features that only fill up a block have no bins. */
function writeBounds({ pool, layout }: TreeSpace, bins: readonly FeatureBins[]): void {
  const { f32, u8, u16 } = pool.memory
  for (const [f, feature] of bins.entries()) {
    const at = layout.bounds / 4 + 256 * f
    f32.fill(Infinity, at, at + 256)
    if (feature.kind === 'number') f32.set(feature.bounds, at)
    const count = feature.kind === 'number' ? feature.bounds.length : 0
    u8[layout.steps + f] = feature.kind === 'category' ? binsAlready : count < 16 ? 4 : 8
    u16[(layout.facts + 8 * f) / 2] = feature.binCount
    u8[layout.facts + 8 * f + 2] = feature.kind === 'category' ? 1 : 0
    u8[layout.facts + 8 * f + 3] = 1
    u8[layout.facts + 8 * f + 4] = 0
  }
}
