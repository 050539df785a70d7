import { missingBin } from './bins.ts'
import type { Split } from './split.ts'
import { bySet, missingLeft } from './tree.ts'

/** 1 for each of the 256 bins that goes left. */
export function leftTable({ cut, flags, set }: Split): Uint8Array {
  const table = new Uint8Array(256)
  if ((flags & bySet) !== 0 && set !== null) {
    for (let bin = 0; bin < 256; bin++) table[bin] = (set[bin >>> 5]! >>> (bin & 31)) & 1
    return table
  }
  table.fill(1, 0, cut + 1)
  table[missingBin] = (flags & missingLeft) !== 0 ? 1 : 0
  return table
}

/**
 * Moves the rows that go left to the front of `rows`, both sides in their old order; returns how many there are.
 * Writes to both sides and advances one, so that there is no branch to guess. `scratch` is at least as long as `rows`.
 */
export function partition(rows: Uint32Array, column: Uint8Array, table: Uint8Array, scratch: Uint32Array): number {
  let left = 0
  let right = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const isLeft = table[column[row]!]!
    rows[left] = row
    scratch[right] = row
    left += isLeft
    right += 1 - isLeft
  }
  rows.set(scratch.subarray(0, right), left)
  return left
}
