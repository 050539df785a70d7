import { createRequire } from 'node:module'
import type * as Api from '@duckdb/node-api'

/** The driver's lower half, which reads a result in memory without a promise; it comes with the driver. */
export interface Bindings {
  column_count(result: unknown): number
  column_type(result: unknown, column: number): Api.DuckDBTypeId
  result_chunk_count(result: unknown): number
  result_get_chunk(result: unknown, index: number): unknown
  data_chunk_get_size(chunk: unknown): number
  data_chunk_get_vector(chunk: unknown, column: number): unknown
  vector_get_data(vector: unknown, byteCount: number): Uint8Array
}

const require = createRequire(import.meta.url)

/**
 * DuckDB's driver. It is CommonJS of 60 files: `import` has Node read through each of them for the names that it exports
 * before it is run, which takes as long again as running it.
 */
export const driver = require('@duckdb/node-api') as typeof Api

export const bindings = createRequire(require.resolve('@duckdb/node-api'))('@duckdb/node-bindings') as Bindings
