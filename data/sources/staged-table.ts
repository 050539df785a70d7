import type { FoundFile } from './find-files.ts'
import type { RawTable } from './raw-table.ts'
import { textList, type SqlSession } from './sql-session.ts'
import { brokenLines, staged, stagedColumn, type RejectTables } from './text-sql.ts'

interface Staged {
  readonly name: string
  readonly files: readonly FoundFile[]
  readonly columns: readonly string[]
  /** Parquet files that the text went into. */
  readonly paths: readonly string[]
  readonly rejects: readonly RejectTables[]
  readonly headerLines: 0 | 1
  /** NDJSON marks blank and broken lines, CSV has neither among its rows. */
  readonly hasMarks: boolean
  readonly notes: readonly string[]
}

/** The staged text as a raw table; lines without fields go to their own session table. */
export async function stagedTable(session: SqlSession, table: Staged): Promise<RawTable> {
  const { dialect } = session
  const parquet = `read_parquet(${textList(dialect, table.paths)}, file_row_number = true)`
  const broken = dialect.identifier(`${table.name}_broken`)
  await session.execute(`broken_${table.name}`, dialect.createTable(broken, brokenLines(table.rejects, dialect)))
  for (const { errors, scans } of table.rejects)
    for (const name of [errors, scans])
      await session.execute(`broken_${table.name}`, dialect.dropTable(dialect.identifier(name)))
  const [count] = await session.rows(null, `SELECT count(*) AS lines FROM ${broken}`)
  return {
    relation: table.hasMarks ? `(SELECT * FROM ${parquet} WHERE NOT ${staged.blank}) AS lines` : parquet,
    columns: table.columns.map((name, at) => ({ name, type: 'VARCHAR', sql: stagedColumn(at) })),
    files: table.files,
    fileSql: staged.file,
    positionSql: 'file_row_number',
    startsSql: `SELECT ${staged.file} AS file, min(file_row_number) AS start FROM ${parquet} GROUP BY ${staged.file}`,
    unit: 'line',
    headerLines: table.headerLines,
    brokenSql: table.hasMarks ? staged.broken : null,
    brokenLines: Number(count!['lines']) > 0 ? broken : null,
    notes: table.notes,
  }
}
