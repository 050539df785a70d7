import type { RowMetric, SortedRows } from '../metric.ts'
import { firstAtLeast } from '../sorted-rows.ts'

/** Masses at the decision threshold. */
export interface Confusion {
  truePositive: number
  predicted: number
  churners: number
}

/**
 * A metric of the confusion table at `rows.threshold` (churn is predicted where p >= threshold).
 * Throws a RangeError without a threshold: one half is never assumed.
 */
export function overConfusion(rows: SortedRows, name: string, formula: (table: Confusion) => number): RowMetric {
  const { threshold, y, p, ones } = rows
  if (threshold === undefined || Number.isNaN(threshold))
    throw new RangeError(`metric "${name}" needs the threshold chosen on select, got ${threshold}`)
  const from = firstAtLeast(p, threshold)
  return (weights = ones) => {
    let missed = 0
    for (let i = 0; i < from; i++) missed += weights[i]! * y[i]!
    let truePositive = 0
    let predicted = 0
    for (let i = from; i < y.length; i++) {
      predicted += weights[i]!
      truePositive += weights[i]! * y[i]!
    }
    return formula({ truePositive, predicted, churners: missed + truePositive })
  }
}
