import { EbbError } from '../../core/errors.ts'
import { checkColumns, type FileColumns } from './check-columns.ts'
import type { FoundFile } from './find-files.ts'
import { checkWholeParquet } from './fingerprint.ts'
import type { NeededColumns, RawColumn, RawTable } from './raw-table.ts'
import { SqlSession, textList } from './sql-session.ts'

const fileColumn = '__ebb_file'
const rowColumn = 'file_row_number'

/** Parquet files as one relation, columns matched by name, Hive folders as text columns. `where` is e.g. `sources.app`. */
export async function openParquet(
  session: SqlSession,
  files: readonly FoundFile[],
  { where, needed }: { readonly where: string; readonly needed: (known: readonly string[]) => NeededColumns },
): Promise<RawTable> {
  for (const file of files) await checkWholeParquet(file, where)
  const { dialect } = session
  const paths = files.map(({ path }) => path)
  const isHive = paths.every((path) => /\/[^/=]+=[^/]*\//.test(path))
  const relation = `read_parquet(${textList(dialect, paths)}, union_by_name = true, binary_as_string = true, hive_partitioning = ${isHive}, hive_types_autocast = false, filename = '${fileColumn}', file_row_number = true)`
  const described = await session.rows(
    null,
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${relation})`,
  )
  const columns = described
    .map((row): RawColumn => ({
      name: String(row['column_name']),
      type: String(row['column_type']),
      sql: dialect.identifier(String(row['column_name'])),
    }))
    .filter(({ name }) => name !== fileColumn && name !== rowColumn)
  const byFile = await columnsByFile(session, files, columns)
  const notes = checkColumns(byFile, needed(columns.map(({ name }) => name)), where)
  return {
    relation,
    columns,
    files,
    fileSql: dialect.identifier(fileColumn),
    positionSql: dialect.identifier(rowColumn),
    startsSql: null,
    unit: 'row',
    headerLines: 0,
    brokenSql: null,
    brokenLines: null,
    notes,
  }
}

/** One file: all columns are its own. More: those of its footer, and what is no file's own comes from the folders. */
async function columnsByFile(
  session: SqlSession,
  files: readonly FoundFile[],
  columns: readonly RawColumn[],
): Promise<FileColumns[]> {
  const names = columns.map(({ name }) => name)
  if (files.length === 1) return [{ uri: files[0]!.uri, names }]
  const paths = files.map(({ path }) => path)
  const query = `SELECT file_name, list(DISTINCT name) AS names FROM parquet_schema(${textList(session.dialect, paths)}) GROUP BY file_name`
  const rows = await session.rows(
    null,
    `SELECT file_name, unnest(names) AS name FROM (${query})`,
    files.length * 10_000,
  )
  const byPath = new Map<string, Set<string>>(paths.map((path) => [path, new Set()]))
  const all = new Set<string>()
  for (const row of rows) {
    byPath.get(String(row['file_name']))?.add(String(row['name']))
    all.add(String(row['name']))
  }
  return files.map(({ uri, path }) => ({
    uri,
    names: names.filter((name) => byPath.get(path)!.has(name) || !all.has(name)),
  }))
}

/** Rows of each file by its footer. */
export async function parquetRows(session: SqlSession, files: readonly FoundFile[]): Promise<Map<string, number>> {
  const paths = textList(
    session.dialect,
    files.map(({ path }) => path),
  )
  const rows = await session.rows(
    null,
    `SELECT file_name, num_rows FROM parquet_file_metadata(${paths})`,
    files.length + 1,
  )
  return new Map(rows.map((row) => [String(row['file_name']), Number(row['num_rows'])]))
}

/** Throws (kind `data`) when a source has not one row. */
export function refuseNoRows(files: readonly FoundFile[], where: string): never {
  const others = files.length === 1 ? '' : ` and ${files.length - 1} more files`
  throw new EbbError({
    code: 'INPUT_EMPTY',
    kind: 'data',
    where: `${where}: ${files[0]!.uri}${others}`,
    what: 'no rows',
    expected: 'at least one',
    received: '0 rows',
  })
}
