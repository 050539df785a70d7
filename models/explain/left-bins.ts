import { missingBin } from '../trees/bins.ts'
import { bySet, missingLeft, type Tree } from '../trees/tree.ts'

/** 1 for each of the 256 bins that goes left at node `node`; thresholds, missing directions and sets look the same here. */
export function leftBins({ cut, flags, sets }: Tree, node: number): Uint8Array {
  const left = new Uint8Array(256)
  const at = cut[node]!
  if ((flags[node]! & bySet) !== 0) {
    for (let bin = 0; bin < 256; bin++) left[bin] = (sets[8 * at + (bin >>> 5)]! >>> (bin & 31)) & 1
    return left
  }
  left.fill(1, 0, at + 1)
  left[missingBin] = (flags[node]! & missingLeft) === 0 ? 0 : 1
  return left
}
