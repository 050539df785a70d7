import { defineMetric } from '../define-metric.ts'

/**
 * Area under the ROC curve = P(p of a churner > p of a stayer) + half of P(equal) (Hanley and McNeil 1982).
 * NaN with one class or no rows.
 */
export const auc = defineMetric({
  name: 'auc',
  direction: 'maximize',
  reads: 'ranking',
  overSorted({ y, endsGroup, unweighted }) {
    return ({ rows: weights, mass, churned } = unweighted) => {
      let concordant = 0
      let stayersBelow = 0
      let groupChurners = 0
      let group = 0
      for (let i = 0; i < y.length; i++) {
        const weight = weights[i]!
        group += weight
        groupChurners += weight * y[i]!
        if (endsGroup[i] === 0) continue
        const groupStayers = group - groupChurners
        concordant += groupChurners * (stayersBelow + groupStayers / 2)
        stayersBelow += groupStayers
        groupChurners = group = 0
      }
      return concordant / (churned * (mass - churned))
    }
  },
})
