import { blockRows } from '../kernels/plain/add-products.ts'
import { BlockProducts } from './block-products.ts'
import type { LogisticProblem } from './evaluate.ts'

/** A problem and the parts of it that share its columns use one memory. */
const memories = new WeakMap<readonly Float32Array[], BlockProducts>()

/**
 * Hessian of the weighted mean log-loss at the linear predictor `z`: X' diag(w p (1 - p)) X / sum(w), row-major
 * (d + 1) x (d + 1), intercept last, both triangles filled. With `stride` s only every s-th row is looked at: an estimate
 * that turns Newton's method into a quasi-Newton one with the same limit.
 */
export function hessian(problem: LogisticProblem, z: Float64Array, stride: number): Float64Array {
  const { columns, y, weights } = problem
  const size = columns.length + 1
  const products = memories.get(columns) ?? new BlockProducts(size)
  memories.set(columns, products)
  const { block, total, padded } = products
  total.fill(0)
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
    if (rows < blockRows) block.fill(0)
    for (let j = 0; j < columns.length; j++)
      fillColumn(block, columns[j]!, { root, at: j * blockRows, start, stride, rows })
    block.set(rows < blockRows ? root.subarray(0, rows) : root, columns.length * blockRows)
    products.add(rows)
  }
  return unpad(total, { padded, size, scale: 1 / weightSum })
}

function fillColumn(
  block: Float64Array,
  x: Float32Array,
  { root, at, start, stride, rows }: { root: Float64Array; at: number; start: number; stride: number; rows: number },
): void {
  for (let k = 0; k < rows; k++) block[at + k] = root[k]! * x[start + k * stride]!
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
