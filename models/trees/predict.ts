import type { Dataset } from '../../core/dataset.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { createScorer, type ScorerOptions } from './scorer.ts'

/** Base + sum of leaf values by row, for one call; who calls again keeps a scorer. */
export function predictScores(ensemble: TreeEnsemble, x: Dataset, options: ScorerOptions): Promise<Float64Array> {
  return createScorer(ensemble).scores(x, options)
}
