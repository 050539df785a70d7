import { cholesky } from '../../core/numeric/cholesky.ts'

/** Penalty l1 |b| + l2 b^2 / 2 on every coefficient but the intercept (the last entry). */
export interface Penalty {
  readonly l1: number
  readonly l2: number
}

/** The quadratic model of the mean log-loss around `at`: gradient' s + s' curvature s / 2, intercept last. */
export interface QuadraticModel {
  readonly at: Float64Array
  readonly gradient: Float64Array
  readonly curvature: Float64Array
}

/** The step s that minimises quadratic model plus penalty at at + s. Terms that depend on earlier ones stay put. */
export function bestStep(model: QuadraticModel, penalty: Penalty): Float64Array {
  return penalty.l1 > 0 ? coordinateDescent(model, penalty) : newtonStep(model, penalty)
}

function newtonStep({ at, gradient, curvature }: QuadraticModel, { l2 }: Penalty): Float64Array {
  const size = at.length
  const matrix = curvature.slice()
  const right = new Float64Array(size)
  for (let j = 0; j < size; j++) {
    const ridge = j < size - 1 ? l2 : 0
    matrix[j * size + j]! += ridge
    right[j] = -(gradient[j]! + ridge * at[j]!)
  }
  return cholesky(matrix, size).solve(right)
}

const maxRounds = 1000
const restTolerance = 1e-13

/**
 * Minimises the quadratic model with an L1 part: a sweep of coordinate descent over all coefficients on the Gram matrix
 * (Friedman, Hastie and Tibshirani 2010, sec. 2.2) finds which are not 0 and their signs, then the linear system of these
 * is solved outright, so that near-collinear columns do not cost thousands of sweeps. Ends when a sweep moves nothing.
 */
function coordinateDescent(model: QuadraticModel, penalty: Penalty): Float64Array {
  const b = model.at.slice()
  for (let round = 0; round < maxRounds; round++) {
    if (sweep(model, penalty, b) <= restTolerance) break
    solveActive(model, penalty, b)
  }
  return b.map((value, j) => value - model.at[j]!)
}

/** One pass of coordinate descent over `b`; returns the largest move, in standard deviations of the linear predictor. */
function sweep(model: QuadraticModel, { l1, l2 }: Penalty, b: Float64Array): number {
  const { curvature } = model
  const size = b.length
  const slope = slopeAt(model, b)
  let largest = 0
  for (let j = size - 1; j >= 0; j--) {
    const curve = curvature[j * size + j]!
    if (!(curve > 0)) continue
    const pull = curve * b[j]! - slope[j]!
    const target = j === size - 1 ? pull / curve : softThreshold(pull, l1) / (curve + l2)
    const change = target - b[j]!
    if (change === 0) continue
    b[j] = target
    for (let k = 0; k < size; k++) slope[k]! += change * curvature[j * size + k]!
    largest = Math.max(largest, Math.abs(change) * Math.sqrt(curve))
  }
  return largest
}

/**
 * Moves `b` to the minimum over its non-zero coefficients with their signs held. A coefficient that would change sign
 * stops at 0 and leaves; the rest is solved again. The objective never rises: it is quadratic within the signs.
 */
function solveActive(model: QuadraticModel, penalty: Penalty, b: Float64Array): void {
  const last = b.length - 1
  for (let round = 0; round <= last; round++) {
    const active = Array.from(b.keys()).filter((j) => j === last || b[j] !== 0)
    const target = activeMinimum(model, penalty, { b, active })
    let length = 1
    for (const [k, j] of active.entries())
      if (j < last && b[j]! * target[k]! <= 0) length = Math.min(length, b[j]! / (b[j]! - target[k]!))
    for (const [k, j] of active.entries()) {
      const isStopped = j < last && b[j]! * target[k]! <= 0 && b[j]! / (b[j]! - target[k]!) <= length
      b[j] = isStopped ? 0 : b[j]! + length * (target[k]! - b[j]!)
    }
    if (length === 1) return
  }
}

function activeMinimum(
  model: QuadraticModel,
  { l1, l2 }: Penalty,
  { b, active }: { b: Float64Array; active: readonly number[] },
): Float64Array {
  const size = active.length
  const slope = slopeAt(model, b)
  const matrix = new Float64Array(size * size)
  const right = new Float64Array(size)
  for (const [k, j] of active.entries()) {
    for (const [m, i] of active.entries()) matrix[k * size + m] = model.curvature[j * b.length + i]!
    const isIntercept = j === b.length - 1
    if (!isIntercept) matrix[k * size + k]! += l2
    right[k] = -(slope[j]! + (isIntercept ? 0 : l2 * b[j]! + l1 * Math.sign(b[j]!)))
  }
  return cholesky(matrix, size)
    .solve(right)
    .map((step, k) => b[active[k]!]! + step)
}

/** Gradient of the quadratic model at `b`, without penalty. */
function slopeAt({ at, gradient, curvature }: QuadraticModel, b: Float64Array): Float64Array {
  const size = b.length
  const slope = gradient.slice()
  for (let j = 0; j < size; j++) {
    const change = b[j]! - at[j]!
    if (change !== 0) for (let k = 0; k < size; k++) slope[k]! += change * curvature[j * size + k]!
  }
  return slope
}

function softThreshold(value: number, threshold: number): number {
  return value > threshold ? value - threshold : value < -threshold ? value + threshold : 0
}
