import * as z from 'zod'
import type { RegisteredEstimator } from '../estimator.ts'
import { checkFit } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { groupClassifier } from './group-classifier.ts'
import { type BaseRateParameters, baseRateParameters } from './parameters.ts'
import { boundedRate, countByGroup } from './rate.ts'

const headerSchema = z.object({ rates: z.tuple([z.number()]) })

const classifier = (rate: number) =>
  groupClassifier({
    estimator: 'base_rate',
    rates: [rate],
    shares: [1],
    groupsOf: (x) => new Uint8Array(x.rowCount),
    features: [],
    header: {},
  })

/** Everyone gets the churn rate of train: the floor that any model has to beat. */
export const baseRate: RegisteredEstimator<BaseRateParameters> = {
  name: 'base_rate',
  complexity: 0,
  parameters: baseRateParameters,
  async fit(_parameters, data) {
    checkFit('base_rate', data)
    const groups = new Uint8Array(data.y.length)
    const { churned, rows } = countByGroup(groups, data.y, { weights: data.train.weights, groupCount: 1 })
    return classifier(boundedRate(churned[0]!, rows[0]!))
  },
  load: (saved) => classifier(headerOf(saved, headerSchema, 'base_rate').rates[0]),
}
