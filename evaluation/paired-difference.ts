import { percentileInterval, type EvaluatedModel } from './bootstrap.ts'
import type { Interval } from './metric.ts'

/** `value` = a - b on the data, interval and standard error from the paired resamples. */
export interface PairedDifference extends Interval {
  readonly metric: string
  /** Standard deviation of the resampled differences; NaN with fewer than two. */
  readonly standardError: number
}

/**
 * Difference of two models on one metric, both from one call of `evaluateModels`: the same resamples, so that what the
 * models share cancels. `through` is applied to both sides first (e.g. distance to an ideal). Throws a RangeError when
 * the metric was not evaluated.
 */
export function pairedDifference(
  a: EvaluatedModel,
  b: EvaluatedModel,
  metric: string,
  through: (value: number) => number = (value) => value,
): PairedDifference {
  const [left, right] = [a.metrics[metric], b.metrics[metric]]
  if (!left || !right) throw new RangeError(`pairedDifference: metric "${metric}" was not evaluated`)
  const others = b.replicates[metric]!
  const differences = a.replicates[metric]!.map((value, r) => through(value) - through(others[r]!))
  return {
    metric,
    ...percentileInterval(through(left.value) - through(right.value), differences),
    standardError: standardDeviation(differences.filter((difference) => !Number.isNaN(difference))),
  }
}

function standardDeviation(values: Float64Array): number {
  if (values.length < 2) return Number.NaN
  let mean = 0
  for (const value of values) mean += value / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return Math.sqrt(squares / (values.length - 1))
}
