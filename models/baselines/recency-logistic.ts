import { selectColumns } from '../../core/dataset.ts'
import type { RegisteredEstimator } from '../estimator.ts'
import { columnNamed } from '../guards.ts'
import { linearClassifier, loadLinear } from '../logistic/linear-classifier.ts'
import { fitLinear } from '../logistic/logistic.ts'
import { logisticParameters } from '../logistic/parameters.ts'
import { type RecencyLogisticParameters, recencyLogisticParameters } from './parameters.ts'

const estimator = 'recency_logistic'
/** So weak that it changes no digit that matters, and strong enough that separable rows have a solution. */
const strength = 1e-6

/** Logistic regression of churn on log1p(recency) and, where train has them, a flag for missing recency. */
export const recencyLogistic: RegisteredEstimator<RecencyLogisticParameters> = {
  name: estimator,
  complexity: 2,
  parameters: recencyLogisticParameters,
  async fit({ feature }, data) {
    columnNamed(data.train, feature, { kind: 'number', where: `fit ${estimator}` })
    const train = selectColumns(data.train, [feature])
    const parameters = logisticParameters.parse({ strength, transform: 'log' })
    const { preparation, coefficients } = fitLinear(parameters, { ...data, train }, estimator)
    return linearClassifier({ estimator, preparation, coefficients, fixed: {} })
  },
  load: (saved) => loadLinear(saved, estimator),
}
