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

const maxSweeps = 10_000
const sweepTolerance = 1e-13

/**
 * Cyclic coordinate descent on the Gram matrix (Friedman, Hastie and Tibshirani 2010, sec. 2.2, covariance updates):
 * sweeps over the active coefficients until they rest, then one over all; ends when a full sweep moves nothing.
 */
function coordinateDescent({ at, gradient, curvature }: QuadraticModel, penalty: Penalty): Float64Array {
  const size = at.length
  const b = at.slice()
  // Gradient of the quadratic model at b, kept current as coefficients move.
  const slope = gradient.slice()
  const move = (j: number): number => {
    const curve = curvature[j * size + j]!
    if (!(curve > 0)) return 0
    const pull = curve * b[j]! - slope[j]!
    const isIntercept = j === size - 1
    const target = isIntercept ? pull / curve : softThreshold(pull, penalty.l1) / (curve + penalty.l2)
    const change = target - b[j]!
    if (change === 0) return 0
    b[j] = target
    for (let k = 0; k < size; k++) slope[k]! += change * curvature[j * size + k]!
    return Math.abs(change) * Math.sqrt(curve)
  }
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let largest = 0
    for (let j = size - 1; j >= 0; j--) largest = Math.max(largest, move(j))
    if (largest <= sweepTolerance) break
    for (let inner = 0; inner < maxSweeps && largest > sweepTolerance; inner++) {
      largest = 0
      for (let j = size - 1; j >= 0; j--) if (b[j] !== 0) largest = Math.max(largest, move(j))
    }
  }
  return b.map((value, j) => value - at[j]!)
}

function softThreshold(value: number, threshold: number): number {
  return value > threshold ? value - threshold : value < -threshold ? value + threshold : 0
}
