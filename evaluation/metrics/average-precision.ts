import { defineMetric } from '../define-metric.ts'

/**
 * Average precision: sum over thresholds of (R_k - R_{k-1}) P_k, rows of equal p enter together, no interpolation (as
 * scikit-learn's). NaN without churners; the base rate for a constant p.
 */
export const averagePrecision = defineMetric({
  name: 'average_precision',
  direction: 'maximize',
  reads: 'ranking',
  overSorted({ y, endsGroup, unweighted }) {
    return ({ rows: weights, churned } = unweighted) => {
      let total = 0
      let churners = 0
      let rows = 0
      let groupChurners = 0
      for (let i = y.length - 1; i >= 0; i--) {
        const weight = weights[i]!
        rows += weight
        groupChurners += weight * y[i]!
        if (i > 0 && endsGroup[i - 1] === 0) continue
        churners += groupChurners
        total += (groupChurners * churners) / Math.max(rows, Number.MIN_VALUE)
        groupChurners = 0
      }
      return total / churned
    }
  },
})
