import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBResult, DuckDBType } from '@duckdb/node-api'
import { makeFolder } from '../../core/make-folder.ts'
import { driver } from './driver.ts'
import { duckDbFault, interruptedFault } from './faults.ts'

export interface DuckDbOptions {
  /** Worker threads of the engine, >= 1; results do not depend on it. */
  readonly threads: number
  /** Above it the engine spills to `tempDirectory`. */
  readonly memoryBytes: number
  /** Made when needed. Each session spills to a folder of its own in it, which `close` removes. */
  readonly tempDirectory: string
  /** Ceiling of the spill files; default: nine tenths of the free disk (DuckDB's own rule). */
  readonly tempBytes?: number
  /** Cancels whatever runs; each call may bring its own signal as well. */
  readonly signal?: AbortSignal
}

export interface StreamedColumn {
  readonly name: string
  readonly type: DuckDBType
}

export type VisitChunk = (chunk: DuckDBDataChunk, columns: readonly StreamedColumn[]) => boolean | void

interface Database {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
  readonly threads: number
  /** Null in a lane: the database belongs to the session that opened it. */
  readonly spill: string | null
}

/** Each running query holds a thread of Node's pool, which has four and does the file work of everybody. */
const mostLanes = 3

/** Otherwise the machine's time zone would decide what day an instant falls on. */
const inUtc = "SET TimeZone = 'UTC'"
/** How often a cancelled query is told again to stop: an interrupt before its first step is lost. */
const interruptEveryMs = 20

/**
 * One connection to an in-memory database. Work is done strictly one after the other, so that an interrupt
 * reaches the query that it was meant for.
 */
export class DuckDbSession {
  private readonly instance: DuckDBInstance
  private readonly connection: DuckDBConnection
  private readonly threads: number
  private readonly spill: string | null
  private readonly signal: AbortSignal | undefined
  private readonly closing = new AbortController()
  private last: Promise<unknown> = Promise.resolve()
  private isClosed = false

  private constructor(database: Database, signal: AbortSignal | undefined) {
    this.instance = database.instance
    this.connection = database.connection
    this.threads = database.threads
    this.spill = database.spill
    this.signal = signal
  }

  static async open(options: DuckDbOptions): Promise<DuckDbSession> {
    let spill: string | undefined
    try {
      await makeFolder(options.tempDirectory)
      // Two databases that spill to the same folder would overwrite each other's files.
      spill = await mkdtemp(join(options.tempDirectory, 'duckdb-'))
      const instance = await driver.DuckDBInstance.create(':memory:', {
        threads: String(options.threads),
        memory_limit: `${Math.floor(options.memoryBytes)}B`,
        temp_directory: spill,
        // Nothing is ever downloaded: parquet, json and icu are inside.
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        preserve_insertion_order: 'true',
      })
      const connection = await instance.connect()
      const session = new DuckDbSession({ instance, connection, threads: options.threads, spill }, options.signal)
      await session.run(inUtc)
      // As an option of `create` it would be ignored.
      if (options.tempBytes !== undefined)
        await session.run(`SET max_temp_directory_size = '${Math.floor(options.tempBytes)}B'`)
      return session
    } catch (error) {
      if (spill !== undefined) await rm(spill, { recursive: true, force: true }).catch(() => undefined)
      throw duckDbFault(error)
    }
  }

  /** Runs one or more statements; returns the number of rows that the last one changed or wrote. */
  run(sql: string, signal?: AbortSignal): Promise<number> {
    return this.inTurn(signal, async () => (await this.connection.run(sql)).rowsChanged)
  }

  /** Runs one statement whose rows may come in any order, which needs less memory and time. */
  runUnordered(sql: string, signal?: AbortSignal): Promise<void> {
    return this.inTurn(signal, async () => {
      await this.connection.run('SET preserve_insertion_order = false')
      try {
        await this.connection.run(sql)
      } finally {
        await this.connection.run('SET preserve_insertion_order = true')
      }
    })
  }

  /**
   * Feeds the result to `visit`, 2,048 rows at a time, in order; `visit` returns false to stop early. Of a query that fails
   * half-way the driver gives the first rows and no error: whoever reads more than some 1 MB in this way counts the rows.
   */
  stream(sql: string, visit: VisitChunk, signal?: AbortSignal): Promise<void> {
    return this.inTurn(signal, async (stop) => feed(await this.connection.stream(sql), visit, stop))
  }

  /** The same of a result that is computed whole first: for results that are small beside the memory. */
  read(sql: string, visit: VisitChunk, signal?: AbortSignal): Promise<void> {
    return this.inTurn(signal, async (stop) => feed(await this.connection.run(sql), visit, stop))
  }

  /** Work with the connection itself (the appender); keep it short between awaits. */
  use<T>(work: (connection: DuckDBConnection, stop: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.inTurn(signal, (stop) => work(this.connection, stop))
  }

  /** How many lanes use all threads. */
  get laneCount(): number {
    return Math.min(this.threads, mostLanes)
  }

  /**
   * Gives `work` so many sessions of their own on the same database, which share its threads and memory and see none of
   * this one's tables; this one rests meanwhile.
   */
  inLanes<T>(work: (lanes: readonly DuckDbSession[]) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.inTurn(signal, async (stop) => {
      const lanes: DuckDbSession[] = []
      const database = { instance: this.instance, threads: 1, spill: null }
      // Whoever runs a query works on it too: each lane brings a thread of its own.
      await this.connection.run(`SET threads = ${this.threads - this.laneCount + 1}`)
      try {
        for (let lane = 0; lane < this.laneCount; lane++) {
          const connection = await this.instance.connect()
          lanes.push(new DuckDbSession({ ...database, connection }, AbortSignal.any([stop, this.closing.signal])))
          await connection.run(inUtc)
        }
        return await work(lanes)
      } finally {
        await Promise.all(lanes.map((lane) => lane.close()))
        await this.connection.run(`SET threads = ${this.threads}`)
      }
    })
  }

  /** Stops what runs and frees the memory; may be called twice. */
  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.closing.abort()
    const interrupt = setInterval(() => this.connection.interrupt(), interruptEveryMs)
    this.connection.interrupt()
    await this.last
    clearInterval(interrupt)
    this.connection.closeSync()
    if (this.spill === null) return
    this.instance.closeSync()
    await rm(this.spill, { recursive: true, force: true }).catch(() => undefined)
  }

  private inTurn<T>(signal: AbortSignal | undefined, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    const signals = [signal, this.signal].filter((each) => each !== undefined)
    const stop = AbortSignal.any(signals)
    const turn = this.last.then(() => this.cancellable(stop, work))
    this.last = turn.catch(() => undefined)
    return turn
  }

  private async cancellable<T>(stop: AbortSignal, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    if (stop.aborted || this.isClosed) throw interruptedFault()
    let again: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      this.connection.interrupt()
      again = setInterval(() => this.connection.interrupt(), interruptEveryMs)
    }
    stop.addEventListener('abort', onAbort, { once: true })
    try {
      const value = await work(stop)
      if (stop.aborted) throw interruptedFault()
      return value
    } catch (error) {
      throw stop.aborted ? interruptedFault(error) : duckDbFault(error)
    } finally {
      stop.removeEventListener('abort', onAbort)
      clearInterval(again)
    }
  }
}

async function feed(result: DuckDBResult, visit: VisitChunk, stop: AbortSignal): Promise<void> {
  const types = result.columnTypes()
  const columns = result.columnNames().map((name, at) => ({ name, type: types[at]! }))
  let next = result.fetchChunk()
  for (;;) {
    const chunk = await next
    if (chunk === null || chunk.rowCount === 0 || stop.aborted) return
    // The engine works on the next rows while these are visited.
    next = result.fetchChunk()
    let isWanted: boolean | void = false
    try {
      isWanted = visit(chunk, columns)
    } finally {
      if (isWanted === false) await next.catch(() => undefined)
    }
    if (isWanted === false) return
  }
}

/** A name as SQL writes it, `"` doubled. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
/** Text as SQL writes it, `'` doubled. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
