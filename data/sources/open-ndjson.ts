import { join } from 'node:path'
import { checkColumns, type FileColumns } from './check-columns.ts'
import type { FoundFile } from './find-files.ts'
import type { OpenText } from './open-csv.ts'
import type { NeededColumns, RawTable } from './raw-table.ts'
import type { SqlSession } from './sql-session.ts'
import { stagedTable } from './staged-table.ts'
import { jsonKeys, readLines, stageJson } from './text-sql.ts'

const linesLookedAt = 1_000

/** Files with one JSON object per line, read once into Parquet under `workDir`: only the needed keys, as text. */
export async function openNdjson(session: SqlSession, files: readonly FoundFile[], open: OpenText): Promise<RawTable> {
  const { dialect } = session
  const { encoding } = open.config
  const byFile: FileColumns[] = []
  for (const file of files) byFile.push({ uri: file.uri, names: await keysOf(session, file, open) })
  const needed = open.needed([...new Set(byFile.flatMap(({ names }) => names))])
  const notes = checkColumns(byFile, needed, open.where)
  const columns = [...needed.required, ...needed.optional]
  const rejects = { errors: `${open.name}_errors`, scans: `${open.name}_scans` }
  const paths = files.map(({ path }) => path)
  const path = join(open.workDir, `${open.name}.parquet`)
  const lines = readLines(dialect, paths, { encoding, rejects })
  await session.write(`stage_${open.name}`, stageJson(dialect, lines, columns), path)
  const shape = { headerLines: 0, hasMarks: true } as const
  return stagedTable(session, {
    ...shape,
    name: open.name,
    files,
    columns,
    paths: [path],
    rejects: [rejects],
    notes,
  })
}

/** Keys of the first lines; when they lack a needed one, of all lines: rare keys are common in event logs. */
async function keysOf(session: SqlSession, file: FoundFile, open: OpenText): Promise<string[]> {
  const lines = readLines(session.dialect, [file.path], { encoding: open.config.encoding })
  const read = async (lineCount: number | null): Promise<string[]> =>
    (await session.rows(null, `${jsonKeys(lines, lineCount)} ORDER BY key`)).map((row) => String(row['key']))
  const early = await read(linesLookedAt)
  return lacks(open.needed(early), early) ? read(null) : early
}

const lacks = ({ required, optional }: NeededColumns, names: readonly string[]): boolean =>
  [...required, ...optional].some((name) => !names.includes(name))
