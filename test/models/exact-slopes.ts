import type { Labels } from '../../core/dataset.ts'
import type { LossSums } from '../../models/gbdt/slopes.ts'
import { type Gradients, stepsPerOne } from '../../models/trees/gradients.ts'

/** Rows as the loss sees them. `weights` absent = all 1; `unit` is the power of two that weights are counted in. */
export interface LossInput {
  readonly scores: Float64Array
  readonly y: Labels
  readonly weights: Float32Array | undefined
  readonly unit: number
}

/**
 * The oracle of the kernels `slopes` and `roundSlopes`, in double precision. Gradients of the weighted log-loss in the score z, p = 1 / (1 + exp(-z)): g = w (p - y), h = w p (1 - p), written as
 * whole numbers into `pairs` for the rows in `rows`. Rounding is to the nearest, per row before the weight is applied:
 * a row of weight 2 is exactly two rows. The loss of unweighted rows is the logarithm of a product: one `log` for about
 * a thousand rows.
 */
export function logisticGradients(
  { scores, y, weights, unit }: LossInput,
  rows: Uint32Array,
  pairs: Int32Array,
): { gradients: Gradients; sums: LossSums } {
  const slopes = new Float64Array(rows.length)
  let weight = 0
  let loss = 0
  let sumG = 0
  let sumH = 0
  let product = 1
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const z = scores[row]!
    const w = weights === undefined ? 1 : weights[row]! / unit
    const distance = Math.abs(z)
    const e = Math.exp(-distance)
    const isRight = z >= 0 === (y[row] === 1)
    const error = isRight ? e / (1 + e) : 1 / (1 + e)
    slopes[i] = y[row] === 1 ? -error : error
    weight += w
    if (weights === undefined) product *= 1 + e
    else loss += w * Math.log(1 + e)
    if (product > 1e300) {
      loss += Math.log(product)
      product = 1
    }
    if (!isRight) loss += w * distance
    sumG += w * error
    sumH += w * error * (1 - error)
  }
  const gSteps = stepsPerOne(sumG, scores.length)
  const hSteps = stepsPerOne(sumH, scores.length)
  const h =
    weights === undefined
      ? roundAll(slopes, rows, { pairs, gSteps, hSteps })
      : roundWeighted(slopes, rows, { pairs, gSteps, hSteps, weights, unit })
  return {
    gradients: { pairs, gUnit: unit / gSteps, hUnit: unit / hSteps },
    sums: { weight: weight * unit, logLoss: (loss + Math.log(product)) / weight, h },
  }
}

interface Rounding {
  readonly pairs: Int32Array
  readonly gSteps: number
  readonly hSteps: number
}

/** Writes the pairs of rows of weight 1; returns the sum of h. */
function roundAll(slopes: Float64Array, rows: Uint32Array, { pairs, gSteps, hSteps }: Rounding): number {
  let sum = 0
  for (let i = 0; i < rows.length; i++) {
    const at = 2 * rows[i]!
    const g = slopes[i]!
    const error = Math.abs(g)
    const h = Math.max(1, Math.round(error * (1 - error) * hSteps))
    pairs[at] = Math.round(g * gSteps)
    pairs[at + 1] = h
    sum += h
  }
  return sum
}

/** The same for weighted rows; `unit` is a power of two. */
function roundWeighted(
  slopes: Float64Array,
  rows: Uint32Array,
  { pairs, gSteps, hSteps, weights, unit }: Rounding & { weights: Float32Array; unit: number },
): number {
  let sum = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const w = weights[row]! / unit
    const g = slopes[i]!
    const error = Math.abs(g)
    const h = Math.max(1, Math.round(w * Math.round(error * (1 - error) * hSteps)))
    pairs[2 * row] = Math.round(w * Math.round(g * gSteps))
    pairs[2 * row + 1] = h
    sum += h
  }
  return sum
}

/** Weighted mean log-loss of scores (log-odds) against `y` over the rows in `rows`; NaN without weight. */
export function meanLogLoss({ scores, y, weights }: Omit<LossInput, 'unit'>, rows: Uint32Array): number {
  let loss = 0
  let weight = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const z = scores[row]!
    const w = weights === undefined ? 1 : weights[row]!
    const distance = Math.abs(z)
    weight += w
    loss += w * (Math.log(1 + Math.exp(-distance)) + (z >= 0 === (y[row] === 1) ? 0 : distance))
  }
  return loss / weight
}
