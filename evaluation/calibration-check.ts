import type { Labels, Probabilities } from '../core/dataset.ts'
import { ece } from './metrics/ece.ts'

export interface CalibrationVerdict {
  readonly passed: boolean
  /** Mean predicted probability / base rate; NaN without churners. */
  readonly meanOverBase: number
  readonly ece: number
  readonly message: string
}

/** Bounds of a probability that may be called one. */
export interface CalibrationBounds {
  /** Limits of mean(p) / base rate, inclusive. Default [0.9, 1.1]. */
  readonly meanOverBase: readonly [number, number]
  /** Upper limit of ECE, inclusive. Default 0.05. */
  readonly ece: number
}

export const defaultCalibrationBounds: CalibrationBounds = { meanOverBase: [0.9, 1.1], ece: 0.05 }

/**
 * Whether the probabilities of test may be published as such. When not, `probability` is null and only `score_raw` is
 * published. Fails where the numbers are undefined.
 */
export function checkCalibration(
  y: Labels,
  p: Probabilities,
  bounds: CalibrationBounds = defaultCalibrationBounds,
): CalibrationVerdict {
  let predicted = 0
  let churners = 0
  for (let i = 0; i < y.length; i++) {
    predicted += p[i]!
    churners += y[i]!
  }
  const meanOverBase = churners === 0 ? Number.NaN : predicted / churners
  const error = ece.prepare({ y, p, users: new Uint32Array(y.length) })()
  const [low, high] = bounds.meanOverBase
  const faults: string[] = []
  if (!(meanOverBase >= low && meanOverBase <= high))
    faults.push(`mean probability is ${meanOverBase.toFixed(3)} x the base rate, expected ${low} to ${high}`)
  if (!(error <= bounds.ece)) faults.push(`ECE is ${error.toFixed(4)}, expected at most ${bounds.ece}`)
  const message =
    faults.length === 0
      ? `mean probability is ${meanOverBase.toFixed(3)} x the base rate, ECE ${error.toFixed(4)}`
      : faults.join('; ')
  return { passed: faults.length === 0, meanOverBase, ece: error, message }
}
