import type { Condition, ConditionType } from '../../core/condition.ts'
import { parseCondition } from '../../core/condition.ts'
import type { Dialect } from '../../engines/dialect.ts'
import { conditionSql } from './condition-sql.ts'

/** What a source's `where` may speak of; event_time compares as text `YYYY-MM-DD HH:MM:SS` of the config's zone. */
const filterScope = {
  user_id: 'any',
  event_time: 'text',
  event_type: 'text',
  amount: 'number',
  quantity: 'number',
  item: 'text',
  category: 'text',
  channel: 'text',
} as const satisfies Readonly<Record<string, ConditionType>>

/** The parsed `where`; names are the event columns that the source fills. Throws kind `config`. */
export function parseSourceFilter(text: string, filled: readonly string[], where: string): Condition {
  const known = Object.fromEntries(Object.entries(filterScope).filter(([name]) => filled.includes(name)))
  return parseCondition(text, { known, where })
}

/** SQL over the columns of the judged rows. */
export function sourceFilterSql(condition: Condition, dialect: Dialect, userIdType: 'BIGINT' | 'VARCHAR'): string {
  return conditionSql(condition, dialect, (name, value) => {
    if (name === 'amount') return dialect.ratio('amount_cents', '100')
    if (name === 'quantity') return dialect.ratio('quantity_milli', '1000')
    if (name === 'event_time') return dialect.cast('event_time', 'text')
    if (name !== 'user_id' || value === null) return name
    if (typeof value === 'string') return dialect.cast('user_id', 'text')
    return userIdType === 'BIGINT' ? 'user_id' : `TRY_CAST(user_id AS DOUBLE)`
  })
}
