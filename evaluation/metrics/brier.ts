import { defineMetric } from '../define-metric.ts'
import { overMeanLoss } from './mean-loss.ts'

/** Mean squared distance between p and what happened (Brier 1950, the half that binary outcomes need). NaN without rows. */
export const brier = defineMetric({
  name: 'brier',
  direction: 'minimize',
  reads: 'probability',
  overSorted: (rows) => overMeanLoss(rows, (y, p) => (p - y) ** 2),
})
