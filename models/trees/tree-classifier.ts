import type { Probabilities } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { Classifier, ModelDescription } from '../estimator.ts'
import type { Explain } from '../explain/explainer.ts'
import { describeGain, type TreeEnsemble } from './ensemble.ts'
import { headerJson, saveEnsemble } from './saved-ensemble.ts'
import { createScorer } from './scorer.ts'

export interface TreeModel {
  readonly estimator: string
  readonly ensemble: TreeEnsemble
  /** Turns the sum of leaf values into P(churn), in place. */
  readonly toProbabilities: (scores: Float64Array) => Probabilities
  /** What else `describe` tells; plain JSON, saved with the model. */
  readonly description: Omit<ModelDescription, 'gain' | 'coefficients'>
  /** Contributions in log-odds; null where the score is not in log-odds, as in a forest. */
  readonly explain: Explain | null
}

/** A fitted tree model: predicts, saves, describes, and explains where its score is in log-odds. */
export function treeClassifier(model: TreeModel): Classifier {
  const { estimator, ensemble, toProbabilities, description, explain } = model
  const where = `model ${estimator}`
  const scorer = createScorer(ensemble)
  return {
    estimator,
    predict: async (x, options = {}) => toProbabilities(await scorer.scores(x, { ...options, where })),
    leaves: (x, options = {}) => scorer.leaves(x, { ...options, where }),
    save() {
      const { header, buffers } = saveEnsemble(ensemble)
      return { header: { estimator, ...headerJson(header), description: description as unknown as Json }, buffers }
    },
    describe: () => ({ ...description, gain: describeGain(ensemble) }),
    explain: (x, options = {}) => explain?.(x, { ...options, where }) ?? null,
  }
}
