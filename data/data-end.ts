import { addDays, type Day } from '../core/day.ts'

/** Exclusive end of the data: declared, else the day after the last event; with as-of never later than that day. */
export function resolveDataEnd({
  declared,
  asOf,
  lastEventDay,
}: {
  readonly declared: Day | null
  readonly asOf: Day | null
  /** Over all usable rows of all sources; null without any. */
  readonly lastEventDay: Day | null
}): Day {
  const end = declared ?? (lastEventDay === null ? (asOf ?? ('1970-01-01' as Day)) : addDays(lastEventDay, 1))
  return asOf !== null && asOf < end ? asOf : end
}
