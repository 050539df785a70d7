import type { Labels, Probabilities } from '../core/dataset.ts'

export interface MetricInput {
  readonly y: Labels
  readonly p: Probabilities
  /** Dense user index per row; bootstrap resamples users. */
  readonly users: Uint32Array
  /** Decision threshold chosen on select; used by f1, precision, recall: churn is predicted where p >= threshold. */
  readonly threshold?: number
}

/** The rows of a MetricInput in ascending order of p (equal p: in the order given), sorted once for all metrics. */
export interface SortedRows {
  readonly y: Labels
  readonly p: Probabilities
  readonly users: Uint32Array
  /** 1 where row i is the last of its p: rows of equal p are one group to every metric. */
  readonly endsGroup: Uint8Array
  /** Weight 1 for all: the data as they are. */
  readonly unweighted: RowWeights
  readonly threshold?: number
}

/** One replicate's weights of sorted rows; a new object for every replicate, so that its identity can key a memo. */
export interface RowWeights {
  /** In the order of the sorted rows; finite, >= 0. */
  readonly rows: Float32Array
  /** Sum of the weights, and of the weights of churners. */
  readonly mass: number
  readonly churned: number
}

/** Metric for one replicate; absent = `unweighted`. */
export type RowMetric = (weights?: RowWeights) => number

/**
 * `prepare` sorts once; the function it returns computes the metric for user multiplicities `userWeights[users[i]]`
 * (absent = all 1) in O(n), so that 1,000 bootstrap replicates are cheap. NaN where undefined (one class, no rows).
 * A weight of k means the same as the row repeated k times. Made by `defineMetric`.
 */
export interface Metric {
  readonly name: string
  readonly direction: 'maximize' | 'minimize' | 'target'
  /** For `target`: the ideal value (calibration slope 1, intercept 0). */
  readonly ideal?: number
  readonly reads: 'ranking' | 'probability'
  prepare(input: MetricInput): (userWeights?: Float32Array) => number
  /** The same over rows that are sorted already: what the bootstrap calls, so that all metrics share one sort. */
  overSorted(rows: SortedRows): RowMetric
}

/** A value with its 95 % percentile interval. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}
