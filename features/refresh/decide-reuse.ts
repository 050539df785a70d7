import { dayNumber, type Day } from '../../core/day.ts'
import { daysOf, type DayRange } from './event-parts.ts'
import type { EventPart, KeptState } from './kept-state.ts'

/** What of a state still holds. */
export interface Reuse {
  /** Parts to read. */
  readonly added: readonly EventPart[]
  /** Days whose kept events are left out, ascending. */
  readonly dropped: readonly DayRange[]
  /** Nothing earlier has changed; null: nothing at all has. */
  readonly changedFrom: Day | null
}

/** More new events than this share: a full build is no slower. */
const mostNew = 0.5

const count = (n: number): string => n.toLocaleString('en')

/** Compares the events of now with those of the state. Returns a sentence where the state is of no use. */
export function decideReuse(state: Pick<KeptState, 'parts' | 'baseDay'>, now: readonly EventPart[]): Reuse | string {
  const keys = new Set(now.map(({ key }) => key))
  const known = new Set(state.parts.map(({ key }) => key))
  const added = now.filter(({ key }) => !known.has(key))
  const gone = state.parts.filter(({ key }) => !keys.has(key))
  const stay = state.parts.filter(({ key }) => keys.has(key))
  const read = added.reduce((sum, { events }) => sum + events, 0)
  const all = now.reduce((sum, { events }) => sum + events, 0)
  if (read > all * mostNew) return `${count(read)} of ${count(all)} events are new`
  const dropped = daysOf(gone)
  const kept = daysOf(stay)
  if (dropped.some((range) => kept.some(({ first, end }) => range.first < end && first < range.end)))
    return 'events that are gone lie on the same days as others that stay'
  const changed = [...added, ...gone].map(({ first }) => first)
  const earliest = changed.reduce<Day | null>((least, day) => (least === null || day < least ? day : least), null)
  if (earliest !== null && dayNumber(earliest) < state.baseDay) return `an event on ${earliest}, before all others`
  return { added, dropped, changedFrom: earliest }
}
