import { addDays, type Day } from '../core/day.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { Window } from './definition.ts'
import { windowBounds, windowKey, windowPredicate } from './window.ts'

/**
 * The time line cut at every edge of every window of every cutoff. Inside one segment no window begins or ends, so what
 * is summed per (user, segment) once can be put together for all cutoffs and lookbacks.
 */
export interface Calendar {
  /** Ascending; segment s holds the seen days with exactly s edges at or before them, so 0 = before the first edge. */
  readonly edges: readonly Day[]
  readonly windows: readonly Window[]
}

export function createCalendar(cutoffs: readonly Day[], windows: readonly Window[]): Calendar {
  const distinct = [...new Map(windows.map((window) => [windowKey(window), window])).values()]
  const days = cutoffs.flatMap((cutoff) => [
    cutoff,
    ...distinct.flatMap((window) => {
      const { start, end } = windowBounds(cutoff, window)
      return start === null ? [end] : [start, end]
    }),
  ])
  return { edges: [...new Set(days)].sort(), windows: distinct }
}

/** Relation (day DATE, segment INTEGER) of the days from the first edge to the last; earlier days are segment 0. */
export function calendarSelect(calendar: Calendar, dialect: Dialect): string {
  const { edges } = calendar
  const edge = dialect.values(
    'e',
    ['edge'],
    edges.map((day) => [dialect.day(day)]),
  )
  const days = dialect.daySeries('day', dialect.day(edges[0]!), dialect.day(edges.at(-1)!))
  return `SELECT d.day, ${dialect.cast('COUNT(*)', 'integer')} AS segment
FROM ${days} AS d JOIN ${edge} ON e.edge <= d.day
GROUP BY d.day`
}

/**
 * Relation (cutoff, segment, in_any BOOLEAN, in_<window key> BOOLEAN ...): one row per segment that the cutoff sees;
 * in_any: some finite window holds it. The predicate is asked of one day of the segment, which answers for all of them.
 */
export function flagsSelect(
  calendar: Calendar,
  dialect: Dialect,
  tables: { cutoffs: string; calendar: string },
): string {
  const flags = calendar.windows.map((window) => {
    const predicate = windowPredicate(dialect, { seen: 's.day', cutoff: 'c.cutoff' }, window)
    return `,\n  ${predicate} AS in_${windowKey(window)}`
  })
  const finite = calendar.windows.filter((window) => window.lookbackDays !== 'lifetime')
  const inFinite = finite.map((window) => windowPredicate(dialect, { seen: 's.day', cutoff: 'c.cutoff' }, window))
  const before = dialect.day(addDays(calendar.edges[0]!, -1))
  return `SELECT c.cutoff, s.segment, (${inFinite.join(' OR ') || 'FALSE'}) AS in_any${flags.join('')}
FROM ${tables.cutoffs} AS c
JOIN (
  SELECT segment, MIN(day) AS day FROM ${tables.calendar} GROUP BY segment
  UNION ALL SELECT 0 AS segment, ${before} AS day
) AS s ON s.day < c.cutoff`
}

/** Joins the calendar to a seen day and names the segment. */
export const segmentJoin = (calendarTable: string, seen: string): string =>
  `LEFT JOIN ${calendarTable} AS cal ON cal.day = ${seen}`
export const segmentColumn = 'COALESCE(cal.segment, 0)'
