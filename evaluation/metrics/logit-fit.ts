import type { LogitBins } from './logit-bins.ts'

export interface LogitFit {
  intercept: number
  slope: number
}

const notFitted: LogitFit = { intercept: Number.NaN, slope: Number.NaN }
/** Size of the last step; the error behind it is of its square. */
const tolerance = 1e-7
const steps = 50
/** Newton steps up to this length are taken as they are: replicates start close to their end. */
const longStep = 0.25
/** Mean curvature below which the classes are separated: the likelihood has no maximum, only an end of precision. */
const flat = 1e-8

interface Derivatives {
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
  if (!(bins.churned > 0 && bins.churned < bins.total)) return notFitted
  let at = derivatives(bins, intercept, slope)
  for (let step = 0; step < steps; step++) {
    const move: [number, number] = fixedSlope ? [at.gradient0 / at.hessian00, 0] : newtonStep(at)
    let [d0, d1] = move
    if (!Number.isFinite(d0) || !Number.isFinite(d1)) return notFitted
    if (Math.abs(d0) + Math.abs(d1) > longStep) [d0, d1] = shortened(bins, { intercept, slope }, [d0, d1])
    intercept += d0
    slope += d1
    const isThere =
      Math.abs(d0) < tolerance * (1 + Math.abs(intercept)) && Math.abs(d1) < tolerance * (1 + Math.abs(slope))
    if (isThere) return at.hessian00 > flat * bins.total ? { intercept, slope } : notFitted
    at = derivatives(bins, intercept, slope)
  }
  return notFitted
}

function newtonStep(at: Derivatives): [number, number] {
  const determinant = at.hessian00 * at.hessian11 - at.hessian01 ** 2
  if (!(determinant > 1e-12 * at.hessian00 * at.hessian11)) return [Number.NaN, Number.NaN]
  return [
    (at.hessian11 * at.gradient0 - at.hessian01 * at.gradient1) / determinant,
    (at.hessian00 * at.gradient1 - at.hessian01 * at.gradient0) / determinant,
  ]
}

/** The step, halved until the likelihood does not fall. */
function shortened(bins: LogitBins, from: LogitFit, step: readonly [number, number]): [number, number] {
  let [d0, d1] = step
  const before = negativeLogLikelihood(bins, from.intercept, from.slope)
  for (let halving = 0; halving < 30; halving++) {
    const after = negativeLogLikelihood(bins, from.intercept + d0, from.slope + d1)
    if (after <= before + 1e-12 * Math.abs(before)) break
    d0 /= 2
    d1 /= 2
  }
  return [d0, d1]
}

function negativeLogLikelihood(bins: LogitBins, intercept: number, slope: number): number {
  let loss = -(intercept * bins.churned + slope * bins.churnedZ)
  for (let i = 0; i < bins.size; i++) {
    const eta = intercept + slope * bins.z[i]!
    loss += bins.mass[i]! * (Math.log1p(Math.exp(-Math.abs(eta))) + Math.max(eta, 0))
  }
  return loss
}

function derivatives({ size, z, mass, churned, churnedZ }: LogitBins, intercept: number, slope: number): Derivatives {
  let [gradient0, gradient1] = [churned, churnedZ]
  let [hessian00, hessian01, hessian11] = [0, 0, 0]
  for (let i = 0; i < size; i++) {
    const eta = intercept + slope * z[i]!
    const e = Math.exp(-Math.abs(eta))
    const expected = mass[i]! * (eta >= 0 ? 1 / (1 + e) : e / (1 + e))
    const curvature = (mass[i]! * e) / (1 + e) ** 2
    gradient0 -= expected
    gradient1 -= expected * z[i]!
    hessian00 += curvature
    hessian01 += curvature * z[i]!
    hessian11 += curvature * z[i]! ** 2
  }
  return { gradient0, gradient1, hessian00, hessian01, hessian11 }
}
