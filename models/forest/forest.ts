import { forestEstimator } from './forest-estimator.ts'
import { forestParameters } from './parameters.ts'

/** Random forest (Breiman 2001) over binned features: the mean of the leaf rates of deep trees on bootstrapped users. */
export const forest = forestEstimator({ name: 'forest', complexity: 6, parameters: forestParameters, isRandom: false })
