import type { Labels } from '../../core/dataset.ts'
import type { Gradients } from '../trees/gradients.ts'

/** Rows as drawn for one tree: row i counts times[i] times its weight. */
export interface DrawnRows {
  readonly y: Labels
  readonly weights: Float32Array | undefined
  /** The power of two that weights are counted in. */
  readonly unit: number
  readonly times: Uint16Array
}

/**
 * With h = weight and g = -weight y, the gain g_L^2/h_L + g_R^2/h_R - g^2/h is half the fall of the weighted Gini
 * impurity 2 p (1 - p), and -g/h is the churn rate. Without weights g and h are whole numbers as they are.
 * `drawsPerRow` is how often a drawn row was drawn on average, by weight (about 1.58 for a bootstrap). `rows`: those drawn.
 */
export function drawnGradients(
  { y, weights, unit, times }: DrawnRows,
  rows: Uint32Array,
  pairs: Int32Array,
): { gradients: Gradients; drawsPerRow: number } {
  let total = 0
  let once = 0
  for (let i = 0; i < rows.length; i++) {
    const weight = (weights?.[rows[i]!] ?? 1) / unit
    once += weight
    total += times[rows[i]!]! * weight
  }
  const steps = weights === undefined ? 1 : stepsPerWeight(total, times.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const h = Math.max(1, Math.floor((times[row]! * steps * (weights?.[row] ?? 1)) / unit + 0.5))
    pairs[2 * row] = y[row] === 1 ? -h : 0
    pairs[2 * row + 1] = h
  }
  return { gradients: { pairs, gUnit: unit / steps, hUnit: unit / steps }, drawsPerRow: total / once }
}

const exponentBits = 0x7ff0000000000000n

/** The largest power of two that keeps the rounded sum of h below 2^31. */
function stepsPerWeight(total: number, rowCount: number): number {
  const value = Math.max(2 ** 31 - 1 - 4 * rowCount, 1) / Math.max(total, 1e-300)
  const bits = new BigUint64Array(Float64Array.of(value).buffer)
  bits[0]! &= exponentBits
  return new Float64Array(bits.buffer)[0]!
}
