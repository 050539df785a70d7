import type { SourceConfig } from '../sources.ts'
import { numberExpression } from './cast-number.ts'
import { columnsOf } from './number-expression.ts'
import type { NeededColumns } from './raw-table.ts'

const textFields = ['event_type', 'item', 'category', 'channel'] as const
export type TextField = (typeof textFields)[number]

/** The file's columns that an event source reads: who, when and what in every file, the rest in at least one. */
export function eventColumnsNeeded(config: SourceConfig, known: readonly string[]): NeededColumns {
  const { user_id, event_time, available_at, event_type, amount, quantity, item, category, channel } = config.columns
  const required = [user_id, event_time, available_at, event_type].filter((name) => name !== undefined)
  const numbers = [amount, quantity].flatMap((text) =>
    text === undefined ? [] : columnsOf(numberExpression(text, known)),
  )
  const optional = [...numbers, item, category, channel].filter((name) => name !== undefined)
  return {
    required: [...new Set(required)],
    optional: [...new Set(optional)].filter((name) => !required.includes(name)),
  }
}

/** Event columns that the source fills, by mapping or by constant. */
export function filledFields(config: Pick<SourceConfig, 'columns' | 'set'>): string[] {
  const fields = [...Object.entries(config.columns), ...Object.entries(config.set)]
  return [...new Set(fields.filter(([, value]) => value !== undefined).map(([field]) => field))]
}
