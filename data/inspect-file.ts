import { createReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { EbbError } from '../core/errors.ts'
import { makeFolder } from '../core/make-folder.ts'
import type { Engine } from '../engines/engine.ts'
import { type ColumnProfile, profileColumns } from './inspect/profile-columns.ts'
import { readBeginning } from './inspect/read-beginning.ts'
import { requireOneFile } from './inspect/require-one-file.ts'
import { type SniffedText, sniffText, splitLine } from './inspect/sniff-text.ts'
import { fileSchemaDefaults } from './sources/file-defaults.ts'
import { findFiles } from './sources/find-files.ts'
import { openTable } from './sources/open-table.ts'
import { SqlSession } from './sources/sql-session.ts'
import { checkWhole, fingerprint } from './sources/fingerprint.ts'
import type { FileConfig } from './sources.ts'

export type { ColumnProfile, TimeReading } from './inspect/profile-columns.ts'

/** What must be written under `sources` to read the file, where it is not the default. */
export type FileReading = Partial<Pick<FileConfig, 'format' | 'delimiter' | 'header' | 'encoding'>>

export interface FileProfile {
  /** Absolute path of what was read. */
  readonly path: string
  readonly reading: FileReading
  /** The file's own separator, for people: comma, semicolon, tab, pipe, blanks; null where there is none. */
  readonly separator: string | null
  readonly hasHeader: boolean
  readonly rows: number
  readonly columns: readonly ColumnProfile[]
}

const beginningBytes = 512 * 1024
const separatorWords: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' }

export interface InspectRequest {
  readonly engine: Engine
  readonly path: string
  readonly workDir: string
  /** Where a file whose columns are parted by runs of blanks is written again as CSV; there must be no such file. */
  readonly copyTo: string
  readonly signal?: AbortSignal
}

/**
 * Looks at one file of any format that Ebb reads: how it is to be read, and what each column holds. Nothing is assumed about what
 * the columns mean. Throws EbbError `data` for what is missing, empty, cut off, or no table at all.
 */
export async function inspectFile(request: InspectRequest): Promise<FileProfile> {
  const path = resolve(request.path)
  const where = 'ebb init --data'
  await requireOneFile(request.path)
  const [found] = await findFiles(path, { baseDir: resolve('.'), where, folder: 'the working folder' })
  await checkWhole(found!, where)
  // Unpacks to the end: a file that was cut off is refused, not read up to the cut.
  if (/\.gz$/i.test(path)) await fingerprint(found!, where, request.signal)
  const isParquet = await hasParquetMark(path)
  const sniffed = isParquet ? null : await sniff(path, request.path)
  const inBlanks = sniffed?.delimiter === 'blanks'
  if (inBlanks) await rewriteBlanks(path, request.copyTo, sniffed)
  const source = inBlanks ? resolve(request.copyTo) : path
  const reading = isParquet ? parquetReading(path) : readingOf(source, sniffed!)
  const session = new SqlSession(request.engine, request.signal)
  const config = { ...fileSchemaDefaults, path: basename(source), ...reading } as FileConfig
  const files = await findFiles(source, { baseDir: dirname(source), where })
  const needed = (known: readonly string[]) => ({ required: known, optional: [] })
  const opening = { where, name: 'inspect', workDir: request.workDir, config, needed }
  const table = await openTable(session, files, opening as Parameters<typeof openTable>[2])
  const { rows, columns } = await profileColumns(session, table)
  if (rows === 0) throw noTable(request.path, 'no rows below the header', 'at least one event')
  const separator =
    sniffed === null || sniffed.format === 'ndjson' ? null : inBlanks ? 'blanks' : separatorWords[sniffed.delimiter]!
  return { path: source, reading, separator, hasHeader: sniffed?.hasHeader ?? true, rows, columns }
}

async function sniff(path: string, where: string): Promise<SniffedText> {
  if ((await stat(path)).size === 0) throw noTable(where, 'the file is empty', 'events')
  if (/\.zst$/i.test(path)) return { format: 'csv', delimiter: ',', hasHeader: true, encoding: 'utf-8', columns: [] }
  const { bytes, isWhole } = await readBeginning(path, beginningBytes)
  const sniffed = sniffText(bytes, isWhole)
  if (sniffed === null) throw noTable(where, 'is not text, and not Parquet', 'CSV, TSV, NDJSON (also .gz) or Parquet')
  if (sniffed.format === 'csv' && /^\uFEFF?\s*([[{]\s*["[{]|\[\s*$)/.test(bytes.toString('utf8', 0, 1_000)))
    throw noTable(
      where,
      'is JSON, but not one object in every line',
      'one event a line (NDJSON), as `jq -c ".[]" FILE` writes an array',
    )
  const isOneColumn = sniffed.format === 'csv' && sniffed.columns.length < 2
  if (isOneColumn && /\.(parquet|pq)$/i.test(path))
    throw noTable(where, 'is named Parquet, but is none', 'a file that begins and ends with PAR1')
  if (isOneColumn)
    throw noTable(
      where,
      sniffed.columns.length === 0
        ? 'there is no line in it'
        : `has one column only, ${JSON.stringify(sniffed.columns[0]!.slice(0, 60))}`,
      'a table with a user and a time in every row',
    )
  return sniffed
}

function readingOf(path: string, { format, delimiter, hasHeader, encoding }: SniffedText): FileReading {
  const byName = /\.(csv|tsv|txt)(\.gz|\.zst)?$/i.test(path)
    ? 'csv'
    : /\.(ndjson|jsonl|json)(\.gz|\.zst)?$/i.test(path)
      ? 'ndjson'
      : null
  const usual = /\.tsv(\.gz|\.zst)?$/i.test(path) ? '\t' : ','
  const own = delimiter === 'blanks' ? ',' : delimiter
  return {
    ...(byName === format ? {} : { format }),
    ...(format === 'ndjson' || own === usual ? {} : { delimiter: own }),
    ...(format === 'ndjson' || hasHeader ? {} : { header: false }),
    ...(encoding === 'utf-8' ? {} : { encoding }),
  }
}

const parquetReading = (path: string): FileReading => (/\.(parquet|pq)$/i.test(path) ? {} : { format: 'parquet' })

async function hasParquetMark(path: string): Promise<boolean> {
  const { bytes } = await readBeginning(path, 4)
  return bytes.toString('latin1') === 'PAR1'
}

/** The same rows with commas, quoted where needed. */
async function rewriteBlanks(path: string, target: string, sniffed: SniffedText): Promise<void> {
  await makeFolder(dirname(target))
  const stream = createReadStream(path)
  const input = /\.gz$/i.test(path) ? stream.pipe(createGunzip()) : stream
  const lines = createInterface({
    input: input.setEncoding(sniffed.encoding === 'latin-1' ? 'latin1' : 'utf8'),
    crlfDelay: Infinity,
  })
  const quote = (field: string): string => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
  async function* rows(): AsyncGenerator<string> {
    for await (const line of lines) if (line.trim() !== '') yield `${splitLine(line, 'blanks').map(quote).join(',')}\n`
  }
  // A file of the user's own is never written over.
  const out = await open(target, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? inTheWay(path, target) : error
  })
  try {
    await pipeline(Readable.from(rows()), out.createWriteStream())
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
}

function inTheWay(path: string, target: string): EbbError {
  return new EbbError({
    code: 'INIT_EXISTS',
    kind: 'usage',
    where: path,
    what: `has columns in runs of blanks, and its copy with commas would overwrite ${target}`,
    hint: 'choose another folder: ebb init --data FILE DIR',
  })
}

function noTable(where: string, what: string, expected: string): EbbError {
  return new EbbError({ code: 'INIT_NO_TABLE', kind: 'data', where, what, expected })
}
