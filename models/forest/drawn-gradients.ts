import type { Labels } from '../../core/dataset.ts'
import { type Gradients, stepsPerOne } from '../trees/gradients.ts'

/** Rows as drawn for one tree: row i counts draws[i] times its weight. */
export interface DrawnRows {
  readonly y: Labels
  readonly weights: Float32Array | undefined
  /** The power of two that weights are counted in. */
  readonly unit: number
  readonly draws: Uint16Array
}

/**
 * With h = weight and g = -weight y, the gain g_L^2/h_L + g_R^2/h_R - g^2/h is half the fall of the weighted Gini
 * impurity 2 p (1 - p), and -g/h is the churn rate. Without weights g and h are whole numbers as they are.
 * `drawsPerRow` is how often a drawn row was drawn on average, by weight (about 1.58 for a bootstrap).
 */
export function drawnGradients(
  { y, weights, unit, draws }: DrawnRows,
  rows: Uint32Array,
  pairs: Int32Array,
): { gradients: Gradients; drawsPerRow: number } {
  let total = 0
  let once = 0
  for (let i = 0; i < rows.length; i++) {
    const weight = (weights?.[rows[i]!] ?? 1) / unit
    once += weight
    total += draws[rows[i]!]! * weight
  }
  const steps = weights === undefined ? 1 : stepsPerOne(total, draws.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const h = Math.max(1, Math.round((draws[row]! * steps * (weights?.[row] ?? 1)) / unit))
    pairs[2 * row] = y[row] === 1 ? -h : 0
    pairs[2 * row + 1] = h
  }
  return { gradients: { pairs, gUnit: unit / steps, hUnit: unit / steps }, drawsPerRow: total / once }
}
