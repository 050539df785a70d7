import { logit } from '../../core/numeric/logit.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import { boundedRate } from '../baselines/rate.ts'
import type { Classifier, Fit, RegisteredEstimator } from '../estimator.ts'
import { createExplainer } from '../explain/explainer.ts'
import { drawnGradients } from '../forest/drawn-gradients.ts'
import { checkFit, throwIfAborted } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { binMatrix, type BinnedMatrix } from '../trees/binned-matrix.ts'
import { fitBins } from '../trees/bins.ts'
import { createEnsemble, type TreeEnsemble } from '../trees/ensemble.ts'
import { weightUnit } from '../trees/gradients.ts'
import { growTree, poolFor } from '../trees/grow.ts'
import { presentRows } from '../trees/present-rows.ts'
import { ensembleSchema, loadEnsemble } from '../trees/saved-ensemble.ts'
import type { SplitRule } from '../trees/split.ts'
import { leafOf, type Tree } from '../trees/tree.ts'
import { treeClassifier } from '../trees/tree-classifier.ts'
import { type TreeParameters, treeParameters } from './parameters.ts'
import { rulesOf } from './rules.ts'

/** Categories are sorted by churn rate as if each had so many more rows without churn. */
const smoothingRows = 10

/**
 * One tree of few leaves (Breiman et al. 1984, grown best first by the fall of the Gini impurity): the model that prints as
 * rules. Leaf values are log-odds of churn rates, bounded as those of other group models.
 */
export const decisionTree: RegisteredEstimator<TreeParameters> = {
  name: 'tree',
  complexity: 4,
  parameters: treeParameters,
  async fit(parameters, data) {
    checkFit('tree', data)
    return classifier(fitTree(parameters, data))
  },
  load: (saved) => classifier(loadEnsemble(headerOf(saved, ensembleSchema, 'tree'), saved)),
}

function fitTree({ maxLeaves, maxDepth, minRowsPerLeaf, maxBins }: TreeParameters, data: Fit): TreeEnsemble {
  const { train: x, y, resources, signal } = data
  const poll = (): void => throwIfAborted(signal, 'fit tree')
  const rows = presentRows(x)
  const bins = fitBins(x, rows, maxBins, poll)
  const matrix = binMatrix(x, bins, 'fit tree', poll)
  poll()
  const once = {
    y,
    weights: x.weights,
    unit: weightUnit(x.weights, rows),
    times: new Uint16Array(x.rowCount).fill(1),
  }
  const { gradients } = drawnGradients(once, rows, new Int32Array(2 * x.rowCount))
  const grown = growTree(
    {
      matrix,
      bins,
      gradients,
      features: Uint16Array.from(bins, (_, f) => f),
      rule: ruleFor(1 / gradients.hUnit, minRowsPerLeaf),
      maxLeaves,
      maxDepth,
      pool: poolFor(matrix, resources.memoryBytes / 4),
      poll,
    },
    rows,
  )
  const weights = weightByLeaf(grown.tree, matrix, { rows, weights: x.weights })
  const values = grown.tree.values.map((rate, leaf) => logOdds(rate, weights[leaf]!))
  const tree: Tree = { ...grown.tree, values }
  return createEnsemble(bins, 0, { trees: [tree], gains: [grown.gain] })
}

function ruleFor(stepsPerRow: number, minRowsPerLeaf: number): SplitRule {
  const minH = Math.max(1, Math.ceil(minRowsPerLeaf * stepsPerRow - 1e-6))
  const categorySmoothing = smoothingRows * stepsPerRow
  return { l1: 0, l2: 0, minH, minGain: 0, minCategoryH: 1, categorySmoothing, categoryL2: 0 }
}

/** A row of weight 2 counts as two, for the bounds of rates too. */
function weightByLeaf(
  tree: Tree,
  matrix: BinnedMatrix,
  { rows, weights }: { rows: Uint32Array; weights: Float32Array | undefined },
): Float64Array {
  const sums = new Float64Array(tree.values.length)
  for (const row of rows) sums[leafOf(tree, matrix, row)]! += weights?.[row] ?? 1
  return sums
}

const logOdds = (rate: number, weight: number): number => logit(boundedRate(rate * weight, weight))

function classifier(ensemble: TreeEnsemble): Classifier {
  return treeClassifier({
    estimator: 'tree',
    ensemble,
    toProbabilities: (scores) => scores.map(sigmoid),
    description: { fixed: {}, rules: rulesOf(ensemble) },
    explain: createExplainer(ensemble),
  })
}
