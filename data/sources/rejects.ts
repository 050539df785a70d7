import { basename, join } from 'node:path'
import type { CheckResult, SourceQuality } from '../../core/artifacts.ts'
import { EbbError } from '../../core/errors.ts'
import type { Row, Value } from '../../engines/engine.ts'
import type { RawTable } from './raw-table.ts'
import type { RowFault } from './row-fault.ts'
import type { SqlSession } from './sql-session.ts'
import { brokenReasons } from './text-sql.ts'

export interface RejectInput {
  /** Key of the config, e.g. `app`. */
  readonly name: string
  /** E.g. `sources.app`. */
  readonly where: string
  /** The judged view, quoted. */
  readonly view: string
  readonly table: RawTable
  readonly faults: readonly RowFault[]
  readonly rejectsDir: string
  readonly maxFraction: number
  /** Rows of the view with a reason, and in all. */
  readonly rejected: number
  readonly rows: number
}

export interface Rejects {
  readonly rejected: SourceQuality['rejected']
  /** Lines that are not among the rows of the view. */
  readonly brokenRows: number
  readonly check: CheckResult
  /** One line per reason, when there are more rejects than allowed. */
  readonly errors: readonly EbbError[]
}

/** Keeps unusable rows in `<rejectsDir>/<name>.parquet` with reason and place, and says whether there are too many. */
export async function collectRejects(session: SqlSession, input: RejectInput): Promise<Rejects> {
  const hasBroken = input.table.brokenLines !== null
  if (input.rejected === 0 && !hasBroken) return { ...verdict(input, [], 0), rejected: [], brokenRows: 0, errors: [] }
  const path = join(input.rejectsDir, `${input.name}.parquet`)
  await session.write(`rejects_${input.name}`, rejectsSql(session, input), path)
  const parquet = `read_parquet(${session.dialect.text(path)})`
  const first = await session.rows(
    null,
    `SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY reason ORDER BY file, record) AS place, CAST(sum(lost) OVER (PARTITION BY reason) AS BIGINT) AS total FROM ${parquet}) WHERE place = 1 ORDER BY file, record`,
  )
  const [lost] = await session.rows(
    null,
    `SELECT CAST(COALESCE(sum(lost), 0) AS BIGINT) AS lost FROM ${hasBroken ? input.table.brokenLines! : '(SELECT 0 AS lost)'}`,
  )
  const brokenRows = Number(lost!['lost'])
  const result = verdict(input, first, brokenRows)
  const rejected = first
    .map((row) => ({ reason: String(row['reason']), rows: Number(row['total']) }))
    .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1))
  return {
    ...result,
    rejected,
    brokenRows,
    errors: result.check.passed ? [] : first.map((row) => rejectFault(input, row, input.rows + brokenRows)),
  }
}

function verdict(input: RejectInput, first: readonly Row[], brokenRows: number): { check: CheckResult } {
  const rows = input.rows + brokenRows
  const rejected = first.reduce((sum, row) => sum + Number(row['total']), 0)
  const passed = rejected <= input.maxFraction * rows
  const expected = input.maxFraction === 0 ? 'none' : `at most ${percent(input.maxFraction)}`
  const observed = `${rejected} of ${rows} rows${rejected === 0 ? '' : ` (${percent(rejected / rows)})`}`
  return {
    check: {
      name: `rejects.${input.name}`,
      passed,
      severity: 'error',
      observed,
      expected,
      message: `${input.where}: ${rejected === 0 ? 'every row can be used' : `${observed} cannot be used`}`,
    },
  }
}

const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(3))} %`

function rejectsSql(session: SqlSession, input: RejectInput): string {
  const { dialect } = session
  const { table } = input
  const uris = dialect.values(
    'files',
    ['path', 'uri'],
    table.files.map(({ path, uri }) => [dialect.text(path), dialect.text(uri)]),
  )
  const starts = table.startsSql === null ? '' : ` LEFT JOIN (${table.startsSql}) AS starts ON starts.file = view.file`
  const start = table.startsSql === null ? '0' : 'COALESCE(starts.start, 0)'
  const columns = input.faults.map(({ reason, column }) => `WHEN ${dialect.text(reason)} THEN ${dialect.text(column)}`)
  const rows = `SELECT view.file, CAST(view.position - ${start} + ${1 + table.headerLines} AS BIGINT) AS record, reason, NULLIF(CASE reason ${columns.join(' ')} END, '') AS column_name, received, raw_record AS raw, CAST(1 AS BIGINT) AS lost
FROM ${input.view} AS view${starts} WHERE reason IS NOT NULL`
  const all = table.brokenLines === null ? rows : withBroken(rows, table.brokenLines)
  return `SELECT ${dialect.text(input.name)} AS source, files.uri AS file, record, reason, column_name, received, raw, lost
FROM (${all}) AS rejected JOIN ${uris} ON files.path = rejected.file ORDER BY file, record, reason`
}

/** Broken lines are not among the rows, so every row after one lies a line further down than it counts. */
function withBroken(rows: string, broken: string): string {
  const shifts = `SELECT file, shifted, max(place) AS shift FROM (SELECT file, place, line - place + 1 AS shifted FROM (SELECT file, line, row_number() OVER (PARTITION BY file ORDER BY line) AS place FROM ${broken})) GROUP BY file, shifted`
  return `SELECT rows.file, rows.record + COALESCE(shifts.shift, 0) AS record, reason, column_name, received, raw, lost
FROM (${rows}) AS rows ASOF LEFT JOIN (${shifts}) AS shifts ON shifts.file = rows.file AND rows.record >= shifts.shifted
UNION ALL
SELECT file, line, reason, NULL, error, raw, lost FROM ${broken}`
}

const brokenWords: Readonly<Record<string, { readonly what: string; readonly expected: string }>> = {
  [brokenReasons.fields]: { what: 'the line has another number of fields', expected: 'as many as the header' },
  [brokenReasons.quote]: {
    what: 'a quote stands inside a field or is never closed',
    expected: 'quotes around whole fields, "" inside',
  },
  [brokenReasons.long]: {
    what: 'the line is longer than 2 MB',
    expected: 'at most 2,000,000 bytes; Parquet has no such limit',
  },
  [brokenReasons.encoding]: {
    what: 'bytes that no text of its encoding has',
    expected: 'utf-8, or another declared encoding',
  },
}

function rejectFault(input: RejectInput, row: Row, rows: number): EbbError {
  const reason = String(row['reason'])
  const fault = input.faults.find((each) => each.reason === reason)
  const words = fault ?? brokenWords[reason] ?? { what: 'the line cannot be read', expected: 'a record' }
  const column = fault === undefined || fault.column === '' ? '' : `, column "${fault.column}"`
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(String(row['received']))
  const isCounted = fault === undefined && counts !== null
  const value = fault === undefined ? row['raw'] : row['received']
  const kept = `${Number(row['total']).toLocaleString('en')} of ${rows.toLocaleString('en')} rows, kept in ${basename(input.rejectsDir)}/${input.name}.parquet`
  return new EbbError({
    code: 'ROWS_REJECTED',
    kind: 'data',
    where: `${input.where}: ${String(row['file'])}, ${input.table.unit} ${String(row['record'])}${column}`,
    what: words.what,
    expected: words.expected,
    received: isCounted ? `${counts[2]} instead of ${counts[1]}` : shown(value ?? null),
    hint: fault?.hint === undefined ? kept : `${kept}; ${fault.hint}`,
    file: String(row['file']),
    line: input.table.unit === 'line' ? Number(row['record']) : undefined,
  })
}

const shown = (value: Value): string => {
  if (value === null) return 'nothing'
  const text = String(value)
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
