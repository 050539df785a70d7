import type { Dialect } from '../../engines/dialect.ts'
import type { FileConfig } from '../sources.ts'
import { textList } from './sql-session.ts'

/** Column names of a staged text file. */
export const staged = { file: '__ebb_file', broken: '__ebb_broken', blank: '__ebb_blank' } as const
export const stagedColumn = (at: number): string => `r${at}`

export interface RejectTables {
  readonly errors: string
  readonly scans: string
}

const shownBytes = 500

/** Lines of text files as they are, column `line`; the unit separator never occurs in text that people write. */
export function readLines(
  dialect: Dialect,
  paths: readonly string[],
  { encoding, rejects }: { readonly encoding: FileConfig['encoding']; readonly rejects?: RejectTables },
): string {
  const columns = `header = false, delim = chr(31), quote = '', escape = '', columns = {'line': 'VARCHAR'}`
  return `read_csv(${textList(dialect, paths)}, auto_detect = false, ${columns}, encoding = ${dialect.text(encoding)}, hive_partitioning = false, filename = '${staged.file}'${storeRejects(dialect, rejects)})`
}

/** CSV files of one layout, all fields as VARCHAR, named c0, c1, …; folder keys by their names. */
export function readCsv(
  dialect: Dialect,
  paths: readonly string[],
  layout: {
    readonly fieldCount: number
    readonly delimiter: string
    readonly hasHeader: boolean
    readonly isHive: boolean
    readonly encoding: FileConfig['encoding']
    readonly rejects: RejectTables
  },
): string {
  const columns = Array.from({ length: layout.fieldCount }, (_, at) => `'c${at}': 'VARCHAR'`).join(', ')
  const form = `header = ${layout.hasHeader}, delim = ${dialect.text(layout.delimiter)}, quote = '"', escape = '"', columns = {${columns}}`
  const folders = `hive_partitioning = ${layout.isHive}, hive_types_autocast = false`
  return `read_csv(${textList(dialect, paths)}, auto_detect = false, ${form}, encoding = ${dialect.text(layout.encoding)}, ${folders}, filename = '${staged.file}'${storeRejects(dialect, layout.rejects)})`
}

function storeRejects(dialect: Dialect, rejects: RejectTables | undefined): string {
  // A look at the first lines: what is wrong further on, such as another line ending inside quotes, does not matter here.
  if (rejects === undefined) return ', ignore_errors = true, strict_mode = false'
  return `, store_rejects = true, rejects_table = ${dialect.text(rejects.errors)}, rejects_scan = ${dialect.text(rejects.scans)}`
}

/** The needed fields of a CSV for the staged file; `null` where the layout lacks the field. */
export function stageCsv(dialect: Dialect, relation: string, fields: readonly (string | null)[]): string {
  const columns = fields.map(
    (field, at) =>
      `${field === null ? 'CAST(NULL AS VARCHAR)' : `CAST(${dialect.identifier(field)} AS VARCHAR)`} AS ${stagedColumn(at)}`,
  )
  return `SELECT ${[...columns, staged.file].join(', ')}\nFROM ${relation}`
}

/** The needed keys of NDJSON lines for the staged file; numbers, booleans and nested values as their JSON text. */
export function stageJson(dialect: Dialect, relation: string, keys: readonly string[]): string {
  const pointers = textList(dialect, keys.map(jsonPointer))
  const columns = keys.map((_, at) => `fields[${at + 1}] AS ${stagedColumn(at)}`)
  const marks = [
    staged.file,
    `CASE WHEN fields IS NULL THEN substring(line, 1, ${shownBytes}) END AS ${staged.broken}`,
    `(line IS NULL OR trim(line) = '') AS ${staged.blank}`,
  ]
  return `SELECT ${[...columns, ...marks].join(', ')}
FROM (SELECT line, ${staged.file}, CASE WHEN ${isJsonObject} THEN json_extract_string(line, ${pointers}) END AS fields
FROM ${relation})`
}

const isJsonObject = `(CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' END)`

/** Keys that occur in the first `lineCount` lines (null: all of them), column `key`. */
export function jsonKeys(relation: string, lineCount: number | null): string {
  const limit = lineCount === null ? '' : ` LIMIT ${lineCount}`
  return `SELECT DISTINCT unnest(json_keys(line)) AS key FROM (SELECT line FROM ${relation}${limit}) WHERE ${isJsonObject}`
}

/** RFC 6901. */
const jsonPointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`

/**
 * Lines that the reader could not split into fields, one row each (file, line, raw, reason, error, lost): `lost` counts
 * the lines that went with it, more than 1 after a quote that never closes.
 */
export function brokenLines(rejects: readonly RejectTables[], dialect: Dialect): string {
  const breaks = `chr(13) || chr(10)`
  const raw = `trim(min(e.csv_line), ${breaks})`
  const type = `min(CAST(e.error_type AS VARCHAR))`
  const reason = `CASE ${type} WHEN 'MISSING COLUMNS' THEN '${brokenReasons.fields}' WHEN 'TOO MANY COLUMNS' THEN '${brokenReasons.fields}' WHEN 'UNQUOTED VALUE' THEN '${brokenReasons.quote}' WHEN 'INVALID ENCODING' THEN '${brokenReasons.encoding}' WHEN 'LINE SIZE OVER MAXIMUM' THEN '${brokenReasons.long}' ELSE '${brokenReasons.other}' END`
  const lost = `CASE ${type} WHEN 'UNQUOTED VALUE' THEN 1 + length(${raw}) - length(replace(${raw}, chr(10), '')) ELSE 1 END`
  const parts = rejects.map(
    ({ errors, scans }) =>
      `SELECT s.file_path AS file, CAST(e.line AS BIGINT) AS line, ${raw} AS raw, ${reason} AS reason, min(e.error_message) AS error, CAST(${lost} AS BIGINT) AS lost
FROM ${dialect.identifier(errors)} AS e JOIN ${dialect.identifier(scans)} AS s ON s.scan_id = e.scan_id AND s.file_id = e.file_id GROUP BY s.file_path, e.line`,
  )
  return parts.join('\nUNION ALL\n')
}

export const brokenReasons = {
  fields: 'record: wrong number of fields',
  quote: 'record: stray or open quote',
  encoding: 'record: wrong encoding',
  long: 'record: longer than 2 MB',
  other: 'record: cannot be read',
} as const
