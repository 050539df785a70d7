import { defineMetric } from '../define-metric.ts'

/**
 * Average precision: sum over thresholds of (R_k - R_{k-1}) P_k, rows of equal p enter together, no interpolation (as
 * scikit-learn's). NaN without churners; the base rate for a constant p.
 */
export const averagePrecision = defineMetric({
  name: 'average_precision',
  direction: 'maximize',
  reads: 'ranking',
  overSorted({ y, endsGroup, ones }) {
    return (weights = ones) => {
      let total = 0
      let churners = 0
      let rows = 0
      let groupChurners = 0
      for (let i = y.length - 1; i >= 0; i--) {
        const weight = weights[i]!
        rows += weight
        if (y[i] === 1) groupChurners += weight
        if (i > 0 && endsGroup[i - 1] === 0) continue
        churners += groupChurners
        if (groupChurners > 0) total += (groupChurners * churners) / rows
        groupChurners = 0
      }
      return total / churners
    }
  },
})
