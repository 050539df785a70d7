import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { DuckDBScalarFunction, INTEGER, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api'
import type { IntegerPiece, VisitIntegers } from '../column-scanner.ts'

/** The driver's lower half, which shows the values of a vector where they lie; it comes with the driver. */
interface Bindings {
  data_chunk_get_size(chunk: unknown): number
  data_chunk_get_column_count(chunk: unknown): number
  data_chunk_get_vector(chunk: unknown, column: number): unknown
  vector_get_data(vector: unknown, byteCount: number): Uint8Array
}

const require = createRequire(import.meta.url)
const bindings = createRequire(require.resolve('@duckdb/node-api'))('@duckdb/node-bindings') as Bindings

/** Rows that the engine hands over at once, at most. */
const pieceRows = 2_048

/** SQL name of the function that is handed the rows. */
const visitName = 'ebb_visit_integers'

interface Scan {
  readonly queries: readonly string[]
  readonly visit: VisitIntegers
  readonly stop: AbortSignal
}

/**
 * Hands the rows of queries to a visitor from inside the engine: a function of ours stands in the query, and the engine
 * calls it with 2,048 rows at a time, where they lie. Nothing is kept or copied on the way, and a query that fails fails
 * as a whole. (A result read in memory costs its memory twice, a page fault for most of it, and half as much time again;
 * a stream costs a promise per piece, and its end cannot be told from its failure.)
 */
export class IntegerScans {
  private registered: DuckDBConnection | null = null
  private running: RunningScan | null = null

  /** The queries run one after the other; one scan at a time. */
  async run(connection: DuckDBConnection, { queries, visit, stop }: Scan): Promise<void> {
    this.register(connection)
    process.on('exit', endAtOnce)
    try {
      for (const query of queries) await this.runOne(connection, query, { visit, stop })
    } finally {
      process.off('exit', endAtOnce)
    }
  }

  private async runOne(
    connection: DuckDBConnection,
    query: string,
    { visit, stop }: Pick<Scan, 'visit' | 'stop'>,
  ): Promise<void> {
    const running = new RunningScan(visit, stop)
    this.running = running
    try {
      const sql = `SELECT CAST(COUNT(${visitName}(*COLUMNS(*))) AS DOUBLE) FROM (${query})`
      const [[counted]] = (await connection.runAndReadAll(sql)).getRows() as [[number]]
      running.finish(counted)
    } catch (error) {
      throw running.failure ?? error
    } finally {
      this.running = null
    }
  }

  /** Once per session: the function stays in its catalogue. */
  private register(connection: DuckDBConnection): void {
    if (this.registered === connection) return
    const visit = DuckDBScalarFunction.create({
      name: visitName,
      varArgsType: INTEGER,
      returnType: INTEGER,
      // Without it the engine might call once for equal arguments.
      volatile: true,
      mainFunction: (info, chunk) => {
        const failure = this.running?.take(chunk) ?? null
        if (failure !== null) info.setError(failure.message)
      },
    })
    connection.registerScalarFunction(visit)
    this.registered = connection
  }
}

/**
 * Whoever calls `process.exit` during a scan would wait for ever: the runtime waits for the engine's threads, and they for
 * a call that nobody will answer any more. The process is ended by the signal that the exit code stands for, or killed.
 */
function endAtOnce(code: number): void {
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] ?? 'SIGKILL'
  process.removeAllListeners(name)
  process.kill(process.pid, name)
}

/** Pieces that wait for the visitor; above it the engine waits. */
const mostWaiting = 16

/** The engine goes on as soon as a piece is copied; the visitor gets it when the event loop has nothing else to do. */
class RunningScan {
  failure: Error | null = null
  private rows = 0
  private readonly waiting: IntegerPiece[] = []
  private readonly free: Int32Array[][] = []
  private isAwaited = false
  private readonly visit: VisitIntegers
  private readonly stop: AbortSignal

  constructor(visit: VisitIntegers, stop: AbortSignal) {
    this.visit = visit
    this.stop = stop
  }

  /** What the visitor throws ends the query; returns it. */
  take({ chunk }: DuckDBDataChunk): Error | null {
    if (this.stop.aborted || this.failure !== null) return this.failure
    if (this.waiting.length >= mostWaiting) this.visitNext()
    this.waiting.push(copyOf(chunk, this.free.pop() ?? []))
    if (!this.isAwaited) this.awaitTurn()
    return this.failure
  }

  /** Every row that the engine counted was visited: should it ever leave the call out, nothing is taken for complete. */
  finish(counted: number): void {
    while (this.waiting.length > 0) this.visitNext()
    if (this.failure !== null) throw this.failure
    if (!this.stop.aborted && counted !== this.rows)
      throw new Error(`${this.rows} rows were visited, but the engine counted ${counted}`)
  }

  /** One piece at a turn, so that the engine never waits for more than one. */
  private awaitTurn(): void {
    this.isAwaited = true
    setImmediate(() => {
      this.visitNext()
      this.isAwaited = false
      if (this.waiting.length > 0) this.awaitTurn()
    })
  }

  private visitNext(): void {
    const piece = this.waiting.shift()
    if (piece === undefined || this.stop.aborted || this.failure !== null) return
    try {
      this.visit(piece)
      this.rows += piece.rows
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error))
    }
    this.free.push(piece.columns as Int32Array[])
  }
}

/** Into buffers of an earlier piece, where there are some. */
function copyOf(chunk: unknown, columns: Int32Array[]): IntegerPiece {
  const rows = bindings.data_chunk_get_size(chunk)
  if (columns.length === 0)
    for (let j = 0; j < bindings.data_chunk_get_column_count(chunk); j++) columns.push(new Int32Array(pieceRows))
  for (let j = 0; j < columns.length; j++) {
    const bytes = bindings.vector_get_data(bindings.data_chunk_get_vector(chunk, j), rows * 4)
    columns[j]!.set(new Int32Array(bytes.buffer, bytes.byteOffset, rows))
  }
  return { rows, columns }
}
