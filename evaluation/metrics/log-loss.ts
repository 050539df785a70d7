import { defineMetric } from '../define-metric.ts'
import { overMeanLoss } from './mean-loss.ts'

const limit = 1e-15

/** Mean of -log P(what happened), natural logarithm, p clipped to [1e-15, 1 - 1e-15]. NaN without rows. */
export const logLoss = defineMetric({
  name: 'log_loss',
  direction: 'minimize',
  reads: 'probability',
  overSorted: (rows) =>
    overMeanLoss(rows, (y, p) => {
      const clipped = Math.min(Math.max(p, limit), 1 - limit)
      return y === 1 ? -Math.log(clipped) : -Math.log1p(-clipped)
    }),
})
