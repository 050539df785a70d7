import * as z from 'zod'
import type { Labels } from '../core/dataset.ts'
import { EbbError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { Random } from '../core/random.ts'
import { type CalibrationRows, crossFit } from './calibrate/cross-fit.ts'
import { isotonic, isotonicMap } from './calibrate/isotonic.ts'
import { identity, none } from './calibrate/none.ts'
import { platt, plattMap } from './calibrate/platt.ts'
import type { CalibrationMap, Calibrator } from './calibrator.ts'
import { pairedError } from './paired-error.ts'
import { userFolds } from './user-folds.ts'

/** Every calibrator by name, simplest first. */
export const calibrators: ReadonlyMap<Calibrator['name'], Calibrator> = new Map(
  [none, platt, isotonic].map((calibrator) => [calibrator.name, calibrator]),
)

export interface CalibratorChoice {
  readonly chosen: Calibrator['name']
  /** The chosen calibrator, fitted on all rows. */
  readonly map: CalibrationMap
  /** Mean log-loss per row of each candidate on folds that it was not fitted on. */
  readonly crossFittedLogLoss: Readonly<Partial<Record<Calibrator['name'], number>>>
}

export interface CalibratorSearch extends CalibrationRows {
  /** Default: all. */
  readonly candidates?: readonly Calibrator['name'][]
  /** User-grouped folds, default 5; fewer when there are fewer users. */
  readonly folds?: number
  readonly random: Random
}

/**
 * The simplest candidate (none, then platt, then isotonic) whose log-loss on user-grouped, cross-fitted folds is within
 * one standard error of the best's: the error is that of the paired difference to the best, clustered by user. With fewer
 * than two users or one class there is nothing to compare and the simplest candidate is taken.
 */
export function chooseCalibrator(search: CalibratorSearch): CalibratorChoice {
  const { scores, y, users, random } = search
  const wanted = new Set(search.candidates ?? calibrators.keys())
  const candidates = [...calibrators.values()].filter(({ name }) => wanted.has(name))
  if (candidates.length === 0) throw new RangeError('chooseCalibrator: candidates must not be empty')
  const userCount = new Set(users).size
  const folds = Math.min(search.folds ?? 5, userCount)
  const isComparable = folds >= 2 && y.includes(0) && y.includes(1)
  const foldOf = userFolds(users, Math.max(folds, 1), random)
  const judged = candidates.map((calibrator) => {
    const p = isComparable ? crossFit(calibrator, search, { foldOf, folds }) : scores
    const losses = p.map((value, i) => logLoss(value, y[i]!))
    return { calibrator, losses, mean: losses.reduce((sum, loss) => sum + loss, 0) / losses.length }
  })
  const best = judged.reduce((lowest, candidate) => (candidate.mean < lowest.mean ? candidate : lowest))
  const { calibrator } = judged.find(
    ({ losses, mean }) => !isComparable || mean - best.mean <= pairedError(losses, best.losses, { users }),
  )!
  return {
    chosen: calibrator.name,
    map: calibrator.fit(scores, y),
    crossFittedLogLoss: Object.fromEntries(judged.map(({ calibrator, mean }) => [calibrator.name, mean])),
  }
}

const savedMap = z.discriminatedUnion('calibrator', [
  z.object({ calibrator: z.literal('none') }),
  z.object({ calibrator: z.literal('platt'), slope: z.number(), intercept: z.number() }),
  z.object({
    calibrator: z.literal('isotonic'),
    scores: z.array(z.number()).min(1),
    values: z.array(z.number()).min(1),
    low: z.number(),
    high: z.number(),
  }),
])

/** Brings back what `CalibrationMap.save` gave; an EbbError of kind `data` when it is something else. */
export function loadCalibration(saved: Json): CalibrationMap {
  const parsed = savedMap.safeParse(saved)
  if (!parsed.success)
    throw new EbbError({
      code: 'CALIBRATION_UNREADABLE',
      kind: 'data',
      where: 'saved calibration',
      what: 'not a calibration map',
      received: parsed.error.issues[0]!.message,
    })
  const map = parsed.data
  return map.calibrator === 'none' ? identity : map.calibrator === 'platt' ? plattMap(map) : isotonicMap(map)
}

function logLoss(p: number, y: Labels[number]): number {
  const clipped = Math.min(Math.max(p, 1e-15), 1 - 1e-15)
  return -Math.log(y === 1 ? clipped : 1 - clipped)
}
