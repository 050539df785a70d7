import { defineMetric } from '../define-metric.ts'
import type { Metric } from '../metric.ts'

/**
 * Lift at k: churn rate of the `fraction` of mass with the highest p / base rate. The group of equal p at the edge
 * counts with its mean rate for the mass that is still free ("ties averaged"); the mass need not be whole rows.
 * NaN without churners.
 */
export function liftAt(fraction: number, name: string): Metric {
  return defineMetric({
    name,
    direction: 'maximize',
    reads: 'ranking',
    overSorted({ y, endsGroup, unweighted }) {
      return ({ rows: weights, mass, churned } = unweighted) => {
        let free = fraction * mass
        let caught = 0
        let group = 0
        let groupChurners = 0
        for (let i = y.length - 1; i >= 0 && free > 0; i--) {
          group += weights[i]!
          groupChurners += weights[i]! * y[i]!
          if (i > 0 && endsGroup[i - 1] === 0) continue
          if (group > 0) caught += groupChurners * Math.min(1, free / group)
          free -= group
          group = groupChurners = 0
        }
        return caught / (fraction * churned)
      }
    },
  })
}

/** Lift in the riskiest tenth. */
export const lift10 = liftAt(0.1, 'lift_10')
