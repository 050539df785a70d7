import type { RowMetric, SortedRows } from '../metric.ts'

/** Weighted mean of a loss per row that does not depend on the weights; NaN when there is no weight. */
export function overMeanLoss({ y, p, ones }: SortedRows, loss: (y: number, p: number) => number): RowMetric {
  const losses = Float64Array.from(p, (value, i) => loss(y[i]!, value))
  return (weights = ones) => {
    let total = 0
    let mass = 0
    for (let i = 0; i < losses.length; i++) {
      total += weights[i]! * losses[i]!
      mass += weights[i]!
    }
    return total / mass
  }
}
