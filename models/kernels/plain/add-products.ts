import type { KernelTwin } from '../kernel-pool.ts'

/** Rows of a block, columns of which follow one another: four of them in doubles stay in the first-level cache. */
export const blockRows = 256

/** Twin of assembly/linear/add-products.ts. */
export const addProducts: KernelTwin = ({ f64 }, args, chunk) => {
  const [block, total, padded, rows] = [args[0]! / 8, args[1]! / 8, args[2]!, args[3]!]
  for (let a = 4 * chunk; a < 4 * chunk + 4; a++) {
    for (let b = 0; b < 4 * chunk + 4; b++) {
      const [u, v] = [block + b * blockRows, block + a * blockRows]
      let even = 0
      let odd = 0
      for (let k = 0; k < rows; k += 2) {
        even += f64[v + k]! * f64[u + k]!
        odd += f64[v + k + 1]! * f64[u + k + 1]!
      }
      f64[total + a * padded + b]! += even + odd
    }
  }
}
