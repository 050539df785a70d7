import { EbbError } from '../../core/errors.ts'
import { columnKind, isNumeric } from './column-kind.ts'
import { columnsOf, parseNumberExpression, type NumberExpression } from './number-expression.ts'
import type { RawColumn } from './raw-table.ts'
import type { Cast } from './row-fault.ts'

/** Hundredths stay exact up to here (9e15 < 2^53). */
const largest = 9e13

export interface NumberCast {
  /** E.g. `amount`. */
  readonly field: string
  /** As the config writes it. */
  readonly text: string
  readonly expression: NumberExpression
  /** By the file's name for it. */
  readonly columns: ReadonlyMap<string, RawColumn>
  readonly style: NumberStyle
  readonly where: string
}

/** How numbers stand in text. */
export interface NumberStyle {
  readonly decimal: '.' | ','
  /** Between groups of three digits; absent: there are none. */
  readonly thousands?: ',' | '.' | ' ' | "'"
}

/** A name of the file as it is, else arithmetic; the schema has refused everything else. */
export function numberExpression(text: string, known: readonly string[]): NumberExpression {
  return known.includes(text) ? { kind: 'column', name: text } : parseNumberExpression(text)!
}

/** DOUBLE; NULL where a column of it is NULL. `value` is what the caller calls the result in the next layer. */
export function castNumber(cast: NumberCast, value: string): Cast {
  const { field, text, expression } = cast
  const leaves = columnsOf(expression).map((name) => checked(cast, name))
  const unreadable = leaves.map((leaf) => `(${leaf.sql} IS NOT NULL AND ${numberOf(leaf, cast.style)} IS NULL)`)
  const isComplete = leaves.map((leaf) => `${leaf.sql} IS NOT NULL`).join(' AND ') || 'TRUE'
  const received = leaves.map((leaf) => `CAST(${leaf.sql} AS VARCHAR)`)
  const shared = {
    column: text,
    received: received.length === 1 ? received[0]! : `concat_ws(', ', ${received.join(', ')})`,
  }
  return {
    sql: render(expression, (name) => numberOf(cast.columns.get(name)!, cast.style)),
    faults: [
      {
        ...shared,
        reason: `${field}: not a number`,
        test: [...unreadable, `(${isComplete} AND (${value} IS NULL OR NOT isfinite(${value})))`].join(' OR '),
        what: 'not a number',
        expected: `a number such as ${exampleOf(cast.style)}`,
      },
      {
        ...shared,
        reason: `${field}: out of range`,
        test: `abs(${value}) > ${largest}`,
        what: 'the number is too large',
        expected: 'at most 9e13 in size',
      },
    ],
  }
}

/**
 * BIGINT of `units` per 1, rounded half away from zero; NULL for what a fault names. The value is rounded to
 * millionths first, so that the double nearest to 1.005 counts as 1.005.
 */
export function scaledInteger(value: string, units: 100 | 1000): string {
  return `CASE WHEN isfinite(${value}) AND abs(${value}) <= ${largest} THEN CAST(round(round(${value} * 1e6) / ${1e6 / units}) AS BIGINT) END`
}

function checked(cast: NumberCast, name: string): RawColumn {
  const column = cast.columns.get(name)!
  const kind = columnKind(column.type)
  if (isNumeric(kind) || kind === 'text') return column
  throw new EbbError({
    code: 'COLUMN_TYPE',
    kind: 'data',
    where: `${cast.where}, column "${name}"`,
    what: `cannot be read as ${cast.field}`,
    expected: 'a numeric column',
    received: column.type,
  })
}

/** NULL where the raw value is no number in plain writing: `nan`, `1_000` and `1,5` are not. */
function numberOf(column: RawColumn, style: NumberStyle): string {
  const { sql } = column
  const kind = columnKind(column.type)
  if (kind === 'float') return `CASE WHEN isfinite(${sql}) THEN CAST(${sql} AS DOUBLE) END`
  if (kind !== 'text') return `CAST(${sql} AS DOUBLE)`
  const digits = withoutGroups(sql, style)
  const text = style.decimal === ',' ? `replace(${digits}, ',', '.')` : digits
  const forbidden = style.decimal === ',' ? '[_.a-df-zA-DF-Z]' : '[_a-df-zA-DF-Z]'
  return `CASE WHEN NOT regexp_matches(${digits}, '${forbidden}') THEN TRY_CAST(${text} AS DOUBLE) END`
}

/** Each as it stands in a class of a pattern; a blank may be one that does not break, an apostrophe a typographic one. */
const separators = { ',': ',', '.': '.', ' ': ' \u00a0\u202f', "'": "''\u2019" } as const

/** The text without its separators where they stand between groups of three digits, else the text as it is. */
function withoutGroups(sql: string, { decimal, thousands }: NumberStyle): string {
  if (thousands === undefined) return sql
  const separator = `[${separators[thousands]}]`
  const grouped = `\\s*[-+]?[0-9]{1,3}(${separator}[0-9]{3})+([${decimal}][0-9]*)?\\s*`
  return `CASE WHEN regexp_full_match(${sql}, '${grouped}') THEN regexp_replace(${sql}, '${separator}', '', 'g') ELSE ${sql} END`
}

/** 1.234,50 in the style. */
function exampleOf({ decimal, thousands }: NumberStyle): string {
  return thousands === undefined ? `12${decimal}50` : `1${thousands}234${decimal}50`
}

function render(expression: NumberExpression, column: (name: string) => string): string {
  switch (expression.kind) {
    case 'column':
      return column(expression.name)
    case 'number':
      return `CAST(${expression.value} AS DOUBLE)`
    case 'negate':
      return `(- ${render(expression.of, column)})`
    case 'operation':
      return `(${render(expression.left, column)} ${expression.operator} ${render(expression.right, column)})`
  }
}
