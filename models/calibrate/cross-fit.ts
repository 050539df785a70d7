import { gather, type Labels, type Probabilities } from '../../core/dataset.ts'
import type { Random } from '../../core/random.ts'
import type { Calibrator } from '../calibrator.ts'

/** Scores with their labels and users (dense index): what calibrators are chosen on. */
export interface CalibrationRows {
  readonly scores: Probabilities
  readonly y: Labels
  readonly users: Uint32Array
}

/** Fold of every row in [0, folds); the rows of a user share a fold. */
export function userFolds(users: Uint32Array, folds: number, random: Random): Uint8Array {
  const distinct = random.shuffle(Uint32Array.from(new Set(users)).sort())
  const foldOf = new Map<number, number>()
  for (const [k, user] of distinct.entries()) foldOf.set(user, k % folds)
  return Uint8Array.from(users, (user) => foldOf.get(user)!)
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
