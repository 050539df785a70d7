import type { DuckDBConnection, DuckDBTypeId } from '@duckdb/node-api'
import type { IntegerColumn, VisitIntegers } from '../column-scanner.ts'
import { bindings, driver } from './driver.ts'

/** The event loop gets a turn after so many chunks of 2,048 rows (some 10 ms of work). */
const chunksPerTurn = 256

/**
 * Visits the rows of each query in order. A query is computed whole; its chunks are then read without a promise each
 * (one per 2,048 rows would double the time), while the engine already works on the next query.
 */
export async function scanIntegers(
  connection: DuckDBConnection,
  { queries, visit, stop }: { queries: readonly string[]; visit: VisitIntegers; stop: AbortSignal },
): Promise<void> {
  const start = (k: number): Promise<unknown> | null => {
    if (k >= queries.length || stop.aborted) return null
    const running = connection.run(queries[k]!)
    // A failure is thrown when its turn comes.
    running.catch(() => undefined)
    return running
  }
  let next = start(0)
  for (let k = 0; next !== null; k++) {
    const { result } = (await next) as { readonly result: unknown }
    next = start(k + 1)
    const bytes = await visitChunks(result, visit, stop)
    weigh(bytes)
    if (stop.aborted) return void (await next?.catch(() => undefined))
  }
}

/**
 * The driver frees a result only when the runtime collects its handle, and for the runtime the handle weighs nothing: of
 * 50M events, all .75 GB would stay. A buffer of the same size, never touched and so without memory behind it, is counted
 * among what lies outside the heap and brings the collection about in time.
 */
function weigh(bytes: number): void {
  void new ArrayBuffer(bytes)
}

/** Returns the bytes that were read. */
async function visitChunks(result: unknown, visit: VisitIntegers, stop: AbortSignal): Promise<number> {
  const types = Array.from({ length: bindings.column_count(result) }, (_, j) => typeOf(result, j))
  const chunks = bindings.result_chunk_count(result)
  let read = 0
  for (let at = 0; at < chunks && !stop.aborted; at++) {
    const chunk = bindings.result_get_chunk(result, at)
    const rows = bindings.data_chunk_get_size(chunk)
    const columns: IntegerColumn[] = []
    for (let j = 0; j < types.length; j++) {
      const { bytes, view } = types[j]!
      columns.push(view(bindings.vector_get_data(bindings.data_chunk_get_vector(chunk, j), rows * bytes), rows))
      read += rows * bytes
    }
    visit({ rows, columns })
    if (at % chunksPerTurn === chunksPerTurn - 1) await new Promise(setImmediate)
  }
  return read
}

interface ColumnType {
  /** Of a value. */
  readonly bytes: number
  view(data: Uint8Array, rows: number): IntegerColumn
}

const columnTypes: ReadonlyMap<DuckDBTypeId, ColumnType> = new Map([
  [driver.DuckDBTypeId.INTEGER, { bytes: 4, view: (data, rows) => new Int32Array(data.buffer, data.byteOffset, rows) }],
  [
    driver.DuckDBTypeId.USMALLINT,
    { bytes: 2, view: (data, rows) => new Uint16Array(data.buffer, data.byteOffset, rows) },
  ],
  [driver.DuckDBTypeId.UTINYINT, { bytes: 1, view: (data) => data }],
])

function typeOf(result: unknown, column: number): ColumnType {
  const type = columnTypes.get(bindings.column_type(result, column))
  if (type === undefined) throw new Error(`column ${column} of a scan is of another type than integers of 8 to 32 bits`)
  return type
}
