import * as z from 'zod'
import type { RegisteredEstimator } from '../estimator.ts'
import { checkFit } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { ensembleSchema, loadEnsemble } from '../trees/saved-ensemble.ts'
import type { TreeModel } from '../trees/tree-classifier.ts'
import { fitForest } from './fit-forest.ts'
import { meanOfRates } from './mean-of-rates.ts'
import type { ForestParameters } from './parameters.ts'

const headerSchema = ensembleSchema.extend({
  description: z.object({
    fixed: z.record(z.string(), z.json()),
    outOfBag: z.object({ rows: z.number(), logLoss: z.number(), brier: z.number() }).optional(),
  }),
})

/** What forests of best and of random cuts have in common. */
export function forestEstimator(
  kind: Pick<RegisteredEstimator<ForestParameters>, 'name' | 'complexity' | 'parameters'> & {
    readonly isRandom: boolean
  },
): RegisteredEstimator<ForestParameters> {
  const { name, complexity, parameters, isRandom } = kind
  return {
    name,
    complexity,
    parameters,
    async fit(values, data) {
      checkFit(name, data)
      const { ensemble, outOfBag } = await fitForest({ name, parameters: values, isRandom }, data)
      return meanOfRates(name, ensemble, { fixed: {}, ...(outOfBag ? { outOfBag } : {}) })
    },
    load(saved) {
      const header = headerOf(saved, headerSchema, name)
      return meanOfRates(name, loadEnsemble(header, saved), header.description as TreeModel['description'])
    },
  }
}
