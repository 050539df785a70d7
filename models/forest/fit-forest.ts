import { setImmediate as nextTurn } from 'node:timers/promises'
import { gather } from '../../core/dataset.ts'
import type { ModelDescription, Fit } from '../estimator.ts'
import { throwIfAborted } from '../guards.ts'
import { binRowsInSpace, fitBinsInSpace } from '../trees/bin-space.ts'
import { createEnsemble, type TreeEnsemble } from '../trees/ensemble.ts'
import { weightUnit } from '../trees/gradients.ts'
import { presentRows } from '../trees/present-rows.ts'
import type { Tree } from '../trees/tree.ts'
import { type DrawnGroups, drawnGroups } from './bootstrap.ts'
import { createForestSpace, type ForestSize, type ForestSpace } from './forest-space.ts'
import { outOfBagLoss } from './out-of-bag.ts'
import type { ForestParameters } from './parameters.ts'
import { readTree } from './read-tree.ts'

/** Cells (rows x features) below which other threads cost more than they bring. */
const cellsWorthThreads = 100_000
/** Rows x features by split, about a second of growing: between two batches nothing else is heard. */
const cellsPerBatch = 8_000_000
const outOfBagChunk = 4096

export interface ForestTask {
  /** `forest` or `extra_trees`: for progress and errors. */
  readonly name: string
  readonly parameters: ForestParameters
  /** Cuts at random instead of the best ones. */
  readonly isRandom: boolean
}

export interface FittedForest {
  readonly ensemble: TreeEnsemble
  readonly outOfBag: ModelDescription['outOfBag']
}

/** Grows a forest; each tree has a generator of its own, so that trees may be grown in any order. `valid` is not needed. */
export async function fitForest({ name, parameters, isRandom }: ForestTask, data: Fit): Promise<FittedForest> {
  const { train: x, signal, emit, resources } = data
  const where = `fit ${name}`
  const rows = presentRows(x)
  const groups = drawnGroups(parameters.rowSampling, gather(x.users, rows, new Uint32Array(rows.length)))
  const threads = rows.length * x.names.length < cellsWorthThreads ? 1 : resources.threads
  const size = sizeOf(parameters, { data, rows, groups, threads })
  const forest = createForestSpace(size, { threads, kernels: parameters.kernels, where, signal })
  try {
    const bins = fitBinsInSpace(forest.space, x, rows, parameters.maxBins)
    binRowsInSpace(forest.space, { x, rows, bins, isWatch: false, where, poll: () => throwIfAborted(signal, where) })
    const weights = placeRows(forest, { rows, groups, data })
    const unit = weightUnit(
      weights,
      Uint32Array.from({ length: rows.length }, (_, row) => row),
    )
    const trees: Tree[] = []
    const gains: number[][] = []
    while (trees.length < parameters.trees) {
      throwIfAborted(signal, where)
      const count = Math.min(size.batch, parameters.trees - trees.length)
      for (const { tree, gain } of growBatch(forest, {
        parameters,
        isRandom,
        unit,
        first: trees.length,
        count,
        data,
      })) {
        trees.push(tree)
        gains.push(gain)
        emit({ name: `fit/${name}`, done: trees.length, total: parameters.trees })
      }
      await nextTurn()
    }
    return { ensemble: createEnsemble(bins, 0, { trees, gains }), outOfBag: estimate(forest, weights) }
  } finally {
    forest.space.pool.close()
  }
}

function sizeOf(
  parameters: ForestParameters,
  { data: { train: x }, rows, groups, threads }: { data: Fit; rows: Uint32Array; groups: DrawnGroups; threads: number },
): ForestSize {
  const features = x.names.length
  const featuresPerSplit = Math.min(featuresFor(parameters, features), Math.max(features, 1))
  const weight = rows.reduce((sum, row) => sum + (x.weights?.[row] ?? 1), 0)
  // A leaf holds minRowsPerLeaf drawn rows, by weight up to rounding, and at least one.
  const byRows = Math.floor((1.02 * weight) / parameters.minRowsPerLeaf) + 2
  const byDepth = parameters.maxDepth > 0 && parameters.maxDepth < 31 ? 2 ** parameters.maxDepth : Infinity
  const cells = rows.length * featuresPerSplit
  return {
    rows: rows.length,
    features,
    groups: groups.count,
    featuresPerSplit,
    leaves: Math.min(byRows, byDepth, rows.length + 1),
    hasWeights: x.weights !== undefined,
    hasCategories: x.columns.some(({ kind }) => kind === 'category'),
    batch: threads === 1 ? 1 : Math.max(threads, Math.min(4 * threads, Math.floor(cellsPerBatch / Math.max(cells, 1)))),
  }
}

function featuresFor({ featureSampling }: ForestParameters, features: number): number {
  const wanted = featureSampling === 'sqrt' ? Math.sqrt(features) : featureSampling * features
  return Math.max(1, Math.floor(wanted))
}

/** Labels, weights and groups of the rows that take part. */
function placeRows(
  { space: { pool, layout }, at }: ForestSpace,
  { rows, groups, data: { train: x, y } }: { rows: Uint32Array; groups: DrawnGroups; data: Fit },
): Float32Array | undefined {
  const { u8, u32, f32 } = pool.memory
  gather(y, rows, u8.subarray(layout.labels, layout.labels + rows.length))
  u32.set(groups.group, at.groups / 4)
  if (x.weights === undefined) return undefined
  return gather(x.weights, rows, f32.subarray(layout.weights / 4, layout.weights / 4 + rows.length))
}

interface Batch {
  readonly parameters: ForestParameters
  readonly isRandom: boolean
  readonly unit: number
  readonly first: number
  readonly count: number
  readonly data: Fit
}

function growBatch(
  { space: { pool, layout }, size, at }: ForestSpace,
  { parameters, isRandom, unit, first, count, data }: Batch,
): { tree: Tree; gain: number[] }[] {
  for (let t = 0; t < count; t++) {
    const random = data.random.child(`tree/${first + t}`)
    for (let word = 0; word < 4; word++) pool.memory.u32[at.states / 4 + 4 * t + word] = random.uint32()
  }
  const maxDepth = parameters.maxDepth === 0 ? 2 ** 31 - 1 : parameters.maxDepth
  const rows = [size.rows, size.features, layout.labels, layout.weights, unit, at.groups, size.groups, 0]
  const cells = [layout.matrix, layout.blocksPerGroup, layout.columns, layout.columnBytes, layout.facts, at.states]
  const rule = [size.featuresPerSplit, maxDepth, parameters.minRowsPerLeaf, isRandom ? 1 : 0]
  const room = [at.draws, at.drawBytes, at.rooms, at.roomBytes, at.trees, at.bytesPerTree]
  const args = [rows, cells, rule, room, size.leaves, at.histogramBytes, count, at.sums, at.counts].flat()
  pool.run('growForestTree', args, count)
  if (size.groups > 0) pool.run('addOutOfBag', args, Math.ceil(size.rows / outOfBagChunk))
  return Array.from({ length: count }, (_, t) => readTree(pool.memory, at.trees + t * at.bytesPerTree, size.leaves))
}

function estimate(
  { space: { pool, layout }, size, at }: ForestSpace,
  weights: Float32Array | undefined,
): ModelDescription['outOfBag'] {
  if (size.groups === 0) return undefined
  const { u8, u32, f64 } = pool.memory
  return outOfBagLoss({
    sums: f64.subarray(at.sums / 8, at.sums / 8 + size.rows),
    counts: u32.subarray(at.counts / 4, at.counts / 4 + size.rows),
    y: u8.subarray(layout.labels, layout.labels + size.rows),
    weights,
  })
}
