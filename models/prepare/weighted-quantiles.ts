import { argsort } from '../../core/numeric/argsort.ts'

/**
 * For each q of `qs` the least value whose cumulated weight reaches q of the total (Hyndman and Fan type 1), so that a
 * row twice and a row of weight 2 are the same. Values that are not finite are left out; NaN when none is left.
 */
export function weightedQuantiles(
  values: Float32Array,
  weights: ArrayLike<number> | undefined,
  qs: readonly number[],
): number[] {
  return weights === undefined ? unweighted(values, qs) : weighted(values, weights, qs)
}

function unweighted(values: Float32Array, qs: readonly number[]): number[] {
  const sorted = values.filter((value) => Number.isFinite(value)).sort()
  return qs.map((q) => sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? Number.NaN)
}

function weighted(values: Float32Array, weights: ArrayLike<number>, qs: readonly number[]): number[] {
  const order = argsort(values).filter((i) => Number.isFinite(values[i]!))
  const total = order.reduce((sum, i) => sum + weights[i]!, 0)
  return qs.map((q) => {
    let reached = 0
    for (const i of order) {
      reached += weights[i]!
      if (reached >= q * total - 1e-9) return values[i]!
    }
    return order.length === 0 ? Number.NaN : values[order[order.length - 1]!]!
  })
}
