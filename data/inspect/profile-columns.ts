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

/** So many columns are looked at in one query: every query reads the whole table, and holds the different values of its columns. */
const columnsAtOnce = 64

/** Looks at every column of a table: counts over all rows, shapes over an even sample. */
export async function profileColumns(
  session: SqlSession,
  table: RawTable,
): Promise<{ rows: number; columns: ColumnProfile[] }> {
  const columns: ColumnProfile[] = []
  let rows = 0
  for (let from = 0; from < table.columns.length; from += columnsAtOnce) {
    const some = await countsOf(session, table, table.columns.slice(from, from + columnsAtOnce))
    rows = some.rows
    const shapes = await shapesOf(session, { table, ...some })
    const values = await valuesOf(session, { table, ...some })
    columns.push(...some.columns.map((one, i) => profileOf(one, shapes[i] ?? noRows, values[i] ?? [])))
  }
  return { rows, columns }
}

async function countsOf(
  session: SqlSession,
  table: RawTable,
  columns: readonly RawColumn[],
): Promise<{ readonly rows: number; readonly columns: readonly Counted[] }> {
  const counts = columns.map(({ sql }, i) => `count(${sql}) AS f${i}, count(DISTINCT ${sql}) AS d${i}`)
  const [total] = await session.rows(null, `SELECT count(*) AS n, ${counts.join(', ')} FROM ${table.relation}`)
  const counted = columns.map((column, i) => {
    return { column, filled: Number(total![`f${i}`]), distinct: Number(total![`d${i}`]) }
  })
  return { rows: Number(total!['n']), columns: counted }
}

interface Counted {
  readonly column: RawColumn
  readonly filled: number
  readonly distinct: number
}

const noRows: Row = { n: 0 }

function profileOf({ column, filled, distinct }: Counted, found: Row, values: readonly string[]): ColumnProfile {
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
    values,
  }
}

/** Rows (c, v): the texts of some columns, one below the other; c counts the columns. */
const stacked = (texts: readonly string[], relation: string): string =>
  `SELECT unnest([${texts.map((_, c) => c).join(', ')}]) AS c, unnest([${texts.join(', ')}]) AS v FROM ${relation}`

interface SomeColumns {
  readonly table: RawTable
  readonly columns: readonly Counted[]
}

/** By column, counts over an even sample of its filled rows; nothing where none is filled. Each text is looked at once. */
async function shapesOf(
  session: SqlSession,
  { table, columns, rows }: SomeColumns & { readonly rows: number },
): Promise<readonly (Row | undefined)[]> {
  const { dialect } = session
  const step = Math.max(1, Math.floor(rows / sampleRows))
  const count = (condition: string, name: string): string => `sum(w) FILTER (WHERE ${condition}) AS ${name}`
  const epochs = epochUnits.map(({ unit, from, to }) =>
    count(`TRY_CAST(v AS BIGINT) BETWEEN ${from} AND ${to}`, `epoch_${unit}`),
  )
  const formats = timeFormats.map((format, i) => count(formatFits(format, dialect.text(format)), `format_${i}`))
  const names = columns.map(({ column }) => column.sql)
  const numbered = `(SELECT ${names.join(', ')}, ROW_NUMBER() OVER () AS ebb_row FROM ${table.relation}) WHERE ebb_row % ${step} = 0`
  const texts = names.map((name) => `trim(CAST(${name} AS VARCHAR))`)
  const found = await session.rows(
    null,
    `SELECT c, sum(w) AS n, ${count(`regexp_matches(v, '^[-+]?[0-9]+$')`, 'integers')}, ${count(`regexp_matches(v, '^0[0-9]')`, 'zeros')},
  ${numberConditions()
    .map(([name, condition]) => count(condition, name))
    .join(',\n  ')},
  ${count(`regexp_matches(v, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?$') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL OR TRY_CAST(v AS TIMESTAMPTZ) IS NOT NULL AND regexp_matches(v, '^[0-9]{4}-')`, 'iso')},
  ${[...epochs, ...formats].join(',\n  ')}
FROM (SELECT c, v, count(*) AS w FROM (${stacked(texts, numbered)}) WHERE v <> '' GROUP BY c, v)
GROUP BY c`,
  )
  const byColumn = new Map(found.map((row) => [Number(row['c']), row]))
  return columns.map((_, c) => byColumn.get(c))
}

/** A format fits when it reads the text and the year is one of ours; %y and %Y are told apart by the length. */
function formatFits(format: string, literal: string): string {
  const read = `try_strptime(v, ${literal})`
  const digits = format === '%Y%m%d' ? ` AND length(v) = 8` : format === '%Y%m%d%H%M%S' ? ` AND length(v) = 14` : ''
  // No date is shorter than 1.1.25, and asking the length first spares most texts the attempt.
  return `CASE WHEN length(v) >= 6 THEN year(${read}) BETWEEN 1970 AND 2149${digits} END`
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

/** By column, the most frequent texts of those with few. */
async function valuesOf(session: SqlSession, { table, columns }: SomeColumns): Promise<readonly (readonly string[])[]> {
  const few = columns.flatMap(({ distinct }, at) => (distinct > 0 && distinct <= mostLevels ? [at] : []))
  const values: string[][] = columns.map(() => [])
  if (few.length === 0) return values
  const texts = few.map((at) => `CAST(${columns[at]!.column.sql} AS VARCHAR)`)
  const counted = `SELECT c, v, count(*) AS n FROM (${stacked(texts, table.relation)}) WHERE v IS NOT NULL GROUP BY c, v`
  const rows = await session.rows(
    null,
    `SELECT c, v FROM (${counted}) QUALIFY ROW_NUMBER() OVER (PARTITION BY c ORDER BY n DESC, v) <= 30 ORDER BY c, n DESC, v`,
  )
  for (const { c, v } of rows) values[few[Number(c)]!]!.push(String(v))
  return values
}
