import type { Probabilities } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { Classifier, ModelDescription } from '../estimator.ts'
import { describeGain, type TreeEnsemble } from './ensemble.ts'
import { predictScores } from './predict.ts'
import { headerJson, saveEnsemble } from './saved-ensemble.ts'

export interface TreeModel {
  readonly estimator: string
  readonly ensemble: TreeEnsemble
  /** Turns the sum of leaf values into P(churn), in place. */
  readonly toProbabilities: (scores: Float64Array) => Probabilities
  /** What else `describe` tells; plain JSON, saved with the model. */
  readonly description: Omit<ModelDescription, 'gain' | 'coefficients'>
}

/** A fitted tree model: predicts, saves, describes. It gives no contributions yet. */
export function treeClassifier({ estimator, ensemble, toProbabilities, description }: TreeModel): Classifier {
  const where = `model ${estimator}`
  return {
    estimator,
    predict: async (x, options = {}) => toProbabilities(await predictScores(ensemble, x, { ...options, where })),
    save() {
      const { header, buffers } = saveEnsemble(ensemble)
      return { header: { estimator, ...headerJson(header), description: description as unknown as Json }, buffers }
    },
    describe: () => ({ ...description, gain: describeGain(ensemble) }),
    contributions: () => null,
  }
}
