import type { Row } from '../../engines/engine.ts'
import { columnKind, isNumeric } from '../sources/column-kind.ts'
import type { RawColumn, RawTable } from '../sources/raw-table.ts'
import type { SqlSession } from '../sources/sql-session.ts'
import { type FoundStyle, hasDecimals, numberConditions, numberStyle } from './number-style.ts'
import { type EpochUnit, epochUnits, timeFormats } from './time-formats.ts'

/** How a column can be read as a time. */
export type TimeReading =
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'iso' }
  | { readonly kind: 'epoch'; readonly unit: EpochUnit }
  /** `other`: day and month could be the other way round as well. */
  | { readonly kind: 'format'; readonly format: string; readonly other: string | null }

/** What one column holds. Shares are of the filled rows of a sample. */
export interface ColumnProfile {
  readonly name: string
  /** In the engine's words; VARCHAR for all of a text file. */
  readonly type: string
  readonly filled: number
  readonly distinct: number
  readonly integers: number
  /** How its numbers are written; null where it does not hold numbers. */
  readonly numbers: FoundStyle | null
  readonly hasFractions: boolean
  /** Texts such as 00042, which a number would shorten. */
  readonly hasLeadingZeros: boolean
  readonly time: TimeReading | null
  /** Most frequent first, at most 30; empty for columns with more than 200 values. */
  readonly values: readonly string[]
}

const sampleRows = 40_000
const share = 0.98
const plainNumbers: FoundStyle = { decimal: '.', isGuess: false }
const mostLevels = 200

/** Looks at every column of a table: counts over all rows, shapes over an even sample. */
export async function profileColumns(
  session: SqlSession,
  table: RawTable,
): Promise<{ rows: number; columns: ColumnProfile[] }> {
  const counts = table.columns.map(({ sql }, i) => `count(${sql}) AS f${i}, count(DISTINCT ${sql}) AS d${i}`)
  const [total] = await session.rows(null, `SELECT count(*) AS n, ${counts.join(', ')} FROM ${table.relation}`)
  const rows = Number(total!['n'])
  const columns: ColumnProfile[] = []
  for (const [i, column] of table.columns.entries()) {
    const counted = { filled: Number(total![`f${i}`]), distinct: Number(total![`d${i}`]) }
    columns.push(await profileColumn(session, { table, column, rows, ...counted }))
  }
  return { rows, columns }
}

interface Counted {
  readonly table: RawTable
  readonly column: RawColumn
  readonly rows: number
  readonly filled: number
  readonly distinct: number
}

async function profileColumn(session: SqlSession, counted: Counted): Promise<ColumnProfile> {
  const { column, distinct, filled } = counted
  const found = await shapesOf(session, counted)
  const of = (name: string): number => (Number(found['n']) === 0 ? 0 : Number(found[name]) / Number(found['n']))
  const isText = columnKind(column.type) === 'text'
  const numbers = isText ? numberStyle(of) : of('style_0') >= share ? plainNumbers : null
  return {
    name: column.name,
    type: column.type,
    filled,
    distinct,
    integers: of('integers'),
    numbers,
    hasFractions: hasDecimals(numbers ?? plainNumbers, of),
    hasLeadingZeros: of('zeros') > 0,
    time: timeOf(column, of),
    values: distinct > mostLevels || distinct === 0 ? [] : await valuesOf(session, counted),
  }
}

/** One row of counts over an even sample of the filled rows. */
async function shapesOf(session: SqlSession, { table, column, rows }: Counted): Promise<Row> {
  const { dialect } = session
  const step = Math.max(1, Math.floor(rows / sampleRows))
  const text = `trim(CAST(${column.sql} AS VARCHAR))`
  const count = (condition: string, name: string): string => `count(*) FILTER (WHERE ${condition}) AS ${name}`
  const epochs = epochUnits.map(({ unit, from, to }) =>
    count(`TRY_CAST(v AS BIGINT) BETWEEN ${from} AND ${to}`, `epoch_${unit}`),
  )
  const formats = timeFormats.map((format, i) => count(formatFits(format, dialect.text(format)), `format_${i}`))
  const [row] = await session.rows(
    null,
    `SELECT count(*) AS n, ${count(`regexp_matches(v, '^[-+]?[0-9]+$')`, 'integers')}, ${count(`regexp_matches(v, '^0[0-9]')`, 'zeros')},
  ${numberConditions()
    .map(([name, condition]) => count(condition, name))
    .join(',\n  ')},
  ${count(`regexp_matches(v, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?$') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL OR TRY_CAST(v AS TIMESTAMPTZ) IS NOT NULL AND regexp_matches(v, '^[0-9]{4}-')`, 'iso')},
  ${[...epochs, ...formats].join(',\n  ')}
FROM (SELECT ${text} AS v FROM (SELECT ${column.sql}, ROW_NUMBER() OVER () AS ebb_row FROM ${table.relation}) WHERE ebb_row % ${step} = 0 AND ${column.sql} IS NOT NULL)
WHERE v <> ''`,
  )
  return row!
}

/** A format fits when it reads the text and the year is one of ours; %y and %Y are told apart by the length. */
function formatFits(format: string, literal: string): string {
  const read = `try_strptime(v, ${literal})`
  const digits = format === '%Y%m%d' ? ` AND length(v) = 8` : format === '%Y%m%d%H%M%S' ? ` AND length(v) = 14` : ''
  return `year(${read}) BETWEEN 1970 AND 2149${digits}`
}

function timeOf({ type }: RawColumn, of: (name: string) => number): TimeReading | null {
  const kind = columnKind(type)
  if (kind === 'instant' || kind === 'wallClock' || kind === 'day') return { kind: 'timestamp' }
  if (kind !== 'text' && !isNumeric(kind)) return null
  if (kind === 'text' && of('iso') >= share) return { kind: 'iso' }
  const fitting = timeFormats.filter((_, i) => of(`format_${i}`) >= share)
  const [format] = fitting
  if (format !== undefined)
    return { kind: 'format', format, other: fitting.find((one) => isSwapped(one, format)) ?? null }
  const epoch = epochUnits.find(({ unit }) => of(`epoch_${unit}`) >= share)
  return epoch === undefined ? null : { kind: 'epoch', unit: epoch.unit }
}

/** The same format with day and month the other way round. */
function isSwapped(a: string, b: string): boolean {
  return a !== b && a.replace('%d', '#').replace('%m', '%d').replace('#', '%m') === b
}

async function valuesOf(session: SqlSession, { table, column }: Counted): Promise<string[]> {
  const rows = await session.rows(
    null,
    `SELECT CAST(${column.sql} AS VARCHAR) AS v, count(*) AS n FROM ${table.relation} WHERE ${column.sql} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT 30`,
  )
  return rows.map((row) => String(row['v']))
}
