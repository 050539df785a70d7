import type { DuckDBDataChunk } from '@duckdb/node-api'
import { missingCode, sharedFloat32, sharedUint16, sharedUint32, sharedUint8 } from '../../core/dataset.ts'
import { EbbError } from '../../core/errors.ts'
import { quoteName } from './session.ts'
import { itemsOf } from './vectors.ts'

/** Where a column of the query goes. */
export interface DatasetTarget {
  readonly name: string
  readonly sql: string
  readonly values: Float32Array | Uint32Array | Uint16Array | Uint8Array
  /** Integers must stay below 2^24 to be exact as float32; doubles must be finite. */
  readonly check: 'none' | 'integer' | 'double'
}

const exactIntegers = 16_777_216

/** Dense user index, never NULL. */
export function userTarget(name: string, rowCount: number): DatasetTarget {
  return { name, sql: `CAST(${quoteName(name)} AS UINTEGER)`, values: sharedUint32(rowCount), check: 'none' }
}

/** Days since 1970-01-01 of a DATE, never NULL. */
export function cutoffTarget(name: string, rowCount: number): DatasetTarget {
  const days = `datediff('day', DATE '1970-01-01', CAST(${quoteName(name)} AS DATE))`
  return { name, sql: `CAST(${days} AS USMALLINT)`, values: sharedUint16(rowCount), check: 'none' }
}

/** A numeric column of DuckDB type `type` as float32, NULL as NaN. */
export function numberTarget(name: string, type: string, rowCount: number): DatasetTarget {
  const isText = /^(VARCHAR|ENUM|DATE|TIME|BLOB|UUID|INTERVAL)|\[\]$|^(STRUCT|MAP|LIST)/.test(type)
  if (isText) throw datasetFault(`feature "${name}"`, 'not a number', { expected: 'a numeric column', received: type })
  return {
    name,
    sql: `coalesce(CAST(${quoteName(name)} AS FLOAT), CAST('NaN' AS FLOAT))`,
    values: sharedFloat32(rowCount),
    check: /^(FLOAT|DOUBLE|DECIMAL)/.test(type) ? 'double' : 'integer',
  }
}

/** A text column as codes of the enum type `levels_<enumIndex>`, NULL as 65,535. */
export function codeTarget(name: string, enumIndex: number, rowCount: number): DatasetTarget {
  const coded = `enum_code(CAST(CAST(${quoteName(name)} AS VARCHAR) AS levels_${enumIndex}))`
  return {
    name,
    sql: `CAST(coalesce(${coded}, ${missingCode}) AS USMALLINT)`,
    values: sharedUint16(rowCount),
    check: 'none',
  }
}

/** 0 or 1, never NULL. */
export function labelTarget(name: string, rowCount: number): DatasetTarget {
  return { name, sql: `CAST(${quoteName(name)} AS UTINYINT)`, values: sharedUint8(rowCount), check: 'none' }
}

/** Copies row i of one chunk's column to row `places[i]`, ...; throws on a number that float32 cannot hold. */
export function fillTarget(target: DatasetTarget, places: Uint32Array, chunk: DuckDBDataChunk, at: number): void {
  const vector = chunk.getColumnVector(at)
  const items = (itemsOf(vector) ?? vector.toArray()) as ArrayLike<number>
  const { values, check } = target
  if (values instanceof Float32Array) {
    const value = placeFloats(values, items, places, check === 'integer' ? exactIntegers : Infinity)
    if (value !== undefined) throw notExact(target, value)
  } else for (let i = 0; i < places.length; i++) values[places[i]!] = items[i]!
}

/** Places of rows that lie one after the other. */
export const placesFrom = (first: number, rows: number): Uint32Array =>
  Uint32Array.from({ length: rows }, (_, i) => first + i)

/** Stops at the first number of size >= `limit`, and returns it; NaN is not. */
function placeFloats(
  values: Float32Array,
  items: ArrayLike<number>,
  places: Uint32Array,
  limit: number,
): number | undefined {
  for (let i = 0; i < places.length; i++) {
    const value = items[i]!
    if (value >= limit || value <= -limit) return value
    values[places[i]!] = value
  }
  return undefined
}

function notExact(target: DatasetTarget, value: number): EbbError {
  if (target.check === 'double')
    return datasetFault(`feature "${target.name}"`, 'not a finite number', {
      expected: 'finite, or NULL',
      received: String(value),
    })
  return datasetFault(`feature "${target.name}"`, 'integer too large to be exact as a 32-bit float', {
    expected: 'below 2^24 = 16777216 in size',
    received: String(value),
    hint: 'use a coarser unit or a DOUBLE column',
  })
}

/** An error of kind `data` about the dataset to be read. */
export function datasetFault(
  where: string,
  what: string,
  more: { expected?: string; received?: string; hint?: string },
): EbbError {
  return new EbbError({ code: 'DATASET_INVALID', kind: 'data', where, what, ...more })
}
