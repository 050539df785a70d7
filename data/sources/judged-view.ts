import type { Dialect } from '../../engines/dialect.ts'
import type { UserIdType } from './cast-user-id.ts'
import { columnKind } from './column-kind.ts'
import type { RawColumn, RawTable } from './raw-table.ts'
import type { RowFault } from './row-fault.ts'

export interface IdMap {
  /** Session table (from_id VARCHAR unique, user_id). */
  readonly relation: string
  readonly unmatched: 'reject' | 'drop' | 'keep'
  /** For messages. */
  readonly table: string
}

export interface JudgedInput {
  readonly dialect: Dialect
  readonly table: RawTable
  /** Raw columns; `sql` is their name inside the view. */
  readonly columns: readonly RawColumn[]
  readonly nullValues: readonly string[]
  /** SELECT items over the raw columns; one is `own_id`. */
  readonly typed: readonly string[]
  /** SELECT items over raw and typed columns. */
  readonly placed: readonly string[]
  /** Columns of the result besides user_id. */
  readonly result: readonly string[]
  readonly faults: readonly RowFault[]
  readonly idMap: IdMap | null
  readonly idColumn: RawColumn
  readonly userIdType: UserIdType
  readonly wanted: string | null
}

/**
 * The layers between a file and what may be used of it: raw values (empty text and `nullValues` are NULL), typed values,
 * the user behind the id, and the judgement: `reason` of the first fault (NULL: usable) and `is_wanted`.
 */
export function judgedView(input: JudgedInput): { sql: string; faults: RowFault[] } {
  const { dialect, table, idMap } = input
  const faults = [...brokenFault(table), ...input.faults, ...unmatchedFault(input)]
  const raw = input.columns.map((column, at) => `${rawValue(table.columns[at]!, input)} AS ${column.sql}`)
  const marks = [`${table.fileSql} AS file`, `${table.positionSql} AS position`]
  const broken = table.brokenSql === null ? [] : [`${table.brokenSql} AS broken_record`]
  const received = faults.map(({ reason, received }) => `WHEN ${dialect.text(reason)} THEN ${received}`)
  const judged = faults.map(({ reason, test }) => `WHEN ${test} THEN ${dialect.text(reason)}`)
  const record = input.columns.map(({ name, sql }) => `${dialect.text(name)}, CAST(${sql} AS VARCHAR)`)
  const wanted = [input.wanted, idMap?.unmatched === 'drop' ? 'user_id IS NOT NULL' : null].filter(
    (condition) => condition !== null,
  )
  const sql = `SELECT user_id, ${input.result.join(', ')}, reason, ${wantedSql(wanted)} AS is_wanted, file, position,
CASE reason ${received.join(' ')} END AS received, CAST(json_object(${record.join(', ')}) AS VARCHAR) AS raw_record
FROM (SELECT *, CASE ${judged.join('\n')} END AS reason
FROM (SELECT *, ${[userIdSql(input), ...input.placed].join(',\n')}
FROM (SELECT *, ${input.typed.join(',\n')}
FROM (SELECT ${[...raw, ...marks, ...broken].join(', ')}
FROM ${table.relation}))${join(idMap)}))`
  return { sql, faults }
}

const wantedSql = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'TRUE' : `COALESCE(${conditions.join(' AND ')}, FALSE)`

function rawValue(column: RawColumn, { nullValues, dialect }: JudgedInput): string {
  const kind = columnKind(column.type)
  if (kind === 'float') return `CASE WHEN NOT isnan(${column.sql}) THEN ${column.sql} END`
  if (kind !== 'text') return column.sql
  const text = column.type === 'VARCHAR' ? column.sql : dialect.cast(column.sql, 'text')
  const missing = ['', ...nullValues].map((value) => dialect.text(value))
  return missing.length === 1
    ? `NULLIF(${text}, '')`
    : `CASE WHEN ${text} NOT IN (${missing.join(', ')}) THEN ${text} END`
}

function brokenFault(table: RawTable): RowFault[] {
  if (table.brokenSql === null) return []
  return [
    {
      reason: 'record: cannot be read',
      test: 'broken_record IS NOT NULL',
      column: '',
      received: 'broken_record',
      what: 'the line cannot be read',
      expected: 'one JSON object',
    },
  ]
}

function userIdSql({ idMap, userIdType, dialect }: JudgedInput): string {
  const type = userIdType === 'BIGINT' ? 'bigint' : 'text'
  if (idMap === null) return 'own_id AS user_id'
  if (idMap.unmatched !== 'keep') return 'mapped_id AS user_id'
  return `COALESCE(mapped_id, TRY_${dialect.cast('own_id', type)}) AS user_id`
}

function join(idMap: IdMap | null): string {
  if (idMap === null) return ''
  return ` AS own LEFT JOIN (SELECT from_id, user_id AS mapped_id FROM ${idMap.relation}) AS map ON map.from_id = CAST(own.own_id AS VARCHAR)`
}

function unmatchedFault({ idMap, idColumn }: JudgedInput): RowFault[] {
  if (idMap === null || idMap.unmatched === 'drop') return []
  return [
    {
      reason: 'user_id: not in the id table',
      test: 'user_id IS NULL',
      column: idColumn.name,
      received: `CAST(${idColumn.sql} AS VARCHAR)`,
      what: `the id is not in ${idMap.table}`,
      expected: 'an id of that table',
      hint: 'ids.unmatched: drop or keep allows them',
    },
  ]
}
