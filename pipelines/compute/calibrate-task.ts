import { type Labels, gather, sharedFloat64 } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { Surroundings } from '../../core/stage.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { type ThresholdRule, chooseThreshold } from '../../evaluation/threshold.ts'
import { chooseCalibrator } from '../../models/calibrators.ts'
import type { Calibrator } from '../../models/calibrator.ts'

export interface CalibrateInput {
  readonly candidates: readonly Calibrator['name'][]
  readonly scores: Float64Array
  readonly labels: Labels
  readonly users: Uint32Array
  /** Rows of the calibrate part: the model did not see them. */
  readonly rows: Uint32Array
  /** Where and how a decision threshold is chosen; absent = none is needed. */
  readonly threshold?: { readonly rows: Uint32Array; readonly rule: ThresholdRule }
}

export interface CalibrateOutput {
  readonly chosen: Calibrator['name']
  readonly map: Json
  readonly crossFittedLogLoss: Readonly<Record<string, number>>
  /** Calibrated probability of every row. */
  readonly probabilities: Float64Array
  readonly threshold: number | null
  /** AUC and log-loss of the calibrated probabilities on `rows`; in sample for the calibrator. */
  readonly onRows: { readonly auc: number; readonly log_loss: number }
}

/** Chooses the calibrator inside the calibrate part and maps every score through it. */
export async function calibrateTask(input: CalibrateInput, context: Surroundings): Promise<CalibrateOutput> {
  const { scores, labels, users, rows, candidates } = input
  const y = gather(labels, rows, new Uint8Array(rows.length))
  const { chosen, map, crossFittedLogLoss } = chooseCalibrator({
    candidates,
    scores: gather(scores, rows, new Float64Array(rows.length)),
    y,
    users: gather(users, rows, new Uint32Array(rows.length)),
    random: context.random,
  })
  const probabilities: Float64Array = sharedFloat64(scores.length)
  probabilities.set(map.apply(scores))
  const threshold = input.threshold === undefined ? null : thresholdOn(input.threshold, probabilities, labels)
  const measured = {
    y,
    p: gather(probabilities, rows, new Float64Array(rows.length)),
    users: new Uint32Array(rows.length),
  }
  const onRows = {
    auc: metricByName('auc').prepare(measured)(),
    log_loss: metricByName('log_loss').prepare(measured)(),
  }
  return { chosen, map: map.save(), crossFittedLogLoss, probabilities, threshold, onRows }
}

function thresholdOn(
  { rows, rule }: NonNullable<CalibrateInput['threshold']>,
  probabilities: Float64Array,
  labels: Labels,
): number {
  return chooseThreshold({
    y: gather(labels, rows, new Uint8Array(rows.length)),
    p: gather(probabilities, rows, new Float64Array(rows.length)),
    rule,
  })
}
