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
    return ({ rows: weights, mass, churned } = unweighted) => {
      let total = 0
      let massAbove = mass
      let churnedAbove = churned
      let group = 0
      let groupChurned = 0
      for (let i = 0; i < y.length; i++) {
        const weight = weights[i]!
        group += weight
        groupChurned += weight * y[i]!
        if (endsGroup[i] === 0) continue
        // "Above" counts the group itself. Without mass there is no churner either: the term is 0.
        total += (groupChurned * churnedAbove) / (massAbove > 0 ? massAbove : 1)
        massAbove -= group
        churnedAbove -= groupChurned
        group = 0
        groupChurned = 0
      }
      return total / churned
    }
  },
})
