import { addDays, parseDay, type Day } from '../../core/day.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Dialect } from '../../engines/dialect.ts'
import type { Engine } from '../../engines/engine.ts'
import { eventContent } from '../event-columns.ts'
import type { PlanRelations } from '../plan.ts'
import type { EventPart } from './kept-state.ts'

/** The events of a plan, cut into parts that are known by their content. */
export interface EventParts {
  /** Disjoint; together all events. */
  readonly parts: readonly EventPart[]
  /** A relation (a name, or a SELECT in brackets) that holds the events of these parts and no other. */
  relationOf(parts: readonly EventPart[]): string
}

/** Days that a log can have. */
const mostDays = 70_000
/** The day itself is what the events are grouped by. */
const columns = [...eventContent.filter((name) => name !== 'event_day'), 'delay_days']

/** One part per day with events; its key is a fingerprint of their content, for any order of the rows. */
export async function dayParts(
  engine: Engine & { readonly scanner: ColumnScanner },
  relations: Pick<PlanRelations, 'events' | 'users' | 'hasAvailableDay'>,
  signal?: AbortSignal,
): Promise<EventParts> {
  const { dialect, scanner } = engine
  const of = [...columns, ...(relations.hasAvailableDay === true ? ['available_day'] : [])].map((name) => `e.${name}`)
  const sql = `SELECT e.event_day AS day, COUNT(*) AS n, ${scanner.fingerprint(['u.user_id', ...of])} AS content
FROM ${relations.events} AS e JOIN ${relations.users} AS u ON u.user_index = e.user_index
GROUP BY e.event_day ORDER BY e.event_day`
  const rows = await engine.rows(sql, { limit: mostDays, signal })
  const parts = rows.map((row): EventPart => {
    const first = parseDay(String(row['day']), 'event day')
    const end = addDays(first, 1)
    return { key: `${first} ${row['n']} ${row['content']}`, first, end, events: Number(row['n']) }
  })
  return { parts, relationOf: (some) => `(${ofDays(relations.events, daysOf(some), dialect)})` }
}

export interface DayRange {
  readonly first: Day
  readonly end: Day
}

/** The days of the parts as ranges, ascending; neighbours are one. */
export function daysOf(parts: readonly EventPart[]): readonly DayRange[] {
  const ranges: { first: Day; end: Day }[] = []
  for (const { first, end } of parts.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const last = ranges.at(-1)
    if (last === undefined || first > last.end) ranges.push({ first, end })
    else if (end > last.end) last.end = end
  }
  return ranges
}

function ofDays(events: string, ranges: readonly DayRange[], dialect: Dialect): string {
  const midnight = (day: Day): string => dialect.cast(dialect.day(day), 'timestamp')
  const tests = ranges.map(
    ({ first, end }) => `(e.event_time >= ${midnight(first)} AND e.event_time < ${midnight(end)})`,
  )
  return `SELECT * FROM ${events} AS e WHERE ${tests.length === 0 ? '1 = 0' : tests.join(' OR ')}`
}
