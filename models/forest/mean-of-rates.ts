import type { Classifier } from '../estimator.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { treeClassifier, type TreeModel } from '../trees/tree-classifier.ts'

/**
 * P(churn) is the mean of the leaf rates. No contributions: the contract wants them to add up to the log-odds, but a
 * forest's exact Shapley values are shares of that mean; log-odds of a mean are no sum over trees, and a rescaling that made
 * them add up would be Shapley values of nothing.
 */
export function meanOfRates(
  estimator: string,
  ensemble: TreeEnsemble,
  description: TreeModel['description'],
): Classifier {
  const count = ensemble.trees.length
  const toProbabilities = (sums: Float64Array): Float64Array => sums.map((sum) => Math.min(Math.max(sum / count, 0), 1))
  return treeClassifier({ estimator, ensemble, toProbabilities, description, explain: null })
}
