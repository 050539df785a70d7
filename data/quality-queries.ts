import type { Dialect } from '../engines/dialect.ts'
import { eventColumns } from './event-table.ts'

/** Columns whose missing values are counted. */
export const nullableColumns = ['amount_cents', 'quantity_milli', 'item', 'category', 'channel'] as const

export const levelLimit = 10_000

/**
 * The queries behind quality.json over the event relation `events` (already quoted). Pure text. Users are counted by source
 * where there are several: of one alone they are all users.
 */
export function qualityQueries(events: string, dialect: Dialect, sources: number) {
  const known = nullableColumns.map((column) => `COUNT(${column}) AS ${column}_known`)
  const columns = Object.keys(eventColumns)
  const duplicates = dialect.cast('SUM(copies - 1)', 'bigint')
  // Twice the work only for users with two events at the same moment: less than half the cost of grouping all rows.
  const moments = `SELECT user_index, event_time FROM ${events} GROUP BY user_index, event_time HAVING COUNT(*) > 1`
  const candidates = `${events} AS e JOIN (${moments}) AS m ON m.user_index = e.user_index AND m.event_time = e.event_time`
  const level = (column: string): string =>
    `SELECT ${column} AS name, COUNT(*) AS events FROM ${events} WHERE ${column} IS NOT NULL GROUP BY ${column} ORDER BY events DESC, name LIMIT ${levelLimit}`
  return {
    sources: `SELECT source, COUNT(*) AS row_count, ${sources > 1 ? 'COUNT(DISTINCT user_index) AS users, ' : ''}MIN(event_time) AS first_event, MAX(event_time) AS last_event, ${known.join(', ')}, COUNT(*) FILTER (WHERE amount_cents = 0) AS zero_amounts, COUNT(*) FILTER (WHERE amount_cents < 0) AS negative_amounts FROM ${events} GROUP BY source ORDER BY source`,
    days: `SELECT source, event_day, COUNT(*) AS events FROM ${events} GROUP BY source, event_day ORDER BY event_day, source`,
    eventTypes: `SELECT event_type, COUNT(*) AS events, COUNT(DISTINCT user_index) AS users, MIN(event_day) AS first_day, MAX(event_day) AS last_day FROM ${events} GROUP BY event_type ORDER BY events DESC, event_type LIMIT ${levelLimit}`,
    duplicates: `SELECT source, ${duplicates} AS duplicates FROM (SELECT e.source, COUNT(*) AS copies FROM ${candidates} GROUP BY ${columns.map((column) => `e.${column}`).join(', ')} HAVING COUNT(*) > 1) AS copied GROUP BY source ORDER BY source`,
    categories: level('category'),
    channels: level('channel'),
  }
}
