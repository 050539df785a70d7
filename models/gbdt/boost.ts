import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Labels } from '../../core/dataset.ts'
import { logit } from '../../core/numeric/logit.ts'
import type { Random } from '../../core/random.ts'
import type { Emit } from '../../core/stage.ts'
import { throwIfAborted } from '../guards.ts'
import type { BinnedMatrix } from '../trees/binned-matrix.ts'
import type { FeatureBins } from '../trees/bins.ts'
import { weightUnit } from '../trees/gradients.ts'
import { type GrownTree, growTree, poolFor } from '../trees/grow.ts'
import { sampleFeatures } from '../trees/sample-features.ts'
import { leafOf, type Tree } from '../trees/tree.ts'
import { type LossSums, logisticGradients, meanLogLoss } from './logistic-loss.ts'
import type { GbdtParameters } from './parameters.ts'
import { type RowSample, sampleRows } from './row-sample.ts'
import { ruleFor } from './rule.ts'

/** Rows with labels over binned features; only the rows in `rows` take part. */
export interface Part {
  readonly matrix: BinnedMatrix
  readonly y: Labels
  readonly weights: Float32Array | undefined
  readonly rows: Uint32Array
}

export interface BoostTask {
  readonly bins: readonly FeatureBins[]
  readonly learn: Part
  /** Rows that decide when to stop; null = never. */
  readonly watch: Part | null
  readonly parameters: GbdtParameters
  readonly random: Random
  readonly memoryBytes: number
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface Boosted {
  /** Log-odds of the base rate. */
  readonly base: number
  readonly trees: readonly Tree[]
  readonly gains: readonly (readonly number[])[]
  /** Mean log-loss after each tree that was grown, also of those that early stopping dropped. `valid` is NaN without watch. */
  readonly curve: readonly { readonly train: number; readonly valid: number }[]
}

/**
 * Gradient boosting with second-order leaf values (Friedman 2001; Chen and Guestrin 2016): each tree fits the gradient of
 * the log-loss at the scores so far. Stops when a tree finds nothing to split (and nothing is sampled), or when the
 * watched log-loss has not fallen for `earlyStopping` trees; then the trees up to its lowest value are kept, at least one.
 */
export async function boost(task: BoostTask): Promise<Boosted> {
  const { learn, watch, parameters, signal, emit } = task
  const base = baseScore(learn)
  const scores = new Float64Array(learn.matrix.rowCount).fill(base)
  const watched = watch && { ...watch, scores: new Float64Array(watch.matrix.rowCount).fill(base) }
  const grower = createGrower(task, scores)
  const trees: Tree[] = []
  const gains: (readonly number[])[] = []
  const curve: { train: number; valid: number }[] = []
  let best = { valid: Infinity, trees: 0 }
  for (let iteration = 0; iteration < parameters.trees; iteration++) {
    throwIfAborted(signal, 'fit gbdt')
    const { grown, sample, sums } = grower()
    if (iteration > 0) curve[iteration - 1]!.train = sums.logLoss
    const { tree, gain } = grown
    if (tree.feature.length === 0 && sample.rest.length === 0 && parameters.featureSampling === 1 && iteration > 0)
      break
    addToScores(scores, grown, sample, learn.matrix)
    trees.push(tree)
    gains.push(gain)
    if (watched) for (const row of watched.rows) watched.scores[row]! += tree.values[leafOf(tree, watched.matrix, row)]!
    const valid = watched ? meanLogLoss(watched, watched.rows) : Number.NaN
    curve.push({ train: Number.NaN, valid })
    if (valid < best.valid) best = { valid, trees: trees.length }
    emit({ name: 'fit/gbdt', done: iteration + 1, total: parameters.trees })
    if (watched && trees.length - best.trees >= parameters.earlyStopping) break
    await nextTurn()
  }
  const last = curve.at(-1)
  if (last && Number.isNaN(last.train)) last.train = meanLogLoss({ ...learn, scores }, learn.rows)
  const kept = watched ? Math.max(best.trees, 1) : trees.length
  return { base, trees: trees.slice(0, kept), gains: gains.slice(0, kept), curve }
}

/** log(rate / (1 - rate)) of the weighted base rate. */
function baseScore({ rows, y, weights }: Part): number {
  let churned = 0
  let weight = 0
  for (const row of rows) {
    const w = weights?.[row] ?? 1
    weight += w
    churned += w * y[row]!
  }
  return logit(churned / weight)
}

/** Grows the next tree on the scores as they are; its values are already multiplied by the learning rate. */
function createGrower(
  { bins, learn, parameters, random, memoryBytes }: BoostTask,
  scores: Float64Array,
): () => { grown: GrownTree; sample: RowSample; sums: LossSums } {
  const { matrix, y, weights, rows } = learn
  const pool = poolFor(matrix, memoryBytes / 4)
  const pairs = new Int32Array(2 * matrix.rowCount)
  const unit = weightUnit(weights, rows)
  const rowRandom = random.child('rows')
  const featureRandom = random.child('features')
  const featureCount = Math.ceil(parameters.featureSampling * bins.length)
  const maxDepth = parameters.maxDepth === 0 ? Infinity : parameters.maxDepth
  return () => {
    const sample = sampleRows(rows, parameters.rowSampling, rowRandom.uint32())
    const features = sampleFeatures(bins.length, featureCount, featureRandom)
    const { gradients, sums } = logisticGradients({ scores, y, weights, unit }, sample.drawn, pairs)
    const rule = ruleFor(parameters, gradients, sums)
    const { maxLeaves } = parameters
    const grown = growTree({ matrix, bins, gradients, features, rule, maxLeaves, maxDepth, pool }, sample.drawn)
    const { values } = grown.tree
    for (let leaf = 0; leaf < values.length; leaf++) values[leaf]! *= parameters.learningRate
    return { grown, sample, sums }
  }
}

/** Rows that the tree was grown on lie by leaf in `drawn`; the rest walk down the tree. */
function addToScores(scores: Float64Array, grown: GrownTree, sample: RowSample, matrix: BinnedMatrix): void {
  const { tree, begin, end } = grown
  for (let leaf = 0; leaf < tree.values.length; leaf++) {
    const value = tree.values[leaf]!
    for (let i = begin[leaf]!; i < end[leaf]!; i++) scores[sample.drawn[i]!]! += value
  }
  for (const row of sample.rest) scores[row]! += tree.values[leafOf(tree, matrix, row)]!
}
