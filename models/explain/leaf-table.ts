import { quadratureFor } from './gauss-legendre.ts'
import type { LeafPath } from './leaf-paths.ts'

/**
 * All that one leaf can contribute: entry j * 2^D + mask is what feature j of its path of D features gets from a row that
 * passes exactly the features in `mask`. With P(t) = v prod_i (z_i (1 - t) + o_i t), G_j = integral of P over its factor j
 * is the same for o_j = 0 and 1, and phi_j = (o_j - z_j) G_j. Read off at o_j = 0, where the factor is z_j (1 - t).
 */
export function leafTable({ value, shares }: LeafPath): Float64Array {
  const count = shares.length
  const size = 1 << count
  const table = new Float64Array(count * size)
  const product = new Float64Array(size)
  const { nodes, weights } = quadratureFor(count)
  for (let q = 0; q < nodes.length; q++) {
    fillProducts(product, shares, { t: nodes[q]!, start: weights[q]! * value })
    for (let j = 0; j < count; j++) {
      const bit = 1 << j
      const inverse = 1 / (shares[j]! * (1 - nodes[q]!))
      for (let high = 0; high < size; high += 2 * bit)
        for (let mask = high; mask < high + bit; mask++) table[j * size + mask]! += product[mask]! * inverse
    }
  }
  for (let j = 0; j < count; j++) {
    const bit = 1 << j
    const share = shares[j]!
    const own = table.subarray(j * size, (j + 1) * size)
    for (let high = 0; high < size; high += 2 * bit) {
      for (let mask = high; mask < high + bit; mask++) {
        const integral = own[mask]!
        own[mask] = -share * integral
        own[mask + bit] = (1 - share) * integral
      }
    }
  }
  return table
}

/** start * prod_i (z_i (1 - t) + o_i t) for all masks, by doubling. */
function fillProducts(
  product: Float64Array,
  shares: readonly number[],
  { t, start }: { t: number; start: number },
): void {
  product[0] = shares.reduce((all, share) => all * share * (1 - t), start)
  for (let j = 0; j < shares.length; j++) {
    const fails = shares[j]! * (1 - t)
    const ratio = (fails + t) / fails
    const bit = 1 << j
    for (let mask = 0; mask < bit; mask++) product[mask + bit] = product[mask]! * ratio
  }
}
