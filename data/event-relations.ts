import type { Day } from '../core/day.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { JudgedSource } from './event-source.ts'
import { availableDayColumn } from './event-table.ts'

/** Names in the session; safe without quotes. */
export const eventsRelation = 'events'
export const usersRelation = 'users'

export type RowsInUse = Pick<JudgedSource, 'view' | 'rejectedRows' | 'filteredOut' | 'lastEvent' | 'filled'>

/** What bounds the rows in use. */
export interface RowsEnd {
  readonly dataEnd: Day
  /** Rows that became available at or after this day are not known yet; null: all are. */
  readonly asOf: Day | null
}

/** The source says when each row became available. */
const saysWhenAvailable = ({ filled }: Pick<RowsInUse, 'filled'>): boolean => filled.includes('available_at')

export const hasAvailableDay = (sources: readonly Pick<RowsInUse, 'filled'>[]): boolean =>
  sources.some(saysWhenAvailable)

/** Conditions that a row is after the end, or null when none can be. */
function pastEnd(
  { filled, lastEvent }: Pick<RowsInUse, 'filled' | 'lastEvent'>,
  end: RowsEnd,
  dialect: Dialect,
): string[] {
  const isPast = lastEvent !== null && lastEvent >= end.dataEnd
  return [
    ...(isPast ? [`event_time >= ${endOf(end.dataEnd, dialect)}`] : []),
    ...(end.asOf !== null && saysWhenAvailable({ filled }) ? [`available_at >= ${endOf(end.asOf, dialect)}`] : []),
  ]
}

/** Only the conditions that some row fails: without them the engine need not judge the rows once more. */
function inUse(rows: RowsInUse, end: RowsEnd, dialect: Dialect): string {
  const { rejectedRows, filteredOut } = rows
  const conditions = [
    ...(rejectedRows > 0 ? ['reason IS NULL'] : []),
    ...(filteredOut > 0 ? ['is_wanted'] : []),
    ...pastEnd(rows, end, dialect).map((past) => `NOT (${past})`),
  ]
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

const endOf = (dataEnd: Day, dialect: Dialect): string => dialect.cast(dialect.day(dataEnd), 'timestamp')

/** Users with at least one event in use; user_index follows the order of the ids, whatever the order of the files. */
export function usersSql(sources: readonly RowsInUse[], end: RowsEnd, dialect: Dialect): string {
  const ids = sources.map((source) => `SELECT user_id FROM ${source.view}${inUse(source, end, dialect)}`)
  const index = dialect.cast('ROW_NUMBER() OVER (ORDER BY user_id) - 1', 'integer')
  return `SELECT ${index} AS user_index, user_id FROM (SELECT DISTINCT user_id FROM (${ids.join('\nUNION ALL\n')}) AS ids) AS users`
}

/** The event model of `event-table.ts` over all sources; exact duplicates go where a source asks for it. */
export function eventsSql(
  sources: readonly (RowsInUse & Pick<JudgedSource, 'name' | 'config'>)[],
  end: RowsEnd,
  dialect: Dialect,
): string {
  const columns = 'event_time, event_type, amount_cents, quantity_milli, item, category, channel'
  const isSaid = hasAvailableDay(sources)
  const parts = sources.map((source) => {
    const { name, config, view } = source
    const isOwn = saysWhenAvailable(source)
    const from = `FROM ${view}${inUse(source, end, dialect)}`
    const rows = rowsSql(`user_id, ${columns}`, from, { isDistinct: config.deduplicate, hasAvailable: isOwn })
    const available = isOwn ? dialect.timestampToDay('rows.available_at') : dialect.cast('NULL', 'date')
    return `SELECT users.user_index, rows.event_time, ${dialect.timestampToDay('rows.event_time')} AS event_day, rows.event_type, rows.amount_cents, rows.quantity_milli, rows.item, rows.category, rows.channel, ${dialect.text(name)} AS source, ${dialect.cast(String(config.delayDays), 'integer')} AS delay_days${isSaid ? `, ${available} AS ${availableDayColumn}` : ''}
FROM (${rows}) AS rows JOIN ${usersRelation} AS users ON users.user_id = rows.user_id`
  })
  return parts.join('\nUNION ALL\n')
}

/** Rows of one source; of exact duplicates the one that was available first. */
function rowsSql(columns: string, from: string, has: { isDistinct: boolean; hasAvailable: boolean }): string {
  if (!has.hasAvailable) return `SELECT ${has.isDistinct ? 'DISTINCT ' : ''}${columns} ${from}`
  if (!has.isDistinct) return `SELECT ${columns}, available_at ${from}`
  return `SELECT ${columns}, MIN(available_at) AS available_at ${from} GROUP BY ${columns}`
}

/** Usable rows after the end of the data, or not yet available: counted, never used. Null: there are none. */
export function afterEndSql(
  source: Pick<JudgedSource, 'view' | 'filled' | 'lastEvent'>,
  end: RowsEnd,
  dialect: Dialect,
): string | null {
  const past = pastEnd(source, end, dialect)
  if (past.length === 0) return null
  return `SELECT COUNT(*) AS row_count FROM ${source.view} WHERE reason IS NULL AND is_wanted AND (${past.join(' OR ')})`
}
