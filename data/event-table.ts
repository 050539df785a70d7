/**
 * The one event model that every source is mapped onto (relation `events`), and what stands beside it.
 * `extract` makes these relations in the engine; features, labels and quality checks read nothing else.
 */
export interface ExtractedRelations {
  /** See `eventColumns`. No order of rows is promised. */
  readonly events: string
  /** See `userColumns`: one row per user. */
  readonly users: string
  /** One per attribute table of the config. */
  readonly attributes: readonly AttributeRelation[]
  /** `events` has the column `available_day`. */
  readonly hasAvailableDay: boolean
}

/** Column -> type (DuckDB's word; the Spark dialect maps it). */
export const eventColumns = {
  /** Dense, 0-based, in ascending order of user_id: joins `users`. */
  user_index: 'INTEGER',
  /** Local wall-clock time of the config's `timeZone`, microseconds. */
  event_time: 'TIMESTAMP',
  /** Calendar day of event_time. */
  event_day: 'DATE',
  event_type: 'VARCHAR',
  /** Money in hundredths of the source's unit, rounded half away from zero; NULL where there is none. */
  amount_cents: 'BIGINT',
  /** Thousandths of a unit; NULL where there is none. */
  quantity_milli: 'BIGINT',
  item: 'VARCHAR',
  category: 'VARCHAR',
  channel: 'VARCHAR',
  /** Key of the config's `sources`. */
  source: 'VARCHAR',
  /** The source's `delayDays`: the event is seen by features only of cutoffs > event_day + delay_days. */
  delay_days: 'INTEGER',
} as const

/**
 * Only there when some source maps `available_at` (`hasAvailableDay`): DATE, the day on which the row became available;
 * NULL for sources that do not say. Features see the row at cutoffs after it.
 */
export const availableDayColumn = 'available_day'

export const userColumns = {
  user_index: 'INTEGER',
  /** VARCHAR or BIGINT, as in the source, never floating. */
  user_id: 'VARCHAR | BIGINT',
} as const

/**
 * Relation: user_index INTEGER, valid_from DATE (NULL = static: valid always), then the value columns. One row per user
 * and day, the last of the day; what became valid on a day is known at cutoffs after it (`valid_from < cutoff`).
 */
export interface AttributeRelation {
  /** Key of the config's `attributes`. */
  readonly name: string
  readonly relation: string
  readonly columns: readonly { readonly name: string; readonly type: 'category' | 'number' | 'day' }[]
  /** False when the config declares the table static (no valid_from). */
  readonly isHistory: boolean
}
