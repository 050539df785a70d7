import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputFile } from '../../../core/artifacts.ts'
import { EbbError } from '../../../core/errors.ts'
import { sha256 } from '../../../core/hash.ts'
import { makeFolder } from '../../../core/make-folder.ts'
import type { Dialect } from '../../../engines/dialect.ts'
import type { PrepareFiles } from '../prepare-files.ts'
import { textList, type SqlSession } from '../sql-session.ts'
import { stagedColumn } from '../text-sql.ts'
import { stagedType } from './column-type.ts'
import type { RowSink } from './copy-out.ts'
import { RowDigest } from './row-digest.ts'
import type { ResultField } from './snapshot.ts'

/** In each part: how many rows came before it. */
export const startColumn = '__ebb_start'
/** A part is about so many bytes of CSV. */
const partBytes = 32e6
/** The engine's own limits of a line and of its buffer for lines. */
const usualLineBytes = 2_000_000

type Place = Pick<PrepareFiles, 'name' | 'workDir' | 'onRows'>

/** Rows of a database as Parquet parts `<workDir>/<name>-<k>.parquet`, columns r0, r1, … typed; two parts in memory. */
export class Staging implements RowSink {
  readonly paths: string[] = []
  /** Written so far. */
  rows = 0
  private readonly digest = new RowDigest()
  private readonly session: SqlSession
  private readonly place: Place
  private readonly fields: readonly ResultField[]
  private filling = new LineBuffer()
  private spare = new LineBuffer()

  constructor(session: SqlSession, place: Place, fields: readonly ResultField[]) {
    this.session = session
    this.place = place
    this.fields = fields
  }

  add(row: Uint8Array): boolean {
    this.digest.add(row)
    this.filling.add(row)
    return this.filling.used < partBytes
  }

  async drain(): Promise<void> {
    const full = this.filling
    if (full.lines === 0) return
    this.filling = this.spare
    const { name, workDir, onRows } = this.place
    const csv = join(workDir, `${name}-${this.paths.length}.csv`)
    const path = join(workDir, `${name}-${this.paths.length}.parquet`)
    await makeFolder(workDir)
    await writeFile(csv, full.bytes.subarray(0, full.used))
    const select = partSql(this.session.dialect, { csv, fields: this.fields, longest: full.longest, start: this.rows })
    await this.session.write(this.paths.length === 0 ? `stage_${name}` : null, select, path)
    await rm(csv)
    this.paths.push(path)
    this.rows += full.lines
    full.clear()
    this.spare = full
    onRows?.(this.rows)
  }

  /** Names, types and rows as one hash, the same in whatever order the server sends them. After the last `drain`. */
  async input(source: string, uri: string): Promise<InputFile> {
    const { digest } = this
    const parquet = `read_parquet(${textList(this.session.dialect, this.paths)})`
    const [staged] = await this.session.rows(null, `SELECT count(*) AS row_count FROM ${parquet}`)
    this.requireAll(uri, Number(staged!['row_count']))
    const types = this.fields.map((field) => [field.name, stagedType(field).type])
    const hashed = JSON.stringify([types, digest.rows, digest.text()])
    return { source, uri, bytes: digest.bytes, rows: digest.rows, sha256: sha256(hashed) }
  }

  /** What the engine read back must be what the server sent. */
  private requireAll(uri: string, staged: number): void {
    if (staged === this.rows) return
    throw new EbbError({
      code: 'ENGINE_LOAD',
      kind: 'stage',
      where: uri,
      what: 'not every row reached the engine',
      expected: `${this.rows} rows`,
      received: String(staged),
    })
  }
}

interface Part {
  readonly csv: string
  readonly fields: readonly ResultField[]
  /** Bytes of the longest line. */
  readonly longest: number
  readonly start: number
}

function partSql(dialect: Dialect, { csv, fields, longest, start }: Part): string {
  const columns = fields.map((_, at) => `'${stagedColumn(at)}': 'VARCHAR'`).join(', ')
  const limits = longest < usualLineBytes ? '' : `, max_line_size = ${longest + 1}, buffer_size = ${2 * longest + 2}`
  const form = `header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false`
  const typed = fields.map((field, at) => `${stagedType(field).cast(stagedColumn(at))} AS ${stagedColumn(at)}`)
  return `SELECT ${typed.join(', ')}, CAST(${start} AS BIGINT) AS ${startColumn} FROM read_csv(${dialect.text(csv)}, auto_detect = false, columns = {${columns}}, ${form}${limits})`
}

/** Lines one after the other in one piece of memory, which grows for a line that does not fit and is used again. */
class LineBuffer {
  bytes = Buffer.allocUnsafe(0)
  used = 0
  lines = 0
  longest = 0

  add(line: Uint8Array): void {
    const needed = this.used + line.length
    if (needed > this.bytes.length) this.grow(needed)
    this.bytes.set(line, this.used)
    this.used = needed
    this.lines += 1
    if (line.length > this.longest) this.longest = line.length
  }

  clear(): void {
    this.used = 0
    this.lines = 0
    this.longest = 0
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length, 65_536))
    larger.set(this.bytes.subarray(0, this.used))
    this.bytes = larger
  }
}
