import { join } from 'node:path'
import { EbbError } from '../../core/errors.ts'
import type { FileConfig } from '../sources.ts'
import { checkColumns } from './check-columns.ts'
import { csvFields } from './csv-header.ts'
import { delimiterOf } from './file-format.ts'
import type { FoundFile } from './find-files.ts'
import { folderKeys } from './folder-keys.ts'
import type { NeededColumns, RawTable } from './raw-table.ts'
import type { SqlSession } from './sql-session.ts'
import { readCsv, readLines, stageCsv, type RejectTables } from './text-sql.ts'
import { stagedTable } from './staged-table.ts'

export interface OpenText {
  /** E.g. `sources.app`. */
  readonly where: string
  /** Prefix of session tables and scratch files, e.g. `source_app`. */
  readonly name: string
  readonly workDir: string
  readonly config: FileConfig
  readonly needed: (known: readonly string[]) => NeededColumns
}

/** Files of one layout: the same fields in the same order. */
interface Layout {
  readonly fields: readonly string[]
  readonly delimiter: string
  readonly files: FoundFile[]
}

/**
 * CSV files, read as text once into Parquet under `workDir`: only the needed columns, by name, whatever their order in
 * each file. Lines with too few or too many fields, stray quotes or a broken encoding are kept apart.
 */
export async function openCsv(session: SqlSession, files: readonly FoundFile[], open: OpenText): Promise<RawTable> {
  const layouts = await findLayouts(session, files, open)
  const keys = folderKeys(files)
  const byFile = layouts.flatMap(({ fields, files }) =>
    files.map(({ uri }) => ({ uri, names: [...fields, ...keys.filter((key) => !fields.includes(key))] })),
  )
  const known = [...new Set(byFile.flatMap(({ names }) => names))]
  const needed = open.needed(known)
  const notes = checkColumns(byFile, needed, open.where)
  const columns = [...needed.required, ...needed.optional]
  const rejects: RejectTables[] = []
  const paths: string[] = []
  for (const [at, layout] of layouts.entries()) {
    const tables = { errors: `${open.name}_errors_${at}`, scans: `${open.name}_scans_${at}` }
    const relation = readCsv(
      session.dialect,
      layout.files.map(({ path }) => path),
      {
        fieldCount: layout.fields.length,
        delimiter: layout.delimiter,
        hasHeader: open.config.header === true,
        isHive: keys.length > 0,
        encoding: open.config.encoding,
        rejects: tables,
      },
    )
    const path = join(open.workDir, `${open.name}-${at}.parquet`)
    const fields = columns.map((name) => fieldOf(name, layout.fields, keys))
    await session.write(`stage_${open.name}`, stageCsv(session.dialect, relation, fields), path)
    rejects.push(tables)
    paths.push(path)
  }
  const shape = { headerLines: open.config.header === true ? 1 : 0, hasMarks: false } as const
  return stagedTable(session, { ...shape, name: open.name, files, columns, paths, rejects, notes })
}

function fieldOf(name: string, fields: readonly string[], keys: readonly string[]): string | null {
  const at = fields.indexOf(name)
  if (at >= 0) return `c${at}`
  return keys.includes(name) ? name : null
}

async function findLayouts(session: SqlSession, files: readonly FoundFile[], open: OpenText): Promise<Layout[]> {
  const layouts = new Map<string, Layout>()
  for (const file of files) {
    const delimiter = delimiterOf(file, open.config)
    const fields = await fieldsOf(session, file, open)
    const key = JSON.stringify([fields, delimiter])
    const layout = layouts.get(key) ?? { fields, delimiter, files: [] }
    layout.files.push(file)
    layouts.set(key, layout)
  }
  return [...layouts.values()]
}

async function fieldsOf(session: SqlSession, file: FoundFile, open: OpenText): Promise<readonly string[]> {
  const { config, where } = open
  const lines = readLines(session.dialect, [file.path], { encoding: config.encoding })
  const [first] = await session.rows(null, `SELECT line FROM ${lines} LIMIT 1`)
  const line = first?.['line']
  const fields = typeof line === 'string' ? csvFields(line, delimiterOf(file, config)) : []
  if (fields === undefined || fields.length === 0)
    throw headerFault(
      `${where}: ${file.uri}`,
      'the first line cannot be read',
      line === undefined ? 'nothing' : JSON.stringify(line),
    )
  if (config.header === false) return fields.map((_, at) => `column${at + 1}`)
  if (config.header === true) {
    const twice = fields.find((field, at) => field !== '' && fields.indexOf(field) !== at)
    if (twice !== undefined)
      throw headerFault(`${where}: ${file.uri}`, `two columns are called "${twice}"`, fields.join(', '))
    return fields
  }
  if (config.header.length === fields.length) return config.header
  throw headerFault(
    `${where}: ${file.uri}`,
    `${fields.length} fields where header names ${config.header.length}`,
    JSON.stringify(line),
  )
}

function headerFault(where: string, what: string, received: string): EbbError {
  const short = received.length > 200 ? `${received.slice(0, 200)}…` : received
  return new EbbError({
    code: 'INPUT_HEADER',
    kind: 'data',
    where,
    what,
    expected: 'a header line',
    received: short,
  })
}
