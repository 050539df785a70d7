import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { EbbError } from '../../core/errors.ts'
import type { TableColumn } from '../engine.ts'
import { driver } from './driver.ts'
import { fillVector } from './vectors.ts'
import { quoteName } from './session.ts'

const { BIGINT, BOOLEAN, DATE, DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR } = driver

const chunkRows = 2_048
/** The event loop gets a turn after so many values (at most about 40 ms of work). */
const valuesPerTurn = 100_000

const mostDrops = 20

const types: Record<TableColumn['type'], DuckDBType> = {
  double: DOUBLE,
  integer: INTEGER,
  bigint: BIGINT,
  boolean: BOOLEAN,
  text: VARCHAR,
  coded: VARCHAR,
  date: DATE,
}

/**
 * Makes (or replaces) `table` from Node's memory, rows in order. Unsigned 32-bit values above 2^31 - 1 are an error.
 * A cancelled or failed load leaves no table.
 */
export async function loadTable(
  connection: DuckDBConnection,
  task: { table: string; columns: readonly TableColumn[]; stop: AbortSignal },
): Promise<void> {
  const { table, columns, stop } = task
  const rowCount = lengthOf(table, columns)
  const definitions = columns.map((column) => `${quoteName(column.name)} ${types[column.type].toString()}`)
  await connection.run(`CREATE OR REPLACE TABLE ${quoteName(table)} (${definitions.join(', ')})`)
  try {
    await append(connection, task, rowCount)
  } catch (error) {
    await drop(connection, table)
    throw error
  }
  if (stop.aborted) await drop(connection, table)
}

/** A cancelled session is interrupted again and again, and an interrupt may meet the DROP: then it is tried once more. */
async function drop(connection: DuckDBConnection, table: string): Promise<void> {
  for (let attempt = 0; attempt < mostDrops; attempt++) {
    const isGone = await connection.run(`DROP TABLE IF EXISTS ${quoteName(table)}`).then(
      () => true,
      () => false,
    )
    if (isGone) return
  }
}

async function append(
  connection: DuckDBConnection,
  task: { table: string; columns: readonly TableColumn[]; stop: AbortSignal },
  rowCount: number,
): Promise<void> {
  const { table, columns, stop } = task
  const appender = await connection.createAppender(table)
  const chunkTypes = columns.map((column) => types[column.type])
  let values = 0
  for (let from = 0; from < rowCount && !stop.aborted; from += chunkRows) {
    const rows = Math.min(chunkRows, rowCount - from)
    const chunk = DuckDBDataChunk.create(chunkTypes, rows)
    for (const [at, column] of columns.entries()) fillVector(chunk.getColumnVector(at), column, from, rows)
    appender.appendDataChunk(chunk)
    values += rows * columns.length
    if (values < valuesPerTurn) continue
    await new Promise(setImmediate)
    values = 0
  }
  appender.closeSync()
}

function lengthOf(table: string, columns: readonly TableColumn[]): number {
  const length = (column: TableColumn): number => (column.type === 'coded' ? column.codes.length : column.values.length)
  const rowCount = columns.length === 0 ? 0 : length(columns[0]!)
  const other = columns.find((column) => length(column) !== rowCount)
  if (columns.length === 0 || other !== undefined)
    throw new EbbError({
      code: 'ENGINE_LOAD',
      kind: 'stage',
      where: `table ${table}`,
      what: other === undefined ? 'a table needs a column' : `column "${other.name}" has another length`,
      expected: other === undefined ? undefined : String(rowCount),
      received: other === undefined ? undefined : String(length(other)),
    })
  return rowCount
}
