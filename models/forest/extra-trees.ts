import { forestEstimator } from './forest-estimator.ts'
import { extraTreesParameters } from './parameters.ts'

/**
 * Extremely randomised trees (Geurts, Ernst and Wehenkel 2006): of each feature drawn for a split one cut at random is
 * tried, not all; the trees differ more, so that their mean is smoother. Cuts are drawn among the bins.
 */
export const extraTrees = forestEstimator({
  name: 'extra_trees',
  complexity: 6,
  parameters: extraTreesParameters,
  isRandom: true,
})
