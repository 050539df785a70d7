import { join } from 'node:path'
import type { Engine, TableColumn } from '../../engines/engine.ts'

export interface Slice {
  readonly folder: string
  readonly number: number
  readonly signal?: AbortSignal
}

const time = "CAST(day AS TIMESTAMP) + second * INTERVAL '1' SECOND"
const cents = 'CAST(amount_cents AS BIGINT)'

/** The app's own words: amounts in cents, short column names. */
const appSql = (table: string): string => `SELECT channel_user AS app_user, ${time} AS ts, event_type AS name,
  ${cents} AS value_cents, CAST(quantity AS INTEGER) AS qty, item, category AS cat
FROM ${table} ORDER BY day, second, sequence`

/** The web shop's own words: amounts as exact decimals. */
const webSql = (table: string): string => `SELECT channel_user AS visitor, ${time} AS event_time, event_type AS event,
  CAST(amount_cents / 100 AS DECIMAL(12, 2)) AS amount, CAST(quantity AS INTEGER) AS quantity, item AS product, category
FROM ${table} ORDER BY day, second, sequence`

const customersSql = (table: string): string => `SELECT * FROM ${table} ORDER BY user_id, valid_from`

const truthSql = (
  table: string,
): string => `SELECT user_id, cutoff, probability, probability_passive, probability_active,
  CAST(label AS INTEGER) AS label, is_eligible, churned_in_gap, stage, cause, user_type, frailty
FROM ${table} ORDER BY user_id, cutoff`

const kinds = { app: appSql, web: webSql, customers: customersSql, truth: truthSql }

/** Writes the columns of one slice to `<folder>/<kind>/part-<number>.parquet`, in a fixed order of rows. */
export async function writeSlice(
  engine: Engine,
  kind: keyof typeof kinds,
  columns: readonly TableColumn[],
  slice: Slice,
): Promise<void> {
  const table = `simulated_${kind}`
  const path = join(slice.folder, kind, `part-${String(slice.number).padStart(5, '0')}.parquet`)
  await engine.load(table, columns, { signal: slice.signal })
  await engine.write(kinds[kind](table), path, { signal: slice.signal })
  await engine.execute(`DROP TABLE ${table}`)
}
