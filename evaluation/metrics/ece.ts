import { defineMetric } from '../define-metric.ts'

const bins = 10

/**
 * Expected calibration error over 10 bins of equal mass: mean over bins of |mean p - churn rate|, weighted by mass.
 * Rows of equal p stay together: a group belongs to the bin in which its first row falls, floor(10 x mass below / mass).
 * NaN without rows.
 */
export const ece = defineMetric({
  name: 'ece',
  direction: 'minimize',
  reads: 'probability',
  overSorted({ y, p, endsGroup, unweighted }) {
    const surpluses = p.map((value, i) => value - y[i]!)
    return ({ rows: weights, mass } = unweighted) => {
      let error = 0
      let below = 0
      let surplus = 0
      let bin = 0
      let startsGroup = true
      for (let i = 0; i < y.length; i++) {
        if (startsGroup && below * bins >= (bin + 1) * mass) {
          error += Math.abs(surplus)
          surplus = 0
          bin = Math.floor((below * bins) / mass)
        }
        const weight = weights[i]!
        surplus += weight * surpluses[i]!
        below += weight
        startsGroup = endsGroup[i] === 1
      }
      return (error + Math.abs(surplus)) / mass
    }
  },
})
