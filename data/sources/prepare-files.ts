import type { InputFile } from '../../core/artifacts.ts'
import type { FileConfig } from '../sources.ts'
import { checkUnchanged, checkWhole, fingerprint } from './fingerprint.ts'
import { findFiles, type FoundFile } from './find-files.ts'
import { openTable } from './open-table.ts'
import type { Databases } from './postgres/databases.ts'
import { parquetRows, refuseNoRows } from './open-parquet.ts'
import type { NeededColumns, RawTable } from './raw-table.ts'
import type { SqlSession } from './sql-session.ts'

export interface PrepareFiles {
  /** E.g. `sources.app`. */
  readonly where: string
  /** E.g. `source_app`. */
  readonly name: string
  /** Key in inputs.json. */
  readonly source: string
  readonly config: FileConfig
  readonly needed: (known: readonly string[]) => NeededColumns
  readonly baseDir: string
  readonly workDir: string
  readonly databases: Databases
  readonly signal?: AbortSignal
  /** Told now and then how many rows of a database have come. */
  readonly onRows?: (rows: number) => void
}

export interface PreparedFiles {
  readonly table: RawTable
  /** Waits for the hashes, which are computed beside the engine's work; checks that no file changed meanwhile. */
  readonly inputs: () => Promise<InputFile[]>
}

/** Finds, checks, hashes and opens the files of a source, an attribute table or an id table. */
export async function prepareFiles(session: SqlSession, prepare: PrepareFiles): Promise<PreparedFiles> {
  const { where, config, signal } = prepare
  const files = await findFiles(config.path!, { baseDir: prepare.baseDir, where })
  for (const file of files) await checkWhole(file, where)
  const hashes = hashAll(files, where, signal)
  // Awaited in `inputs`; until then a failure must not count as unhandled.
  hashes.catch(() => undefined)
  const table = await open(session, files, { prepare, hashes })
  const rows = await rowsByFile(session, table)
  if ([...rows.values()].every((count) => count === 0) && table.brokenLines === null) refuseNoRows(files, where)
  const inputs = async (): Promise<InputFile[]> => {
    const sha256 = await hashes
    for (const file of files) await checkUnchanged(file, where)
    return files.map(({ path, uri, bytes }, at) => ({
      source: prepare.source,
      uri,
      bytes,
      rows: rows.get(path) ?? 0,
      sha256: sha256[at]!,
    }))
  }
  return { table, inputs }
}

async function open(
  session: SqlSession,
  files: readonly FoundFile[],
  { prepare, hashes }: { readonly prepare: PrepareFiles; readonly hashes: Promise<readonly string[]> },
): Promise<RawTable> {
  try {
    return await openTable(session, files, prepare)
  } catch (error) {
    // A broken gzip is named by the hashing, more clearly than by what the engine made of it.
    await hashes
    throw error
  } finally {
    if (files.some(({ path }) => path.endsWith('.gz'))) await hashes
  }
}

async function hashAll(files: readonly FoundFile[], where: string, signal?: AbortSignal): Promise<string[]> {
  const hashes: string[] = []
  for (const file of files) hashes.push(await fingerprint(file, where, signal))
  return hashes
}

/** Rows by absolute path; lines that could not be split are not among them. */
async function rowsByFile(session: SqlSession, table: RawTable): Promise<Map<string, number>> {
  if (table.unit === 'row') return parquetRows(session, table.files)
  const rows = await session.rows(
    null,
    `SELECT ${table.fileSql} AS file, count(*) AS row_count FROM ${table.relation} GROUP BY ${table.fileSql}`,
    table.files.length + 1,
  )
  return new Map(rows.map((row) => [String(row['file']), Number(row['row_count'])]))
}
