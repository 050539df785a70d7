import { defineMetric } from '../define-metric.ts'
import { overLogitFit } from './over-logit-fit.ts'

/**
 * Coefficient of logit(p) in a logistic fit of y with intercept (Cox 1958): 1 is ideal, below 1 the p are too extreme.
 * logit clips p to [1e-12, 1 - 1e-12]. NaN with one class, constant p, or classes that p separates.
 */
export const calibrationSlope = defineMetric({
  name: 'calibration_slope',
  direction: 'target',
  ideal: 1,
  reads: 'probability',
  overSorted: (rows) => overLogitFit(rows, false, (fit) => fit.slope),
})
