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
  readonly decimal: '.' | ','
  readonly where: string
}

/** A name of the file as it is, else arithmetic; the schema has refused everything else. */
export function numberExpression(text: string, known: readonly string[]): NumberExpression {
  return known.includes(text) ? { kind: 'column', name: text } : parseNumberExpression(text)!
}

/** DOUBLE; NULL where a column of it is NULL. `value` is what the caller calls the result in the next layer. */
export function castNumber(cast: NumberCast, value: string): Cast {
  const { field, text, expression } = cast
  const leaves = columnsOf(expression).map((name) => checked(cast, name))
  const unreadable = leaves.map((leaf) => `(${leaf.sql} IS NOT NULL AND ${numberOf(leaf, cast.decimal)} IS NULL)`)
  const isComplete = leaves.map((leaf) => `${leaf.sql} IS NOT NULL`).join(' AND ') || 'TRUE'
  const received = leaves.map((leaf) => `CAST(${leaf.sql} AS VARCHAR)`)
  const shared = {
    column: text,
    received: received.length === 1 ? received[0]! : `concat_ws(', ', ${received.join(', ')})`,
  }
  return {
    sql: render(expression, (name) => numberOf(cast.columns.get(name)!, cast.decimal)),
    faults: [
      {
        ...shared,
        reason: `${field}: not a number`,
        test: [...unreadable, `(${isComplete} AND (${value} IS NULL OR NOT isfinite(${value})))`].join(' OR '),
        what: 'not a number',
        expected: cast.decimal === ',' ? 'a number such as 12,50' : 'a number such as 12.50',
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
function numberOf(column: RawColumn, decimal: '.' | ','): string {
  const { sql } = column
  const kind = columnKind(column.type)
  if (kind === 'float') return `CASE WHEN isfinite(${sql}) THEN CAST(${sql} AS DOUBLE) END`
  if (kind !== 'text') return `CAST(${sql} AS DOUBLE)`
  const text = decimal === ',' ? `replace(${sql}, ',', '.')` : sql
  const forbidden = decimal === ',' ? '[_.a-df-zA-DF-Z]' : '[_a-df-zA-DF-Z]'
  return `CASE WHEN NOT regexp_matches(${sql}, '${forbidden}') THEN TRY_CAST(${text} AS DOUBLE) END`
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
