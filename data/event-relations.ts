import type { Day } from '../core/day.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { JudgedSource } from './event-source.ts'

/** Names in the session; safe without quotes. */
export const eventsRelation = 'events'
export const usersRelation = 'users'

export type RowsInUse = Pick<JudgedSource, 'view' | 'rejectedRows' | 'filteredOut' | 'lastEvent'>

/** Only the conditions that some row fails: without them the engine need not judge the rows once more. */
function inUse({ rejectedRows, filteredOut, lastEvent }: RowsInUse, dataEnd: Day, dialect: Dialect): string {
  const conditions = [
    ...(rejectedRows > 0 ? ['reason IS NULL'] : []),
    ...(filteredOut > 0 ? ['is_wanted'] : []),
    ...(lastEvent !== null && lastEvent >= dataEnd ? [`event_time < ${endOf(dataEnd, dialect)}`] : []),
  ]
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

const endOf = (dataEnd: Day, dialect: Dialect): string => dialect.cast(dialect.day(dataEnd), 'timestamp')

/** Users with at least one event in use; user_index follows the order of the ids, whatever the order of the files. */
export function usersSql(sources: readonly RowsInUse[], dataEnd: Day, dialect: Dialect): string {
  const ids = sources.map((source) => `SELECT user_id FROM ${source.view}${inUse(source, dataEnd, dialect)}`)
  const index = dialect.cast('ROW_NUMBER() OVER (ORDER BY user_id) - 1', 'integer')
  return `SELECT ${index} AS user_index, user_id FROM (SELECT DISTINCT user_id FROM (${ids.join('\nUNION ALL\n')}) AS ids) AS users`
}

/** The event model of `event-table.ts` over all sources; exact duplicates go where a source asks for it. */
export function eventsSql(
  sources: readonly (RowsInUse & Pick<JudgedSource, 'name' | 'config'>)[],
  dataEnd: Day,
  dialect: Dialect,
): string {
  const columns = 'event_time, event_type, amount_cents, quantity_milli, item, category, channel'
  const parts = sources.map((source) => {
    const { name, config, view } = source
    const rows = `SELECT ${config.deduplicate ? 'DISTINCT ' : ''}user_id, ${columns} FROM ${view}${inUse(source, dataEnd, dialect)}`
    return `SELECT users.user_index, rows.event_time, ${dialect.timestampToDay('rows.event_time')} AS event_day, rows.event_type, rows.amount_cents, rows.quantity_milli, rows.item, rows.category, rows.channel, ${dialect.text(name)} AS source, ${dialect.cast(String(config.delayDays), 'integer')} AS delay_days
FROM (${rows}) AS rows JOIN ${usersRelation} AS users ON users.user_id = rows.user_id`
  })
  return parts.join('\nUNION ALL\n')
}

/** Usable rows at or after the end of the data: counted, never used. */
export function afterEndSql(source: Pick<JudgedSource, 'view'>, dataEnd: Day, dialect: Dialect): string {
  return `SELECT COUNT(*) AS row_count FROM ${source.view} WHERE reason IS NULL AND is_wanted AND event_time >= ${endOf(dataEnd, dialect)}`
}
