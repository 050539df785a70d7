import type { RowMetric, SortedRows } from '../metric.ts'

/** Weighted mean of a loss per row that does not depend on the weights; NaN when there is no weight. */
export function overMeanLoss({ y, p, unweighted }: SortedRows, loss: (y: number, p: number) => number): RowMetric {
  const losses = Float64Array.from(p, (value, i) => loss(y[i]!, value))
  return ({ rows: weights, mass } = unweighted) => {
    let total = 0
    for (let i = 0; i < losses.length; i++) total += weights[i]! * losses[i]!
    return total / mass
  }
}
