import { setImmediate as nextTurn } from 'node:timers/promises'
import * as z from 'zod'
import type { Classifier, Fit, RegisteredEstimator } from '../estimator.ts'
import { checkFit, throwIfAborted } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { type BinnedMatrix, binMatrix } from '../trees/binned-matrix.ts'
import { type FeatureBins, fitBins } from '../trees/bins.ts'
import { createEnsemble, type TreeEnsemble } from '../trees/ensemble.ts'
import { weightUnit } from '../trees/gradients.ts'
import { presentRows } from '../trees/present-rows.ts'
import { ensembleSchema, loadEnsemble } from '../trees/saved-ensemble.ts'
import type { SplitRule } from '../trees/split.ts'
import type { Tree } from '../trees/tree.ts'
import { treeClassifier, type TreeModel } from '../trees/tree-classifier.ts'
import { createBootstrap } from './bootstrap.ts'
import { drawnGradients } from './drawn-gradients.ts'
import { growDeepTree } from './grow-deep.ts'
import { createOutOfBag } from './out-of-bag.ts'
import { type ForestParameters, forestParameters } from './parameters.ts'

const headerSchema = ensembleSchema.extend({
  description: z.object({
    fixed: z.record(z.string(), z.json()),
    outOfBag: z.object({ rows: z.number(), logLoss: z.number(), brier: z.number() }).optional(),
  }),
})

/** Random forest (Breiman 2001) over binned features: the mean of the leaf rates of deep trees on bootstrapped users. */
export const forest: RegisteredEstimator<ForestParameters> = {
  name: 'forest',
  complexity: 6,
  parameters: forestParameters,
  async fit(parameters, data) {
    checkFit('forest', data)
    return fitForest(parameters, data)
  },
  load(saved) {
    const header = headerOf(saved, headerSchema, 'forest')
    const description = header.description as TreeModel['description']
    return classifier(loadEnsemble(header, saved), description)
  },
}

/** `valid` is not needed: nothing is stopped early. */
async function fitForest(parameters: ForestParameters, data: Fit): Promise<Classifier> {
  const { train: x, y, signal, emit } = data
  const rows = presentRows(x)
  const bins = fitBins(x, rows, parameters.maxBins)
  const matrix = binMatrix(x, bins, 'fit forest')
  const grow = createGrower(parameters, data, { rows, bins, matrix })
  const outOfBag = parameters.rowSampling === 'all' ? null : createOutOfBag({ matrix, rows, y, weights: x.weights })
  const trees: Tree[] = []
  const gains: (readonly number[])[] = []
  for (let t = 0; t < parameters.trees; t++) {
    throwIfAborted(signal, 'fit forest')
    const { tree, gain, draws } = grow(t)
    trees.push(tree)
    gains.push(gain)
    outOfBag?.add(tree, draws)
    emit({ name: 'fit/forest', done: t + 1, total: parameters.trees })
    await nextTurn()
  }
  const estimate = outOfBag?.estimate()
  return classifier(createEnsemble(bins, 0, { trees, gains }), {
    fixed: {},
    ...(estimate ? { outOfBag: estimate } : {}),
  })
}

/** Grows tree t; each has a generator of its own, so that trees may be grown in any order. `draws` is used again. */
function createGrower(
  parameters: ForestParameters,
  { train: x, y, random }: Fit,
  { rows, bins, matrix }: { rows: Uint32Array; bins: readonly FeatureBins[]; matrix: BinnedMatrix },
): (t: number) => { tree: Tree; gain: readonly number[]; draws: Uint16Array } {
  const bootstrap = createBootstrap(parameters.rowSampling, rows, x.users)
  const draws = new Uint16Array(x.rowCount)
  const pairs = new Int32Array(2 * x.rowCount)
  const unit = weightUnit(x.weights, rows)
  const featureCount = featuresPerSplit(parameters, bins.length)
  const maxDepth = parameters.maxDepth === 0 ? Infinity : parameters.maxDepth
  return (t) => {
    const own = random.child(`tree/${t}`)
    bootstrap(draws, own)
    const drawn = rows.filter((row) => draws[row]! > 0)
    const { gradients, drawsPerRow } = drawnGradients({ y, weights: x.weights, unit, draws }, drawn, pairs)
    const rule = ruleFor((parameters.minRowsPerLeaf * drawsPerRow) / gradients.hUnit)
    const task = { matrix, bins, gradients, rule, featuresPerSplit: featureCount, maxDepth, random: own }
    return { ...growDeepTree(task, drawn), draws }
  }
}

/**
 * No penalties: the gain is the fall of impurity alone. Rows of a leaf are not counted but estimated by their draws, so
 * that minRowsPerLeaf means distinct rows, as in scikit-learn; a bootstrapped leaf of 20 rows holds about 32 draws.
 */
function ruleFor(leastH: number): SplitRule {
  const minH = Math.max(1, Math.ceil(leastH - 1e-6))
  return { l1: 0, l2: 0, minH, minGain: 0, minCategoryH: 1, categorySmoothing: 0, categoryL2: 0 }
}

function featuresPerSplit({ featureSampling }: ForestParameters, featureCount: number): number {
  const wanted = featureSampling === 'sqrt' ? Math.sqrt(featureCount) : featureSampling * featureCount
  return Math.max(1, Math.floor(wanted))
}

/**
 * No contributions: the contract wants them to add up to the log-odds, but a forest's probability is a mean of leaf rates.
 * Its exact Shapley values are shares of that mean; log-odds of a mean are no sum over trees, and a rescaling that made
 * them add up would be Shapley values of nothing.
 */
function classifier(ensemble: TreeEnsemble, description: TreeModel['description']): Classifier {
  const count = ensemble.trees.length
  const toProbabilities = (sums: Float64Array): Float64Array => sums.map((sum) => Math.min(Math.max(sum / count, 0), 1))
  return treeClassifier({ estimator: 'forest', ensemble, toProbabilities, description, explain: null })
}
