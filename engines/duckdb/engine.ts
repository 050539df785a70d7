import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EbbError } from '../../core/errors.ts'
import { makeFolder } from '../../core/make-folder.ts'
import type { ColumnScanner } from '../column-scanner.ts'
import type { Cancellable } from '../cancellable.ts'
import type { Engine, ParquetParts, PartitionOptions, Row, TableColumn, Value } from '../engine.ts'
import { duckdbDialect } from './dialect.ts'
import { driver } from './driver.ts'
import { duckDbFault } from './faults.ts'
import { loadTable } from './load-table.ts'
import { partitionCopy, partitionFiles, scratchOptions } from './partition-files.ts'
import { plainValue } from './plain-value.ts'
import { scanIntegers } from './scan-integers.ts'
import { DuckDbSession, quoteName, quoteText, type DuckDbOptions } from './session.ts'

const defaultRowLimit = 10_000
/** Fixed, so that a file's bytes do not depend on threads or versions of a default. */
const rowGroupRows = 122_880

/** DuckDB inside this process, in memory with spill to `tempDirectory`. Throws EbbError only. */
export async function openDuckDb(options: DuckDbOptions): Promise<Engine> {
  return new DuckDbEngine(await DuckDbSession.open(options))
}

class DuckDbEngine implements Engine {
  readonly dialect = duckdbDialect
  readonly version = `duckdb ${driver.version().replace(/^v/, '')}`
  readonly scanner: ColumnScanner = {
    position: (expression, values) => {
      const type = values.length < 256 ? 'UTINYINT' : values.length < 65_536 ? 'USMALLINT' : 'INTEGER'
      // greatest() passes over NULL; coalesce() would do the same, but row by row where the text is a dictionary's.
      return `CAST(greatest(list_position([${values.map(quoteText).join(', ')}], ${expression}), 0) AS ${type})`
    },
    fingerprint: (expressions) => `CAST(sum(hash(${expressions.join(', ')})) AS VARCHAR)`,
    marks: (expression) => [
      `CAST(CAST(hash(${expression}) >> 32 AS BIGINT) - 2147483648 AS INTEGER)`,
      `CAST(CAST(hash(${expression}) & 4294967295 AS BIGINT) - 2147483648 AS INTEGER)`,
    ],
    scan: (queries, visit, options = {}) =>
      this.session.use((connection, stop) => scanIntegers(connection, { queries, visit, stop }), options.signal),
  }
  private readonly session: DuckDbSession

  constructor(session: DuckDbSession) {
    this.session = session
  }

  async execute(sql: string, options: Cancellable = {}): Promise<void> {
    await this.session.run(sql, options.signal)
  }

  async rows(sql: string, options: Cancellable & { readonly limit?: number } = {}): Promise<Row[]> {
    const limit = options.limit ?? defaultRowLimit
    const rows: Row[] = []
    await this.session.read(
      sql,
      (chunk, columns) => {
        const from = rows.length
        for (let row = 0; row < chunk.rowCount; row++) rows.push({})
        for (const [at, { name }] of columns.entries()) {
          const vector = chunk.getColumnVector(at)
          for (let row = 0; row < chunk.rowCount; row++)
            (rows[from + row] as Record<string, Value>)[name] = plainValue(vector.getItem(row))
        }
        return rows.length <= limit
      },
      options.signal,
    )
    if (rows.length > limit) throw tooManyRows(limit)
    return rows
  }

  async write(
    sql: string,
    path: string,
    options: Cancellable & { readonly metadata?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    await this.copy(sql, { path, how: `COMPRESSION zstd${footerOf(options.metadata)}` }, options)
  }

  async pull(sql: string, folder: string, options: Cancellable = {}): Promise<ParquetParts> {
    const path = join(folder, 'part-00000.parquet')
    return { paths: [path], rows: await this.copy(sql, { path, how: scratchOptions }, options) }
  }

  async partition(
    sql: string,
    column: string,
    folder: string,
    options: PartitionOptions = {},
  ): Promise<ReadonlyMap<number, readonly string[]>> {
    const { levels = new Map(), signal } = options
    try {
      await makeFolder(folder)
      await this.session.runUnordered(partitionCopy(sql, { column, folder, levels }), signal)
      return await partitionFiles(folder)
    } catch (error) {
      throw duckDbFault(error)
    }
  }

  get lanes(): number {
    return this.session.laneCount
  }

  inLanes<T>(work: (lanes: readonly Engine[]) => Promise<T>, options: Cancellable = {}): Promise<T> {
    return this.session.inLanes((sessions) => work(sessions.map((one) => new DuckDbEngine(one))), options.signal)
  }

  async load(table: string, columns: readonly TableColumn[], options: Cancellable = {}): Promise<void> {
    await this.session.use((connection, stop) => loadTable(connection, { table, columns, stop }), options.signal)
  }

  close(): Promise<void> {
    return this.session.close()
  }

  /** To a neighbouring name first: a file under its own name is always whole. Returns the rows written. */
  private async copy(
    sql: string,
    { path, how }: { readonly path: string; readonly how: string },
    options: Cancellable,
  ): Promise<number> {
    const partial = `${path}.partial`
    try {
      await makeFolder(dirname(path))
      const text = `COPY (${sql}\n) TO ${quoteText(partial)} (${fileOptions}, ${how})`
      const rows = await this.session.run(text, options.signal)
      await rename(partial, path)
      return rows
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined)
      throw duckDbFault(error)
    }
  }
}

const fileOptions = `FORMAT parquet, ROW_GROUP_SIZE ${rowGroupRows}, USE_TMP_FILE false`

function footerOf(metadata: Readonly<Record<string, string>> = {}): string {
  const entries = Object.entries(metadata)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => `${quoteName(key)}: ${quoteText(value)}`)
  return entries.length === 0 ? '' : `, KV_METADATA {${entries.join(', ')}}`
}

function tooManyRows(limit: number): EbbError {
  return new EbbError({
    code: 'ENGINE_TOO_MANY_ROWS',
    kind: 'stage',
    where: 'engine duckdb',
    what: 'the query returns too many rows for memory',
    expected: `at most ${limit.toLocaleString('en')}`,
    hint: 'write it to Parquet, or pass a higher limit',
  })
}
