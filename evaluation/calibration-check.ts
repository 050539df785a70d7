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

/** What makes a figure out of its bounds a fault: that it is, or that chance alone does not explain it as well. */
export const calibrationRules = ['bounds', 'significance'] as const

export interface CalibrationCheck {
  /** The rows that the probabilities were calibrated on; null: they came from elsewhere. */
  readonly calibrate: Judged | null
  readonly rule: (typeof calibrationRules)[number]
  readonly bounds?: CalibrationBounds
}

/**
 * Whether the probabilities of test may be published as such. When not, `probability` is null and only `score_raw` is
 * published. With 200 churners in test and in calibrate the base rates alone are known to 7 %, so that a bound of 10 % by itself
 * raises an alarm in every third run in which nothing is wrong; with `significance` at most 1 % of them fail. Fails where the
 * numbers are undefined.
 */
export function checkCalibration(
  input: Judged,
  { calibrate, rule, bounds = defaultCalibrationBounds }: CalibrationCheck,
): CalibrationVerdict {
  const { y, p } = input
  const churners = total(y)
  const meanOverBase = churners === 0 ? Number.NaN : total(p) / churners
  const error = ece.prepare(input)()
  const { isTotalOff, isBinOff } = calibrationEvidence(input, calibrate)
  const [low, high] = bounds.meanOverBase
  const outside = [
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
  ].filter(({ isInside }) => !isInside)
  const faults = rule === 'bounds' ? outside : outside.filter(({ isProven }) => isProven)
  const said = (limits: typeof outside): string => limits.map(({ words }) => words).join('; ')
  const count = (n: number): string => n.toLocaleString('en')
  const churnersInWords = `${count(churners)} churners in test${calibrate === null ? '' : ` and ${count(total(calibrate.y))} in calibrate`}`
  const verdict = { meanOverBase, ece: error }
  if (outside.length === 0) {
    const message = `mean probability is ${meanOverBase.toFixed(3)} x the base rate, ECE ${error.toFixed(4)}`
    return { ...verdict, passed: true, message }
  }
  if (faults.length === 0)
    return { ...verdict, passed: true, message: `${said(outside)}, which chance explains with ${churnersInWords}` }
  const isChance = faults.every(({ isProven }) => !isProven)
  const hint = `; with ${churnersInWords} chance may explain it, which evaluate.calibrationCheck: significance allows for`
  return { ...verdict, passed: false, message: `${said(faults)}${isChance ? hint : ''}` }
}

const total = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}
