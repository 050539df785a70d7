/**
 * First and second derivatives of the loss by row as whole numbers, so that sums do not depend on their order, a
 * histogram may be had by subtraction, and any number of threads gives the same bits. `pairs[2i]` is g, `pairs[2i+1]`
 * is h of row i; one step of g is worth `gUnit`, one of h `hUnit`, both powers of two. The sums of |g| and of h over all
 * rows stay below 2^31. A row that takes part has h >= 1, so h = 0 in a histogram says: no row.
 */
export interface Gradients extends GradientUnits {
  readonly pairs: Int32Array
}

/** What one step of g and of h is worth. */
export interface GradientUnits {
  readonly gUnit: number
  readonly hUnit: number
}

/** What one step of gain, g^2 / h, is worth. */
export const gainUnit = ({ gUnit, hUnit }: GradientUnits): number => (gUnit * gUnit) / hUnit

const limit = 2 ** 31 - 1

/** The power of two at or below `value`; 1 for 0. */
export function powerOfTwoBelow(value: number): number {
  return value > 0 && value < Infinity ? 2 ** Math.floor(Math.log2(value)) : 1
}

/**
 * The unit of row weights: a power of two near their mean, so that whole-number weights count exactly like repeated
 * rows while weights of any size keep their precision.
 */
export function weightUnit(weights: Float32Array | undefined, rows: Uint32Array): number {
  if (weights === undefined || rows.length === 0) return 1
  let total = 0
  for (let i = 0; i < rows.length; i++) total += weights[rows[i]!]!
  return powerOfTwoBelow(total / rows.length)
}

/**
 * Steps per 1.0 for values whose weighted absolute sum is `total` over `rowCount` rows (weights in their unit): the
 * largest power of two that keeps the rounded sum below 2^31. Rounding adds at most 1/2 per row and 1/2 per weight,
 * and h is at least 1.
 */
export function stepsPerOne(total: number, rowCount: number): number {
  return powerOfTwoBelow(Math.max(limit - 4 * rowCount, 1) / Math.max(total, 1e-300))
}
