import type { Cancellable } from './cancellable.ts'
import type { ColumnScanner } from './column-scanner.ts'
import type { Dialect } from './dialect.ts'

/** A value as the engine hands it to us: integers that fit are numbers, larger ones bigint; DATE and TIMESTAMP are ISO text. */
export type Value = null | boolean | number | bigint | string
export type Row = Readonly<Record<string, Value>>

/** A column that goes from Node into the engine. `null`s only in the two object kinds; NaN in `double` becomes NULL. */
export type TableColumn = { readonly name: string } & (
  | { readonly type: 'double'; readonly values: Float64Array | Float32Array }
  | { readonly type: 'integer'; readonly values: Int32Array | Uint32Array | Uint16Array | Uint8Array }
  | { readonly type: 'bigint'; readonly values: readonly (bigint | null)[] }
  | { readonly type: 'boolean'; readonly values: Uint8Array }
  | { readonly type: 'text'; readonly values: readonly (string | null)[] }
  /** Text by dictionary; code 65,535 or an index past `levels` = NULL. */
  | { readonly type: 'coded'; readonly codes: Uint16Array | Uint32Array; readonly levels: readonly string[] }
  /** Days since 1970-01-01. */
  | { readonly type: 'date'; readonly values: Uint16Array | Int32Array }
)

/** Parquet files that lie on this machine, in reading order. */
export interface ParquetParts {
  readonly paths: readonly string[]
  readonly rows: number
}

export interface PartitionOptions extends Cancellable {
  /** All texts of some text columns, NULL aside, where they are few: the files may then hold numbers for them. */
  readonly levels?: ReadonlyMap<string, readonly string[]>
}

/** Runs the text that a dialect made. One engine = one session: tables made by `execute` live until `close`. */
export interface Engine {
  readonly dialect: Dialect
  /** Name and version, e.g. `duckdb 1.5.6`; part of every cache key. */
  readonly version: string
  /** Reads results from memory; null where the engine does not live inside this process. */
  readonly scanner: ColumnScanner | null
  execute(sql: string, options?: Cancellable): Promise<void>
  /** At most `limit` rows (default 10,000); more is an error, never a silent cut. */
  rows(sql: string, options?: Cancellable & { readonly limit?: number }): Promise<Row[]>
  /** Query result to one Parquet file where the engine lives (zstd). `metadata` goes into the footer. */
  write(
    sql: string,
    path: string,
    options?: Cancellable & { readonly metadata?: Readonly<Record<string, string>> },
  ): Promise<void>
  /** Query result as Parquet on this machine, to be read back soon: large and quickly written. */
  pull(sql: string, folder: string, options?: Cancellable): Promise<ParquetParts>
  /**
   * Query result as Parquet files where the engine lives, by the integers of one column, which they do not hold; returns
   * the files of each value that occurs. Rows in any order. The folder is made, and must be empty.
   */
  partition(
    sql: string,
    column: string,
    folder: string,
    options?: PartitionOptions,
  ): Promise<ReadonlyMap<number, readonly string[]>>
  /** Creates (or replaces) a session table from Node's memory. All columns have the same length. */
  load(table: string, columns: readonly TableColumn[], options?: Cancellable): Promise<void>
  /** How many sessions `inLanes` gives, at least 1. */
  readonly lanes: number
  /**
   * Gives `work` sessions for queries that run side by side, and closes them when it ends. They share memory and threads
   * of this engine, which rests meanwhile; each has tables of its own, and sees files, but none of this session's tables.
   */
  inLanes<T>(work: (lanes: readonly Engine[]) => Promise<T>, options?: Cancellable): Promise<T>
  close(): Promise<void>
}
