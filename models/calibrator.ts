import type { Labels, Probabilities } from '../core/dataset.ts'
import type { Json } from '../core/json.ts'

/** Turns scores into probabilities. `fit` needs both classes; with one it returns the identity. */
export interface Calibrator {
  readonly name: 'none' | 'platt' | 'isotonic'
  fit(scores: Probabilities, y: Labels): CalibrationMap
}

/** A fitted, monotone map [0,1] -> [0,1]; `save` is plain JSON for `loadCalibration`. */
export interface CalibrationMap {
  readonly calibrator: Calibrator['name']
  apply(scores: Probabilities): Probabilities
  save(): Json
}
