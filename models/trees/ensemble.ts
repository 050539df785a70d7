import type { ModelDescription } from '../estimator.ts'
import type { FeatureBins } from './bins.ts'
import type { Tree } from './tree.ts'

/** Trees over the same bins. What a row scores is base + the sum over trees of its leaf's value. */
export interface TreeEnsemble {
  /** Sorted by name; trees know features by their place here. */
  readonly features: readonly FeatureBins[]
  readonly base: number
  readonly trees: readonly Tree[]
  /** Total gain and number of splits by feature. */
  readonly gain: Float64Array
  readonly splits: Uint32Array
}

/**
 * Adds up gain and splits by feature; `gains[t][k]` belongs to node k of the t-th tree after those of `start`, whose sums
 * are taken over.
 */
export function createEnsemble(
  features: readonly FeatureBins[],
  base: number,
  {
    trees,
    gains,
    start,
  }: { trees: readonly Tree[]; gains: readonly (readonly number[])[]; start?: TreeEnsemble | null },
): TreeEnsemble {
  const gain = start?.gain.slice() ?? new Float64Array(features.length)
  const splits = start?.splits.slice() ?? new Uint32Array(features.length)
  const given = trees.length - gains.length
  for (const [t, tree] of trees.slice(given).entries()) {
    for (let node = 0; node < tree.feature.length; node++) {
      gain[tree.feature[node]!]! += gains[t]![node]!
      splits[tree.feature[node]!]!++
    }
  }
  return { features, base, trees, gain, splits }
}

/** For `describe()`: all features, the highest total gain first, ties by name. */
export function describeGain({ features, gain, splits }: TreeEnsemble): NonNullable<ModelDescription['gain']> {
  return features
    .map(({ name }, f) => ({ feature: name, gain: gain[f]!, splits: splits[f]! }))
    .sort((a, b) => b.gain - a.gain || (a.feature < b.feature ? -1 : 1))
}
