import type { FeatureBins } from './bins.ts'
import { mostBounds } from './byte-ensemble.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { bySet, missingLeft, type Tree } from './tree.ts'

/** What is wrong with an ensemble, in the words of an error; null when everything that reads trees may rely on it. */
export function ensembleFault(ensemble: TreeEnsemble): { what: string; expected: string } | null {
  const { features, trees, gain, splits } = ensemble
  if (new Set(features.map(({ name }) => name)).size < features.length)
    return { what: 'features', expected: 'a name of its own for each' }
  for (const bins of features) {
    const expected = featureFault(bins)
    if (expected !== null) return { what: `feature "${bins.name}"`, expected }
  }
  const counted = new Uint32Array(features.length)
  for (const [t, tree] of trees.entries()) {
    const expected = treeFault(tree, features)
    if (expected !== null) return { what: `tree ${t}`, expected }
    for (const feature of tree.feature) counted[feature]!++
  }
  if (!gain.every(Number.isFinite)) return { what: 'gain', expected: 'finite numbers' }
  if (!counted.every((count, f) => count === splits[f])) return { what: 'splits', expected: 'the splits of the trees' }
  return null
}

/** Far beyond what training gives; sums over all trees stay finite. */
const largestValue = 1e200

function featureFault(bins: FeatureBins): string | null {
  if (bins.kind === 'category')
    return new Set(bins.levels).size === bins.levels.length ? null : 'levels that differ from each other'
  const isAscending = bins.bounds.every((bound, b) => (b === 0 ? bound === bound : bound > bins.bounds[b - 1]!))
  return isAscending ? null : 'ascending bounds'
}

/** Children have higher numbers than their parent, so that a walk ends; every node but the first and every leaf hangs once. */
function treeFault(tree: Tree, features: readonly FeatureBins[]): string | null {
  const { feature, cut, flags, left, right, sets, values } = tree
  const hangs = new Uint8Array(feature.length + values.length)
  for (let node = 0; node < feature.length; node++) {
    for (const child of [left[node]!, right[node]!]) {
      const isInside = child >= 0 ? child > node && child < feature.length : ~child < values.length
      if (!isInside) return 'nodes that lead to later nodes and to leaves'
      const place = child >= 0 ? child : feature.length + ~child
      if (hangs[place]!++ > 0) return 'nodes and leaves with one parent each'
    }
    const bins = features[feature[node]!]
    if (bins === undefined) return `nodes that split one of the ${features.length} features`
    if (flags[node]! > (bySet | missingLeft)) return 'flags of nodes from 0 to 3'
    if ((flags[node]! & bySet) === 0) continue
    if (8 * cut[node]! >= sets.length) return 'nodes that split by one of the sets'
    if (bins.kind === 'number' && bins.bounds.length > mostBounds) return 'sets of at most 255 bins'
  }
  return values.every((value) => Math.abs(value) <= largestValue) ? null : 'finite values of leaves'
}
