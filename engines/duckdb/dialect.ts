import type { Dialect, SqlType } from '../dialect.ts'

const types: Readonly<Record<SqlType, string>> = {
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  wide: 'HUGEINT',
  double: 'DOUBLE',
  text: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  boolean: 'BOOLEAN',
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
const cast = (expression: string, type: SqlType): string => `CAST(${expression} AS ${types[type]})`

/** DuckDB 1.5. */
export const duckdbDialect: Dialect = {
  name: 'duckdb',

  identifier,
  text,
  number(value) {
    if (!Number.isFinite(value)) throw new RangeError(`number(value): must be finite, got ${value}`)
    return Number.isSafeInteger(value) ? String(value) : `CAST('${value}' AS DOUBLE)`
  },
  bigint: (value) => `CAST('${BigInt.asIntN(64, value)}' AS BIGINT)`,
  day: (day) => `DATE '${day}'`,

  cast,
  type: (type) => types[type],

  daysBetween: (start, end) => `datediff('day', ${start}, ${end})`,
  addDays: (date, days) => `(${date} + CAST(${days} AS INTEGER))`,
  timestampToDay: (timestamp) => cast(timestamp, 'date'),
  epochMicros: (timestamp) => `epoch_us(${timestamp})`,
  hour: (timestamp) => `CAST(hour(${timestamp}) AS INTEGER)`,
  isoWeekday: (date) => `CAST(isodow(${date}) AS INTEGER)`,
  daySeries: (column, start, end) =>
    `(SELECT CAST(range AS DATE) AS ${column} FROM range(CAST(${start} AS TIMESTAMP), CAST(${end} AS TIMESTAMP), INTERVAL 1 DAY))`,

  integerDivide: (a, b) => `(${a} // NULLIF(${b}, 0))`,
  modulo: (a, b) => `(${a} % NULLIF(${b}, 0))`,
  ratio: (a, b) => `(CAST(${a} AS DOUBLE) / NULLIF(${b}, 0))`,
  toDouble: (expression) => cast(expression, 'double'),
  roundToBigint: (expression) => `CAST(round(${expression}) AS BIGINT)`,

  sumInteger: (expression) => `CAST(SUM(${expression}) AS BIGINT)`,
  sumWide: (expression) => `SUM(CAST(${expression} AS HUGEINT))`,
  bitOr: (expression) => `bit_or(${expression})`,
  bitCount: (expression) => `CAST(bit_count(${expression}) AS INTEGER)`,
  hasBit: (mask, bits) => `((${mask} & CAST('${BigInt.asIntN(64, bits)}' AS BIGINT)) <> 0)`,
  anyTrue: (condition) => `bool_or(${condition})`,
  allTrue: (condition) => `bool_and(${condition})`,
  median: (expression) => `quantile_cont(CAST(${expression} AS DOUBLE), 0.5)`,

  pair: (first, second) => `struct_pack(a := ${first}, b := ${second})`,
  second: (pair) => `struct_extract(${pair}, 'b')`,

  lagIgnoreNulls: (expression, over) => `lag(${expression} IGNORE NULLS) OVER (${over})`,
  isDistinct: (a, b) => `(${a} IS DISTINCT FROM ${b})`,
  starExcept: (columns) => (columns.length === 0 ? '*' : `* EXCLUDE (${columns.join(', ')})`),
  values: (alias, columns, rows) =>
    `(VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}) AS ${alias}(${columns.join(', ')})`,

  parquet: (paths) => `read_parquet([${paths.map(text).join(', ')}], hive_partitioning = false)`,

  createTable: (name, select) => [`CREATE OR REPLACE TEMP TABLE ${name} AS\n${select}`],
  createView: (name, select) => `CREATE OR REPLACE TEMP VIEW ${name} AS\n${select}`,
  dropTable: (name) => [`DROP TABLE IF EXISTS ${name}`],

  stableHash: (text) => `CAST('0x' || substring(md5(${text}), 1, 15) AS BIGINT)`,
}
