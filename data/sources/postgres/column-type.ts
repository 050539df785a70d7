import type { ResultField } from './snapshot.ts'

/** How a column of the server lies in the engine. */
export interface StagedType {
  /** In the engine's words, as `RawColumn.type`. */
  readonly type: string
  /** SQL of the typed value out of the server's text. */
  cast(text: string): string
}

const as = (type: string): StagedType => ({ type, cast: (text) => `CAST(${text} AS ${type})` })
const text: StagedType = { type: 'VARCHAR', cast: (value) => value }

/**
 * Times beyond the engine's (year 294,247) become infinity, which is refused by name like any other time out of range;
 * years before Christ are written another way.
 */
const time = (type: string): StagedType => ({
  type,
  cast: (value) =>
    `COALESCE(TRY_CAST(${value} AS ${type}), CASE WHEN ${value} IS NOT NULL THEN COALESCE(TRY_CAST(regexp_replace(${value}, '^(\\S+)(.*) BC$', '\\1 (BC)\\2') AS ${type}), CAST('infinity' AS ${type})) END)`,
})

/** By the server's object id of the type, which is fixed for its own types (catalog/pg_type.dat). */
const byOid: Readonly<Record<number, StagedType>> = {
  16: as('BOOLEAN'),
  20: as('BIGINT'),
  21: as('INTEGER'),
  23: as('INTEGER'),
  26: as('BIGINT'),
  700: as('DOUBLE'),
  701: as('DOUBLE'),
  1042: { type: 'VARCHAR', cast: (value) => `rtrim(${value}, ' ')` },
  1082: time('DATE'),
  1114: time('TIMESTAMP'),
  1184: time('TIMESTAMP WITH TIME ZONE'),
}
const numericOid = 1700

/** Integers, exact decimals, times, days and truth values as such; all other types as the server's text. */
export function stagedType({ oid, modifier }: Pick<ResultField, 'oid' | 'modifier'>): StagedType {
  return oid === numericOid ? decimal(modifier) : (byOid[oid] ?? text)
}

/**
 * numeric(p, s) as DECIMAL(p, s), digit by digit; NaN is no value, as in a column of floats. Without a declared size, or
 * beyond 38 digits, as text, which is just as exact.
 */
function decimal(modifier: number): StagedType {
  if (modifier < 4) return { type: 'VARCHAR', cast: (value) => `NULLIF(${value}, 'NaN')` }
  const precision = ((modifier - 4) >> 16) & 0xffff
  const scale = (modifier - 4) & 0x7ff
  if (precision > 38 || scale > precision) return { type: 'VARCHAR', cast: (value) => `NULLIF(${value}, 'NaN')` }
  return {
    type: `DECIMAL(${precision},${scale})`,
    cast: (value) => `CAST(NULLIF(${value}, 'NaN') AS DECIMAL(${precision},${scale}))`,
  }
}
