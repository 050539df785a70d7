import type { DuckDBVector } from '@duckdb/node-api'
import { EbbError } from '../../core/errors.ts'
import type { TableColumn } from '../engine.ts'
import { driver } from './driver.ts'

const { DuckDBDateValue } = driver

type Items = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array | BigInt64Array

/**
 * The typed array behind a vector of numbers, dates or codes, ten times as fast as item by item. The driver keeps it
 * in a private field: where a later version hides it, `undefined` sends the caller down the slow path.
 */
export function itemsOf(vector: DuckDBVector): Items | undefined {
  const items = (vector as unknown as { items?: unknown }).items
  return ArrayBuffer.isView(items) && !(items instanceof DataView) ? (items as Items) : undefined
}

/** Writes `rows` values of `column`, from row `from`, into a fresh vector. */
export function fillVector(vector: DuckDBVector, column: TableColumn, from: number, rows: number): void {
  if (column.type === 'double') fillDoubles(vector, column.values, from, rows)
  else if (column.type === 'integer') fillIntegers(vector, column, from, rows)
  else if (column.type === 'date') fillDates(vector, column.values, from, rows)
  else if (column.type === 'boolean') fillEach(vector, rows, (row) => column.values[from + row] !== 0)
  else if (column.type === 'coded') fillEach(vector, rows, (row) => levelOf(column, from + row))
  else fillEach(vector, rows, (row) => column.values[from + row] ?? null)
  vector.flush()
}

function fillEach(vector: DuckDBVector, rows: number, value: (row: number) => boolean | string | bigint | null): void {
  for (let row = 0; row < rows; row++) vector.setItem(row, value(row))
}

function levelOf(column: TableColumn & { type: 'coded' }, row: number): string | null {
  const code = column.codes[row]!
  return code === 65_535 ? null : (column.levels[code] ?? null)
}

function fillDoubles(vector: DuckDBVector, values: Float64Array | Float32Array, from: number, rows: number): void {
  itemsOf(vector)?.set(values.subarray(from, from + rows) as never)
  const isFilled = itemsOf(vector) !== undefined
  for (let row = 0; row < rows; row++) {
    const value = values[from + row]!
    if (Number.isNaN(value)) vector.setItem(row, null)
    else if (!isFilled) vector.setItem(row, value)
  }
}

function fillIntegers(
  vector: DuckDBVector,
  column: TableColumn & { type: 'integer' },
  from: number,
  rows: number,
): void {
  const { values } = column
  if (values instanceof Uint32Array)
    for (let row = from; row < from + rows; row++)
      if (values[row]! > 2_147_483_647) throw tooLarge(column.name, values[row]!)
  const items = itemsOf(vector)
  if (items === undefined) for (let row = 0; row < rows; row++) vector.setItem(row, values[from + row]!)
  else items.set(values.subarray(from, from + rows) as never)
}

function fillDates(vector: DuckDBVector, values: Uint16Array | Int32Array, from: number, rows: number): void {
  const items = itemsOf(vector)
  if (items === undefined)
    for (let row = 0; row < rows; row++) vector.setItem(row, new DuckDBDateValue(values[from + row]!))
  else items.set(values.subarray(from, from + rows) as never)
}

function tooLarge(name: string, value: number): EbbError {
  return new EbbError({
    code: 'ENGINE_LOAD',
    kind: 'stage',
    where: `column "${name}"`,
    what: 'integer too large for the engine',
    expected: 'at most 2147483647',
    received: String(value),
  })
}
