import { defineMetric } from '../define-metric.ts'

/**
 * Area under the ROC curve = P(p of a churner > p of a stayer) + half of P(equal) (Hanley and McNeil 1982).
 * NaN with one class or no rows.
 */
export const auc = defineMetric({
  name: 'auc',
  direction: 'maximize',
  reads: 'ranking',
  overSorted({ y, endsGroup, ones }) {
    return (weights = ones) => {
      let concordant = 0
      let stayersBelow = 0
      let churners = 0
      let groupChurners = 0
      let groupStayers = 0
      for (let i = 0; i < y.length; i++) {
        const weight = weights[i]!
        if (y[i] === 1) groupChurners += weight
        else groupStayers += weight
        if (endsGroup[i] === 0) continue
        concordant += groupChurners * (stayersBelow + groupStayers / 2)
        stayersBelow += groupStayers
        churners += groupChurners
        groupChurners = groupStayers = 0
      }
      return concordant / (churners * stayersBelow)
    }
  },
})
