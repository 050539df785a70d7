import type { ConditionType } from '../core/condition.ts'
import type { Dialect } from '../engines/dialect.ts'

/** What a feature's `where` may speak of. Money and quantity are in the source's unit; weekday 1 = Monday ... 7 = Sunday. */
export const eventScope = {
  event_type: 'text',
  amount: 'number',
  quantity: 'number',
  item: 'text',
  category: 'text',
  channel: 'text',
  source: 'text',
  hour: 'number',
  weekday: 'number',
} as const satisfies Readonly<Record<string, ConditionType>>

/** Columns of the event relation that say what happened; beside them are whose it is, its delay, and when it was known. */
export const eventContent = [
  'event_time',
  'event_day',
  'event_type',
  'amount_cents',
  'quantity_milli',
  'item',
  'category',
  'channel',
  'source',
] as const

/** SQL of such a name over the event relation with alias `alias`. */
export function eventColumn(name: string, dialect: Dialect, alias: string): string {
  const column = (of: string): string => `${alias}.${of}`
  if (name === 'amount') return dialect.ratio(column('amount_cents'), '100')
  if (name === 'quantity') return dialect.ratio(column('quantity_milli'), '1000')
  if (name === 'hour') return dialect.hour(column('event_time'))
  if (name === 'weekday') return dialect.isoWeekday(column('event_day'))
  return column(name)
}
