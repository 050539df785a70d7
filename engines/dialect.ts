import type { Day } from '../core/day.ts'

/** SQL types by our own word; each dialect spells them. */
export type SqlType =
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'wide'
  | 'double'
  | 'text'
  | 'date'
  | 'timestamp'
  | 'boolean'

/**
 * How one SQL engine spells things. Pure text, no I/O; few members, none of them optional: a new engine must answer
 * every one. Arguments named `expression` are SQL; all others are values that the dialect quotes.
 *
 * What both engines spell alike is written plainly by the callers: FILTER, CASE, COALESCE, LEAST, GREATEST, COUNT,
 * MIN, MAX, MAX_BY, IN, BETWEEN, IS NULL, LN, SQRT, LPAD, CONCAT, SUBSTRING, WITH, window functions.
 */
export interface Dialect {
  readonly name: 'duckdb' | 'spark'

  /** A quoted identifier; any text is safe. */
  identifier(name: string): string
  /** A quoted text literal; any text is safe. */
  text(value: string): string
  /** A literal of a finite number: integers below 2^53 as such, all others as DOUBLE. Throws RangeError otherwise. */
  number(value: number): string
  /** A BIGINT literal in [-2^63, 2^63). */
  bigint(value: bigint): string
  /** A DATE literal. */
  day(day: Day): string

  cast(expression: string, type: SqlType): string
  /** Type name for DDL and casts. `wide` holds integers of up to 38 digits. */
  type(type: SqlType): string

  /** BIGINT or INTEGER: whole days from DATE `start` to DATE `end`; negative when `end` is earlier. */
  daysBetween(start: string, end: string): string
  /** DATE plus whole days (an INTEGER expression, may be negative). */
  addDays(date: string, days: string): string
  /** DATE of a TIMESTAMP (local wall-clock, no zone). */
  timestampToDay(timestamp: string): string
  /** BIGINT: microseconds of a TIMESTAMP since 1970-01-01. */
  epochMicros(timestamp: string): string
  /** INTEGER 0-23. */
  hour(timestamp: string): string
  /** INTEGER: 1 = Monday ... 7 = Sunday, of a DATE or TIMESTAMP. */
  isoWeekday(date: string): string
  /** A relation of one DATE column `column`: every day of [start, end) given as DATE expressions; empty if start >= end. */
  daySeries(column: string, start: string, end: string): string

  /** Integer division, truncated towards zero; NULL where the divisor is 0. */
  integerDivide(a: string, b: string): string
  /** Remainder of integer division; NULL where the divisor is 0. */
  modulo(a: string, b: string): string
  /** a / b as DOUBLE; NULL where b is 0. */
  ratio(a: string, b: string): string
  /** DOUBLE. */
  toDouble(expression: string): string
  /** DOUBLE rounded half away from zero to BIGINT. */
  roundToBigint(expression: string): string

  /** SUM of integers as BIGINT; NULL over no rows. Exact, so the same for any order of rows. */
  sumInteger(expression: string): string
  /** SUM of integers that may pass 2^63, as `wide`. */
  sumWide(expression: string): string
  /** Aggregate: BIGINT, OR of 64-bit masks; NULL over no rows. */
  bitOr(expression: string): string
  /** INTEGER: number of set bits of a BIGINT, 0-64. */
  bitCount(expression: string): string
  /** BOOLEAN: a BIGINT mask has at least one of the bits. */
  hasBit(mask: string, bits: bigint): string
  /** Aggregate over booleans: true if any is; NULL over no rows. */
  anyTrue(condition: string): string
  /** Aggregate over booleans: true if all are; NULL over no rows. */
  allTrue(condition: string): string
  /** Exact median of numbers as DOUBLE (interpolated). */
  median(expression: string): string

  /** A pair of values; pairs are ordered by the first, then by the second, so that MAX of pairs is deterministic. */
  pair(first: string, second: string): string
  /** The second value of a pair. */
  second(pair: string): string

  /** LAG over the rows whose expression is not NULL. `over` is the text inside OVER (...). */
  lagIgnoreNulls(expression: string, over: string): string
  /** BOOLEAN, never NULL: the two differ, NULL being equal to NULL. */
  isDistinct(a: string, b: string): string
  /** `*` without some columns, for a SELECT list. */
  starExcept(columns: readonly string[]): string
  /** An inline relation for FROM; `rows` hold SQL expressions. At least one row. */
  values(alias: string, columns: readonly string[], rows: readonly (readonly string[])[]): string

  /** A relation for FROM: the rows of Parquet files (or patterns) that lie where the engine lives. At least one. */
  parquet(paths: readonly string[]): string

  /** Statements that make (or replace) a relation of this session, computed once. `name` is already quoted. */
  createTable(name: string, select: string): readonly string[]
  /** Statement that makes (or replaces) a view of this session. `name` is already quoted. */
  createView(name: string, select: string): string
  /** Statements that remove what `createTable` made, if it is there. */
  dropTable(name: string): readonly string[]

  /** BIGINT in [0, 2^60): the first 15 hex digits of the MD5 of a text. The same on every engine; twin: `stableHash`. */
  stableHash(text: string): string
}
