import { gather, type Labels, type Probabilities } from '../../core/dataset.ts'
import type { Calibrator } from '../calibrator.ts'

/** Scores with their labels and users (dense index): what calibrators are chosen on. */
export interface CalibrationRows {
  readonly scores: Probabilities
  readonly y: Labels
  readonly users: Uint32Array
}

/** Every row's probability by a calibrator that was fitted on the other folds. */
export function crossFit(
  calibrator: Calibrator,
  { scores, y }: CalibrationRows,
  { foldOf, folds }: { foldOf: Uint8Array; folds: number },
): Probabilities {
  const out = new Float64Array(scores.length)
  const rows = Uint32Array.from(scores.keys())
  for (let fold = 0; fold < folds; fold++) {
    const others = rows.filter((i) => foldOf[i] !== fold)
    const held = rows.filter((i) => foldOf[i] === fold)
    const take = (at: Uint32Array): Probabilities => gather(scores, at, new Float64Array(at.length))
    const map = calibrator.fit(take(others), gather(y, others, new Uint8Array(others.length)))
    for (const [k, p] of map.apply(take(held)).entries()) out[held[k]!] = p
  }
  return out
}
