import { calibrationEvidence } from './calibration-evidence.ts'
import type { MetricInput } from './metric.ts'
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

type Judged = Pick<MetricInput, 'y' | 'p' | 'users'>

/**
 * Whether the probabilities of test may be published as such. When not, `probability` is null and only `score_raw` is
 * published. Fails where a figure is out of its bounds and chance alone does not explain that: with 200 churners in test and in
 * calibrate the base rates alone are known to 7 %, so that a bound of 10 % by itself would raise an alarm in every third
 * run in which nothing is wrong; with the test at most 1 % of them fail. `calibrate`: the rows that the probabilities were
 * calibrated on; null: they came from elsewhere. Fails where the numbers are undefined.
 */
export function checkCalibration(
  input: Judged,
  calibrate: Judged | null,
  bounds: CalibrationBounds = defaultCalibrationBounds,
): CalibrationVerdict {
  const { y, p } = input
  let predicted = 0
  let churners = 0
  for (let i = 0; i < y.length; i++) {
    predicted += p[i]!
    churners += y[i]!
  }
  const meanOverBase = churners === 0 ? Number.NaN : predicted / churners
  const error = ece.prepare(input)()
  const { isTotalOff, isBinOff } = calibrationEvidence(input, calibrate)
  const [low, high] = bounds.meanOverBase
  const limits = [
    {
      isInside: meanOverBase >= low && meanOverBase <= high,
      isProven: isTotalOff || Number.isNaN(meanOverBase),
      words: `mean probability is ${meanOverBase.toFixed(3)} x the base rate, expected ${low} to ${high}`,
    },
    {
      isInside: error <= bounds.ece,
      isProven: isBinOff || Number.isNaN(error),
      words: `ECE is ${error.toFixed(4)}, expected at most ${bounds.ece}`,
    },
  ]
  const inCalibrate =
    calibrate === null ? '' : ` and ${calibrate.y.reduce((sum, label) => sum + label, 0)} in calibrate`
  const outside = limits.filter(({ isInside }) => !isInside)
  const faults = outside.filter(({ isProven }) => isProven)
  const passed = faults.length === 0
  const message = !passed
    ? faults.map(({ words }) => words).join('; ')
    : outside.length === 0
      ? `mean probability is ${meanOverBase.toFixed(3)} x the base rate, ECE ${error.toFixed(4)}`
      : `${outside.map(({ words }) => words).join('; ')}, which chance explains with ${churners} churners in test${inCalibrate}`
  return { passed, meanOverBase, ece: error, message }
}
