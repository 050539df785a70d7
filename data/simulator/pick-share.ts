/** Index of the share that `uniform` in [0, 1) falls into; the last one when the shares sum to less than `uniform`. */
export function pickShare(shares: readonly number[], uniform: number): number {
  let left = uniform
  for (let i = 0; i < shares.length - 1; i++) {
    left -= shares[i]!
    if (left < 0) return i
  }
  return shares.length - 1
}
