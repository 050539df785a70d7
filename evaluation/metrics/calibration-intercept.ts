import { defineMetric } from '../define-metric.ts'
import { overLogitFit } from './over-logit-fit.ts'

/**
 * Intercept of a logistic fit of y with the slope of logit(p) fixed at 1 (calibration in the large): 0 is ideal, below
 * 0 the p are too high on the whole. NaN with one class.
 */
export const calibrationIntercept = defineMetric({
  name: 'calibration_intercept',
  direction: 'target',
  ideal: 0,
  reads: 'probability',
  overSorted: (rows) => overLogitFit(rows, true, (fit) => fit.intercept),
})
