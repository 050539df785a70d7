import type { RowMetric, RowWeights, SortedRows } from '../metric.ts'
import { firstAtLeast } from '../sorted-rows.ts'

/** Masses at the decision threshold. */
export interface Confusion {
  readonly truePositive: number
  readonly predicted: number
  readonly churners: number
}

/** f1, precision and recall read the same table of the same replicate. */
const tables = new WeakMap<SortedRows, (weights: RowWeights) => Confusion>()

/**
 * A metric of the confusion table at `rows.threshold` (churn is predicted where p >= threshold).
 * Throws a RangeError without a threshold: one half is never assumed.
 */
export function overConfusion(rows: SortedRows, name: string, formula: (table: Confusion) => number): RowMetric {
  if (rows.threshold === undefined || Number.isNaN(rows.threshold))
    throw new RangeError(`metric "${name}" needs the threshold chosen on select, got ${rows.threshold}`)
  const tableOf = tables.get(rows) ?? confusionOf(rows, rows.threshold)
  tables.set(rows, tableOf)
  return (weights = rows.unweighted) => formula(tableOf(weights))
}

function confusionOf({ y, p }: SortedRows, threshold: number): (weights: RowWeights) => Confusion {
  const from = firstAtLeast(p, threshold)
  let last: RowWeights | null = null
  let table: Confusion = { truePositive: 0, predicted: 0, churners: 0 }
  return (weights) => {
    if (weights === last) return table
    const mass = weights.rows
    let truePositive = 0
    let predicted = 0
    for (let i = from; i < y.length; i++) {
      predicted += mass[i]!
      truePositive += mass[i]! * y[i]!
    }
    last = weights
    table = { truePositive, predicted, churners: weights.churned }
    return table
  }
}
