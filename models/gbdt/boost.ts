import { setImmediate as nextTurn } from 'node:timers/promises'
import { logit } from '../../core/numeric/logit.ts'
import type { Random } from '../../core/random.ts'
import type { Emit } from '../../core/stage.ts'
import { throwIfAborted } from '../guards.ts'
import type { FeatureBins } from '../trees/bins.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { growInSpace } from '../trees/grow-in-space.ts'
import type { GrownTree } from '../trees/grow.ts'
import { sampleFeatures } from '../trees/sample-features.ts'
import type { Tree } from '../trees/tree.ts'
import type { TreeSpace } from '../trees/tree-space.ts'
import { addLeafValues, addTree } from './add-tree.ts'
import { type Part, type PartInSpace, placeParts } from './boost-space.ts'
import { excessOf } from './correct-base.ts'
import type { GbdtParameters } from './parameters.ts'
import { ruleFor } from './rule.ts'
import { type DrawnSlopes, drawSlopes, meanLossOf } from './slopes.ts'

export interface BoostTask {
  readonly space: TreeSpace
  readonly bins: readonly FeatureBins[]
  readonly learn: Part
  /** Rows that decide when to stop; null = never. */
  readonly watch: Part | null
  /** Trees to go on from; its bins are `bins`. */
  readonly start: TreeEnsemble | null
  readonly parameters: GbdtParameters
  /** Weight of churned rows, as a number; 1 = like all others. */
  readonly churnWeight: number
  /** By feature: 1, -1 or 0; null = no limits. */
  readonly directions: Int8Array | null
  readonly random: Random
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface Boosted {
  /** Log-odds of the base rate. */
  readonly base: number
  /** The start's trees included. */
  readonly trees: readonly Tree[]
  /** Gain by node of the trees that were added. */
  readonly gains: readonly (readonly number[])[]
  /** Mean log-loss after each tree that was grown, also of those that early stopping dropped. `valid` is NaN without watch. */
  readonly curve: readonly { readonly train: number; readonly valid: number }[]
}

/** The boosting at hand: what `placeParts` placed, and what has been grown. */
interface Boosting {
  readonly learning: PartInSpace
  readonly watching: PartInSpace | null
  readonly trees: Tree[]
  readonly gains: (readonly number[])[]
  readonly curve: { train: number; valid: number }[]
}

/**
 * Gradient boosting with second-order leaf values (Friedman 2001; Chen and Guestrin 2016): each tree fits the gradient of
 * the log-loss at the scores so far. Stops when a tree finds nothing to split (and nothing is sampled), or when the
 * watched log-loss has not fallen for `earlyStopping` trees; then the trees up to its lowest value are kept, at least one.
 * While training churned rows weigh `churnWeight` times as much, so all scores stand about log(churnWeight) too high: the
 * watched rows' scores begin as much lower, and at the end the base is lowered so that probabilities average to the rate.
 */
export async function boost(task: BoostTask): Promise<Boosted> {
  const { parameters, signal, emit } = task
  const base = task.start?.base ?? baseScore(task.learn)
  const boosting = begin(task, base)
  const { watching, trees, gains, curve } = boosting
  const given = trees.length
  let best = { valid: watching && given > 0 ? meanLossOf(task.space, watching) : Infinity, trees: given }
  for (let iteration = given; iteration < parameters.trees; iteration++) {
    throwIfAborted(signal, 'fit gbdt')
    const grown = addOne(task, boosting, iteration)
    if (grown === null) break
    trees.push(grown.tree)
    gains.push(grown.gain)
    const valid = watching ? meanLossOf(task.space, watching) : Number.NaN
    curve.push({ train: Number.NaN, valid })
    if (valid < best.valid) best = { valid, trees: trees.length }
    emit({ name: 'fit/gbdt', done: iteration + 1, total: parameters.trees })
    if (watching && trees.length - best.trees >= parameters.earlyStopping) break
    await nextTurn()
  }
  const last = curve.at(-1)
  if (last && Number.isNaN(last.train)) last.train = meanLossOf(task.space, boosting.learning)
  const kept = watching ? Math.max(best.trees, 1) : trees.length
  const lowered = task.churnWeight === 1 ? base : correctBase(task, boosting, { base, kept })
  return { base: lowered, trees: trees.slice(0, kept), gains: gains.slice(0, Math.max(kept - given, 0)), curve }
}

/** The base without what the weight of churned rows added to the scores of the trees that are kept. */
function correctBase(
  { space, learn, churnWeight }: BoostTask,
  { learning, trees }: Boosting,
  { base, kept }: { base: number; kept: number },
): number {
  const raised = base + Math.log(churnWeight)
  if (kept < trees.length) {
    space.pool.memory.f32.fill(raised, learning.scores / 4, learning.scores / 4 + learning.rows)
    for (const tree of trees.slice(0, kept)) addTree(space, tree, { part: learning })
  }
  return raised - excessOf(space, learn, learning, Math.log(churnWeight))
}

/** Bins the rows and brings the scores to where the start left them: the same sums in the same order. */
function begin({ space, bins, learn, watch, start, churnWeight, signal }: BoostTask, base: number): Boosting {
  const poll = (): void => throwIfAborted(signal, 'fit gbdt')
  const { learning, watching } = placeParts(space, { bins, learn, watch, churnWeight, poll })
  const { f32 } = space.pool.memory
  f32.fill(base + Math.log(churnWeight), learning.scores / 4, learning.scores / 4 + learning.rows)
  if (watching) f32.fill(base, watching.scores / 4, watching.scores / 4 + watching.rows)
  const trees = [...(start?.trees ?? [])]
  for (const tree of trees) {
    addTree(space, tree, { part: learning })
    if (watching) addTree(space, tree, { part: watching })
  }
  return { learning, watching, trees, gains: [], curve: [] }
}

/** Grows the next tree and adds it to all scores; null when there is nothing to split, now and for good. */
function addOne(task: BoostTask, { learning, watching, curve }: Boosting, iteration: number): GrownTree | null {
  const { space, parameters, random } = task
  const drawn = drawSlopes(space, learning, { parameters, random, iteration })
  if (curve.length > 0) curve.at(-1)!.train = drawn.sums.logLoss
  drawFeatures(task, iteration)
  const grown = growOne(task, drawn)
  const { tree } = grown
  if (tree.feature.length === 0 && drawn.isPlain && parameters.featureSampling === 1 && iteration > 0) return null
  // Without a split the base is the best score already: what is left is rounding.
  if (tree.feature.length === 0 && drawn.isPlain && iteration === 0) tree.values[0] = 0
  for (let leaf = 0; leaf < tree.values.length; leaf++) tree.values[leaf]! *= parameters.learningRate
  addLeafValues(space, grown, drawn.isPlain)
  const { count } = drawn.root
  if (count < learning.rows)
    addTree(space, tree, { part: learning, rows: { begin: count, count: learning.rows - count } })
  if (watching) addTree(space, tree, { part: watching })
  return grown
}

function growOne({ space, parameters, directions, signal }: BoostTask, drawn: DrawnSlopes): GrownTree {
  const { maxLeaves, maxDepth } = parameters
  return growInSpace({
    space,
    units: drawn.units,
    rule: ruleFor(parameters, drawn.units, drawn.sums),
    root: drawn.root,
    isPlain: drawn.isPlain,
    maxLeaves,
    maxDepth: maxDepth === 0 ? Infinity : maxDepth,
    directions,
    poll: () => throwIfAborted(signal, 'fit gbdt'),
  })
}

/** Marks the features that the next tree may split. */
function drawFeatures({ space, bins, parameters, random, directions }: BoostTask, iteration: number): void {
  const { u8 } = space.pool.memory
  const at = (feature: number): number => space.layout.facts + 8 * feature
  if (directions) for (const [f, direction] of directions.entries()) u8[at(f) + 4] = direction
  if (parameters.featureSampling === 1) return
  const count = Math.ceil(parameters.featureSampling * bins.length)
  for (let f = 0; f < bins.length; f++) u8[at(f) + 3] = 0
  for (const f of sampleFeatures(bins.length, count, random.child(`features/${iteration}`))) u8[at(f) + 3] = 1
}

/** log(rate / (1 - rate)) of the weighted base rate. */
function baseScore({ x: { weights }, y, rows }: Part): number {
  let churned = 0
  let weight = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const w = weights === undefined ? 1 : weights[row]!
    weight += w
    churned += w * y[row]!
  }
  return logit(churned / weight)
}
