import { EbbError } from '../core/errors.ts'
import type { Metric } from './metric.ts'
import { auc } from './metrics/auc.ts'
import { averagePrecision } from './metrics/average-precision.ts'
import { brier } from './metrics/brier.ts'
import { calibrationIntercept } from './metrics/calibration-intercept.ts'
import { calibrationSlope } from './metrics/calibration-slope.ts'
import { ece } from './metrics/ece.ts'
import { f1 } from './metrics/f1.ts'
import { lift10 } from './metrics/lift.ts'
import { logLoss } from './metrics/log-loss.ts'
import { precision } from './metrics/precision.ts'
import { recall } from './metrics/recall.ts'

/** Every metric, in the order in which people read them. */
export const metrics: readonly Metric[] = [
  auc,
  averagePrecision,
  f1,
  precision,
  recall,
  logLoss,
  brier,
  ece,
  calibrationSlope,
  calibrationIntercept,
  lift10,
]

export const metricNames: readonly string[] = metrics.map((metric) => metric.name)

/** Throws an EbbError of kind `config` that lists the known names. */
export function metricByName(name: string, where = 'metric'): Metric {
  const metric = metrics.find((candidate) => candidate.name === name)
  if (metric) return metric
  throw new EbbError({
    code: 'METRIC_UNKNOWN',
    kind: 'config',
    where,
    what: 'no such metric',
    expected: `one of ${metricNames.join(', ')}`,
    received: JSON.stringify(name),
  })
}
