import type { Labels, Probabilities } from '../core/dataset.ts'

export interface MetricInput {
  readonly y: Labels
  readonly p: Probabilities
  /** Dense user index per row; bootstrap resamples users. */
  readonly users: Uint32Array
  /** Decision threshold chosen on select; used by f1, precision, recall. */
  readonly threshold?: number
}

/**
 * `prepare` sorts once; the function it returns computes the metric for user multiplicities `userWeights[users[i]]`
 * (absent = all 1) in O(n), so that 1,000 bootstrap replicates are cheap. NaN where undefined (one class, no rows).
 */
export interface Metric {
  readonly name: string
  readonly direction: 'maximize' | 'minimize' | 'target'
  /** For `target`: the ideal value (calibration slope 1, intercept 0). */
  readonly ideal?: number
  readonly reads: 'ranking' | 'probability'
  prepare(input: MetricInput): (userWeights?: Float32Array) => number
}

/** A value with its 95 % percentile interval. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}
