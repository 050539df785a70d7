import { missingBin } from '../trees/bins.ts'
import { type ByteEnsemble, mostBounds } from '../trees/byte-ensemble.ts'
import { setOf } from '../trees/score-image.ts'
import { bySet, missingLeft } from '../trees/tree.ts'

/**
 * All that the splits of an ensemble can tell of a feature's value, numbered from 0: for numbers how many of the bounds in use lie
 * below it, 0 … n, and n + 1 for a missing one; for categories the byte.
 */
export interface FeatureCodes {
  readonly kind: 'number' | 'category'
  readonly count: number
  readonly missing: number
  readonly firstColumn: number
}

/** By feature; undefined where no tree splits. */
export function featureCodes({ columns, firstColumn }: ByteEnsemble): (FeatureCodes | undefined)[] {
  const codes: (FeatureCodes | undefined)[] = Array.from(firstColumn, () => undefined)
  for (const [c, column] of columns.entries()) {
    const { kind, feature } = column
    const before = codes[feature]
    const count = kind === 'category' ? 256 : (before?.count ?? 2) + column.bounds.length
    codes[feature] = {
      kind,
      count,
      missing: kind === 'category' ? missingBin : count - 1,
      firstColumn: before?.firstColumn ?? c,
    }
  }
  return codes
}

/** 1 for each code of the node's feature that goes left; thresholds, missing directions and sets look the same here. */
export function leftCodes(
  tree: ByteEnsemble['trees'][number],
  node: number,
  { kind, count, missing, firstColumn }: FeatureCodes,
): Uint8Array {
  const left = new Uint8Array(count)
  const flags = tree.flags[node]!
  if ((flags & bySet) !== 0) {
    const set = setOf(tree, node)
    for (let code = 0; code < count; code++) {
      const bin = code === missing ? missingBin : code
      left[code] = (set[bin >>> 5]! >>> (bin & 31)) & 1
    }
    return left
  }
  const cut = tree.cut[node]!
  const isEvery = kind === 'number' && cut === mostBounds
  left.fill(1, 0, isEvery ? count : (tree.feature[node]! - firstColumn) * mostBounds + cut + 1)
  left[missing] = (flags & missingLeft) === 0 ? 0 : 1
  return left
}
