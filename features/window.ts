import { addDays, dayNumber, type Day } from '../core/day.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { Window } from './definition.ts'
import type { PlanRelations } from './plan.ts'

/*
 * The only place that says what a cutoff may see. An event of a source with a delay of d days is seen by a cutoff iff
 * event_time < visible end = cutoff - d days. Shifting both sides by d, everything is said on one axis: the event's
 * *seen day* = event_day + delay_days, compared with the cutoff itself. All windows are half-open.
 * Where a source says when each row became available (`available_at`), a window still goes by when the event happened,
 * and the row must also be *known*: available_at < cutoff. Its *known day* is the later of the two days.
 */

export const lifetime: Window = { lookbackDays: 'lifetime', offsetDays: 0 }

/** A short name, unique per window: `lifetime`, `d30`, `d30_before_30`. */
export function windowKey(window: Window): string {
  if (window.lookbackDays === 'lifetime') return 'lifetime'
  return `d${window.lookbackDays}` + (window.offsetDays === 0 ? '' : `_before_${window.offsetDays}`)
}

/** Days on the seen axis, [start, end); a null start is the beginning of time (also where it would lie before 1970). */
export function windowBounds(cutoff: Day, window: Window): { readonly start: Day | null; readonly end: Day } {
  const end = window.lookbackDays === 'lifetime' ? cutoff : addDays(cutoff, -window.offsetDays)
  if (window.lookbackDays === 'lifetime' || dayNumber(end) < window.lookbackDays) return { start: null, end }
  return { start: addDays(end, -window.lookbackDays), end }
}

/** SQL of the seen day of a row of `events`: the constant delay where there is one, else the row's own. */
export function seenDay(dialect: Dialect, delaysDays: readonly number[], alias: string): string {
  if (delaysDays.length > 1) return dialect.addDays(`${alias}.event_day`, `${alias}.delay_days`)
  const delay = delaysDays[0] ?? 0
  return delay === 0 ? `${alias}.event_day` : dialect.addDays(`${alias}.event_day`, String(delay))
}

/** What decides when a row of `events` is known. */
export interface Visibility {
  readonly relations: Pick<PlanRelations, 'hasAvailableDay'>
  readonly delaysDays: readonly number[]
}

/** SQL of the known day: the seen day, or the day of `available_at` where that is later; see `knownPredicate`. */
export function knownDay(dialect: Dialect, plan: Visibility, alias: string): string {
  const seen = seenDay(dialect, plan.delaysDays, alias)
  return plan.relations.hasAvailableDay === true ? `GREATEST(${seen}, ${alias}.available_day)` : seen
}

/** SQL: a row of this known day is known at the cutoff. Both are DATE expressions. */
export const knownPredicate = (known: string, cutoff: string): string => `${known} < ${cutoff}`

/** True when rows of one event day may be seen by different cutoffs, so that days must be laid out cutoff by cutoff. */
export const isLaidOutByCutoff = (plan: Visibility): boolean =>
  plan.delaysDays.length > 1 || plan.relations.hasAvailableDay === true

/** SQL: the seen day lies inside the lookback of the cutoff. Days and cutoffs are DATE expressions. */
export function windowPredicate(dialect: Dialect, sides: { seen: string; cutoff: string }, window: Window): string {
  const { seen, cutoff } = sides
  if (window.lookbackDays === 'lifetime') return `${seen} < ${cutoff}`
  const end = window.offsetDays === 0 ? cutoff : dialect.addDays(cutoff, String(-window.offsetDays))
  const start = dialect.addDays(cutoff, String(-window.offsetDays - window.lookbackDays))
  return `(${seen} >= ${start} AND ${seen} < ${end})`
}

export interface PredictionWindow {
  readonly gapDays: number
  readonly horizonDays: number
}

/** SQL: the day lies inside [cutoff + gap, cutoff + gap + horizon). Labels see every event, delayed or not. */
export function predictionPredicate(
  dialect: Dialect,
  sides: { day: string; cutoff: string },
  window: PredictionWindow,
): string {
  const { day, cutoff } = sides
  const start = window.gapDays === 0 ? cutoff : dialect.addDays(cutoff, String(window.gapDays))
  const end = dialect.addDays(cutoff, String(window.gapDays + window.horizonDays))
  return `(${day} >= ${start} AND ${day} < ${end})`
}
