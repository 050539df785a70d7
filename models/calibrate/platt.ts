import type { Labels, Probabilities } from '../../core/dataset.ts'
import { logit } from '../../core/numeric/logit.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { CalibrationMap, Calibrator } from '../calibrator.ts'
import { hasBothClasses } from './has-both-classes.ts'
import { identity } from './none.ts'

/** Slope and intercept of the map p -> sigmoid(slope logit(p) + intercept); Platt's A = -slope, B = -intercept. */
export interface PlattMap {
  readonly slope: number
  readonly intercept: number
}

/** Scores enter as log-odds of [this, 1 - this], so that a score of exactly 0 or 1 does not decide the fit. */
const scoreLimit = 1e-6
/** Scores that rank worse than chance keep their order, almost flat: the map must not turn a ranking round. */
const leastSlope = 1e-6

/**
 * Sigmoid calibration, Platt (1999) sec. 2.2, on the log-odds of the score, so that slope 1 and intercept 0 change
 * nothing.
 */
export const platt: Calibrator = {
  name: 'platt',
  fit: (scores, y) => (hasBothClasses(y) ? plattMap(fitPlatt(scores, y)) : identity),
}

export function plattMap({ slope, intercept }: PlattMap): CalibrationMap {
  return {
    calibrator: 'platt',
    apply: (scores) => scores.map((score) => sigmoid(slope * logit(score, scoreLimit) + intercept)),
    save: () => ({ calibrator: 'platt', slope, intercept }),
  }
}

/** Targets (N+ + 1) / (N+ + 2) and 1 / (N- + 2) instead of 1 and 0, which keep perfectly separated scores finite. */
function fitPlatt(scores: Probabilities, y: Labels): PlattMap {
  const churned = y.reduce((sum, label) => sum + label, 0)
  const stayed = y.length - churned
  const targets = Float64Array.from(y, (label) => (label === 1 ? (churned + 1) / (churned + 2) : 1 / (stayed + 2)))
  const f = scores.map((score) => logit(score, scoreLimit))
  const start = { slope: 0, intercept: Math.log((churned + 1) / (stayed + 1)) }
  const free = newton(f, targets, { start, isSlopeFree: true })
  if (free.slope >= leastSlope) return free
  return newton(f, targets, { start: { ...start, slope: leastSlope }, isSlopeFree: false })
}

/** Newton's method with backtracking, Lin, Lin and Weng (2007), algorithm 1; stops at a gradient of 1e-10 per row. */
function newton(
  f: Float64Array,
  targets: Float64Array,
  { start, isSlopeFree }: { start: PlattMap; isSlopeFree: boolean },
): PlattMap {
  let current = start
  let loss = meanLoss(f, targets, current)
  for (let iteration = 0; iteration < 100; iteration++) {
    const { gradient, curvature } = derivatives(f, targets, current)
    const [gs, gi] = isSlopeFree ? gradient : [0, gradient[1]]
    if (Math.max(Math.abs(gs), Math.abs(gi)) < 1e-10) break
    const [ss, si, ii] = curvature
    const determinant = ss * ii - si * si
    const [ds, di] = isSlopeFree ? [(ii * gs - si * gi) / determinant, (ss * gi - si * gs) / determinant] : [0, gi / ii]
    let length = 1
    let next = current
    let nextLoss = loss
    for (; length > 1e-10; length /= 2) {
      next = { slope: current.slope - length * ds, intercept: current.intercept - length * di }
      nextLoss = meanLoss(f, targets, next)
      if (nextLoss < loss) break
    }
    if (!(nextLoss < loss)) break
    current = next
    loss = nextLoss
  }
  return current
}

function meanLoss(f: Float64Array, targets: Float64Array, { slope, intercept }: PlattMap): number {
  let loss = 0
  for (let i = 0; i < f.length; i++) {
    const z = slope * f[i]! + intercept
    loss += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - targets[i]! * z
  }
  return loss / f.length
}

/** Gradient and upper triangle of the Hessian (slope, intercept) of the mean loss; a ridge of 1e-12 keeps it invertible. */
function derivatives(
  f: Float64Array,
  targets: Float64Array,
  { slope, intercept }: PlattMap,
): { gradient: [number, number]; curvature: [number, number, number] } {
  let [gs, gi, ss, si, ii] = [0, 0, 0, 0, 0]
  for (let i = 0; i < f.length; i++) {
    const p = sigmoid(slope * f[i]! + intercept)
    const difference = p - targets[i]!
    const weight = p * (1 - p)
    gs += difference * f[i]!
    gi += difference
    ss += weight * f[i]! * f[i]!
    si += weight * f[i]!
    ii += weight
  }
  const n = f.length
  return { gradient: [gs / n, gi / n], curvature: [ss / n + 1e-12, si / n, ii / n + 1e-12] }
}
