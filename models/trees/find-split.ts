import type { FeatureBins } from './bins.ts'
import { scanCategories } from './category-split.ts'
import type { Histogram } from './histogram.ts'
import { scanNumbers } from './number-split.ts'
import type { NodeSums, Scan, Split, SplitRule } from './split.ts'

/**
 * Looks through `features` of a node's histogram (feature f at `f * stride`) for the split with the highest gain; on a
 * tie the first feature, the lowest cut, missing values to the right. Null when none beats the rule.
 */
export function findSplit(
  histogram: Histogram,
  node: NodeSums,
  search: { features: Uint16Array; bins: readonly FeatureBins[]; rule: SplitRule; stride: number },
): Split | null {
  const { features, bins, rule, stride } = search
  if (node.h < 2 * rule.minH) return null
  let best: Split | null = null
  for (let i = 0; i < features.length; i++) {
    const feature = features[i]!
    const found = scanFeature(histogram, node, { feature, bins: bins[feature]!, rule, base: feature * stride, best })
    if (found !== null) best = found
  }
  return best
}

/** The feature's best split if it beats `best` and the rule, else null. */
export function scanFeature(histogram: Histogram, node: NodeSums, scan: Scan): Split | null {
  return scan.bins.kind === 'number' ? scanNumbers(histogram, node, scan) : scanCategories(histogram, node, scan)
}
