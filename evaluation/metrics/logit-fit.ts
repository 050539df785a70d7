import type { LogitBins } from './logit-bins.ts'

export interface LogitFit {
  intercept: number
  slope: number
}

const notFitted: LogitFit = { intercept: Number.NaN, slope: Number.NaN }
const tolerance = 1e-9
const steps = 50

interface Derivatives {
  loss: number
  /** First derivatives of the log-likelihood, and the negative second ones. */
  gradient0: number
  gradient1: number
  hessian00: number
  hessian01: number
  hessian11: number
}

/**
 * Maximum likelihood of P(y = 1) = sigmoid(intercept + slope z) by Newton's method with step halving. With `fixedSlope`
 * the slope stays as in `start`. NaN for one class, for a constant z (unless the slope is fixed) and where the classes
 * are separated, so that no maximum exists.
 */
export function fitLogit(bins: LogitBins, start: LogitFit, fixedSlope: boolean): LogitFit {
  let { intercept, slope } =
    Number.isFinite(start.slope) && Number.isFinite(start.intercept) ? start : { intercept: 0, slope: 1 }
  if (hasOneClass(bins)) return notFitted
  let at = derivatives(bins, intercept, slope)
  for (let step = 0; step < steps; step++) {
    const move = fixedSlope ? [at.gradient0 / at.hessian00, 0] : newtonStep(at)
    let [d0, d1] = move as [number, number]
    if (!Number.isFinite(d0) || !Number.isFinite(d1)) return notFitted
    let next = derivatives(bins, intercept + d0, slope + d1)
    for (let halving = 0; !(next.loss <= at.loss + 1e-12 * Math.abs(at.loss)) && halving < 30; halving++) {
      d0 /= 2
      d1 /= 2
      next = derivatives(bins, intercept + d0, slope + d1)
    }
    intercept += d0
    slope += d1
    at = next
    if (Math.abs(d0) < tolerance * (1 + Math.abs(intercept)) && Math.abs(d1) < tolerance * (1 + Math.abs(slope)))
      return { intercept, slope }
  }
  return notFitted
}

function hasOneClass({ size, mass, churned }: LogitBins): boolean {
  let total = 0
  let churners = 0
  for (let i = 0; i < size; i++) {
    total += mass[i]!
    churners += churned[i]!
  }
  return !(churners > 0 && churners < total)
}

function newtonStep(at: Derivatives): [number, number] {
  const determinant = at.hessian00 * at.hessian11 - at.hessian01 ** 2
  if (!(determinant > 1e-12 * at.hessian00 * at.hessian11)) return [Number.NaN, Number.NaN]
  return [
    (at.hessian11 * at.gradient0 - at.hessian01 * at.gradient1) / determinant,
    (at.hessian00 * at.gradient1 - at.hessian01 * at.gradient0) / determinant,
  ]
}

function derivatives({ size, z, mass, churned }: LogitBins, intercept: number, slope: number): Derivatives {
  let [loss, gradient0, gradient1, hessian00, hessian01, hessian11] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < size; i++) {
    const eta = intercept + slope * z[i]!
    const e = Math.exp(-Math.abs(eta))
    const p = eta >= 0 ? 1 / (1 + e) : e / (1 + e)
    loss += mass[i]! * (Math.log1p(e) + Math.max(eta, 0)) - churned[i]! * eta
    const residual = churned[i]! - mass[i]! * p
    const curvature = (mass[i]! * e) / (1 + e) ** 2
    gradient0 += residual
    gradient1 += residual * z[i]!
    hessian00 += curvature
    hessian01 += curvature * z[i]!
    hessian11 += curvature * z[i]! ** 2
  }
  return { loss, gradient0, gradient1, hessian00, hessian01, hessian11 }
}
