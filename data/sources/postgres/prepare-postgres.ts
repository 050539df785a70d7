import type { PostgresConfig } from '../../postgres.ts'
import { checkColumns } from '../check-columns.ts'
import { refuseNoRows } from '../open-parquet.ts'
import type { PreparedFiles, PrepareFiles } from '../prepare-files.ts'
import { textList, type SqlSession } from '../sql-session.ts'
import { stagedColumn } from '../text-sql.ts'
import { stagedType } from './column-type.ts'
import { relationOf } from './relation.ts'
import { Staging, startColumn } from './staging.ts'

/**
 * Rows of a table or query, streamed into Parquet parts under `workDir`: only the needed columns, typed, bounded in
 * memory. Which rows they were is told by their count and a hash that does not depend on their order.
 */
export async function preparePostgres(
  session: SqlSession,
  prepare: PrepareFiles & { readonly postgres: PostgresConfig },
): Promise<PreparedFiles> {
  const { where, postgres } = prepare
  const { snapshot, label } = await prepare.databases.snapshotOf(postgres, where)
  const uri = postgres.table === undefined ? `${label} (query)` : `${label} ${postgres.table}`
  const place = `${where}: ${uri}`
  const relation = relationOf(postgres)
  const fields = await snapshot.describe(`SELECT * FROM ${relation}`, place)
  const names = fields.map(({ name }) => name)
  const needed = prepare.needed(names)
  checkColumns([{ uri, names }], needed, where)
  const chosen = [...needed.required, ...needed.optional].map((name) => fields.find((field) => field.name === name)!)
  const staging = new Staging(session, prepare, chosen)
  const columns = chosen.map(({ name }) => `"${name.replaceAll('"', '""')}"`)
  await snapshot.copy(`SELECT ${columns.join(', ')} FROM ${relation}`, staging, place)
  await staging.drain()
  const file = { path: uri, uri, bytes: 0, modifiedMs: 0 }
  if (staging.rows === 0) refuseNoRows([file], where)
  const input = await staging.input(prepare.source, uri)
  const table = {
    relation: `read_parquet(${textList(session.dialect, staging.paths)}, file_row_number = true)`,
    columns: chosen.map((field, at) => ({ name: field.name, type: stagedType(field).type, sql: stagedColumn(at) })),
    files: [file],
    fileSql: session.dialect.text(uri),
    positionSql: `(${startColumn} + file_row_number)`,
    startsSql: null,
    unit: 'row',
    headerLines: 0,
    brokenSql: null,
    brokenLines: null,
    notes: [],
  } as const
  return { table, inputs: async () => [input] }
}
