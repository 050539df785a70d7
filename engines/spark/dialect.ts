import type { Dialect, SqlType } from '../dialect.ts'

const types: Readonly<Record<SqlType, string>> = {
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INT',
  bigint: 'BIGINT',
  wide: 'DECIMAL(38, 0)',
  double: 'DOUBLE',
  text: 'STRING',
  date: 'DATE',
  timestamp: 'TIMESTAMP_NTZ',
  boolean: 'BOOLEAN',
}

const cast = (expression: string, type: SqlType): string => `CAST(${expression} AS ${types[type]})`

/** Spark 4 SQL: ANSI on, session time zone UTC, `spark.sql.timestampType=TIMESTAMP_NTZ`, escaped string literals off. */
export const sparkDialect: Dialect = {
  name: 'spark',

  identifier: (name) => `\`${name.replaceAll('`', '``')}\``,
  /** A backslash starts an escape in Spark's literals. */
  text: (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  number(value) {
    if (!Number.isFinite(value)) throw new RangeError(`number(value): must be finite, got ${value}`)
    return Number.isSafeInteger(value) ? String(value) : `CAST('${value}' AS DOUBLE)`
  },
  bigint: (value) => `CAST('${BigInt.asIntN(64, value)}' AS BIGINT)`,
  day: (day) => `DATE '${day}'`,

  cast,
  type: (type) => types[type],

  daysBetween: (start, end) => `datediff(${end}, ${start})`,
  addDays: (date, days) => `date_add(${date}, CAST(${days} AS INT))`,
  timestampToDay: (timestamp) => cast(timestamp, 'date'),
  epochMicros: (timestamp) => `unix_micros(CAST(${timestamp} AS TIMESTAMP_LTZ))`,
  hour: (timestamp) => `hour(${timestamp})`,
  isoWeekday: (date) => `(weekday(${date}) + 1)`,
  daySeries: (column, start, end) =>
    `(SELECT explode(CASE WHEN ${start} < ${end} THEN sequence(${start}, date_add(${end}, -1), INTERVAL '1' DAY) END) AS ${column})`,

  integerDivide: (a, b) => `(${a} DIV NULLIF(${b}, 0))`,
  modulo: (a, b) => `(${a} % NULLIF(${b}, 0))`,
  ratio: (a, b) => `(CAST(${a} AS DOUBLE) / NULLIF(${b}, 0))`,
  toDouble: (expression) => cast(expression, 'double'),
  roundToBigint: (expression) => `CAST(round(${expression}) AS BIGINT)`,

  sumInteger: (expression) => `SUM(CAST(${expression} AS BIGINT))`,
  sumWide: (expression) => `SUM(CAST(${expression} AS DECIMAL(38, 0)))`,
  bitOr: (expression) => `bit_or(${expression})`,
  bitCount: (expression) => `bit_count(${expression})`,
  hasBit: (mask, bits) => `((${mask} & CAST('${BigInt.asIntN(64, bits)}' AS BIGINT)) <> 0)`,
  anyTrue: (condition) => `bool_or(${condition})`,
  allTrue: (condition) => `bool_and(${condition})`,
  median: (expression) => `percentile(CAST(${expression} AS DOUBLE), 0.5D)`,

  pair: (first, second) => `named_struct('a', ${first}, 'b', ${second})`,
  second: (pair) => `(${pair}).b`,

  lagIgnoreNulls: (expression, over) => `lag(${expression}) IGNORE NULLS OVER (${over})`,
  isDistinct: (a, b) => `(NOT (${a} <=> ${b}))`,
  starExcept: (columns) => (columns.length === 0 ? '*' : `* EXCEPT (${columns.join(', ')})`),
  values: (alias, columns, rows) =>
    `(VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}) AS ${alias}(${columns.join(', ')})`,

  parquet: (paths) => {
    const [first, ...more] = paths.map((path) => `parquet.\`${path.replaceAll('`', '``')}\``)
    return more.length === 0
      ? first!
      : `(${[first!, ...more].map((file) => `SELECT * FROM ${file}`).join(' UNION ALL ')})`
  },

  /** Spark has no temporary tables; a cached view is computed once and lives as long as the session. */
  createTable: (name, select) => [`DROP VIEW IF EXISTS ${name}`, `CACHE TABLE ${name} AS\n${select}`],
  createView: (name, select) => `CREATE OR REPLACE TEMPORARY VIEW ${name} AS\n${select}`,
  dropTable: (name) => [`DROP VIEW IF EXISTS ${name}`],

  stableHash: (text) => `CAST(conv(substring(md5(${text}), 1, 15), 16, 10) AS BIGINT)`,
}
