import type { LogisticProblem } from './evaluate.ts'

/** Rows per block: 4 columns of it in doubles stay in the first-level cache. */
const blockRows = 256

/**
 * Hessian of the weighted mean log-loss at the linear predictor `z`: X' diag(w p (1 - p)) X / sum(w), row-major
 * (d + 1) x (d + 1), intercept last, both triangles filled. With `stride` s only every s-th row is looked at: an estimate
 * that turns Newton's method into a quasi-Newton one with the same limit.
 */
export function hessian(problem: LogisticProblem, z: Float64Array, stride: number): Float64Array {
  const { columns, y, weights } = problem
  const size = columns.length + 1
  const padded = Math.ceil(size / 4) * 4
  const total = new Float64Array(padded * padded)
  const block = new Float64Array(padded * blockRows)
  const root = new Float64Array(blockRows)
  let weightSum = 0
  for (let start = 0; start < y.length; start += blockRows * stride) {
    const rows = Math.min(blockRows, Math.ceil((y.length - start) / stride))
    for (let k = 0; k < rows; k++) {
      const i = start + k * stride
      const e = Math.exp(-Math.abs(z[i]!))
      weightSum += weights[i]!
      root[k] = Math.sqrt(weights[i]! * e) / (1 + e)
    }
    for (let j = 0; j < columns.length; j++) {
      const x = columns[j]!
      for (let k = 0; k < rows; k++) block[j * blockRows + k] = root[k]! * x[start + k * stride]!
    }
    for (let k = 0; k < rows; k++) block[columns.length * blockRows + k] = root[k]!
    addProducts(block, total, { padded, rows })
  }
  return unpad(total, { padded, size, scale: 1 / weightSum })
}

/** total += block block' on and below the diagonal, in tiles of 4 x 2 columns. */
function addProducts(
  block: Float64Array,
  total: Float64Array,
  { padded, rows }: { padded: number; rows: number },
): void {
  for (let a = 0; a < padded; a += 4) for (let b = 0; b < a + 4; b += 2) addTile(block, total, { padded, rows, a, b })
}

function addTile(
  block: Float64Array,
  total: Float64Array,
  { padded, rows, a, b }: { padded: number; rows: number; a: number; b: number },
): void {
  const [a0, a1, a2, a3] = [a * blockRows, (a + 1) * blockRows, (a + 2) * blockRows, (a + 3) * blockRows]
  const [b0, b1] = [b * blockRows, (b + 1) * blockRows]
  let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let k = 0; k < rows; k++) {
    const u0 = block[b0 + k]!
    const u1 = block[b1 + k]!
    const v0 = block[a0 + k]!
    const v1 = block[a1 + k]!
    const v2 = block[a2 + k]!
    const v3 = block[a3 + k]!
    s00 += v0 * u0
    s01 += v0 * u1
    s10 += v1 * u0
    s11 += v1 * u1
    s20 += v2 * u0
    s21 += v2 * u1
    s30 += v3 * u0
    s31 += v3 * u1
  }
  const at = a * padded + b
  total[at]! += s00
  total[at + 1]! += s01
  total[at + padded]! += s10
  total[at + padded + 1]! += s11
  total[at + 2 * padded]! += s20
  total[at + 2 * padded + 1]! += s21
  total[at + 3 * padded]! += s30
  total[at + 3 * padded + 1]! += s31
}

function unpad(
  total: Float64Array,
  { padded, size, scale }: { padded: number; size: number; scale: number },
): Float64Array {
  const matrix = new Float64Array(size * size)
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) matrix[a * size + b] = matrix[b * size + a] = total[a * padded + b]! * scale
  return matrix
}
