import type { Cancellable } from './cancellable.ts'

/** Values of an INTEGER, USMALLINT or UTINYINT expression. */
export type IntegerColumn = Int32Array | Uint16Array | Uint8Array

/** One piece of a result: `columns[j]` holds `rows` values of the j-th expression. Valid only during the call. */
export interface IntegerPiece {
  readonly rows: number
  readonly columns: readonly IntegerColumn[]
}

export type VisitIntegers = (piece: IntegerPiece) => void

/**
 * Reads results straight from the memory of an engine that lives inside this process. Every column of the queries must
 * be a 32-bit INTEGER, or one of the smaller unsigned types, without NULL. The queries run one after the other; the next
 * one works while the last is visited.
 */
export interface ColumnScanner {
  /**
   * SQL: 1-based place of a text in a list of at most some hundred texts, 0 if it is not there or NULL; of the smallest
   * type that holds it.
   */
  position(expression: string, values: readonly string[]): string
  /** SQL, aggregate: text that stands for the multiset of these values' tuples; the same engine, the same text. */
  fingerprint(expressions: readonly string[]): string
  /** SQL: two INTEGERs, 64 bits, that stand for a value; the same engine and value, the same numbers. */
  marks(expression: string): readonly [string, string]
  scan(queries: readonly string[], visit: VisitIntegers, options?: Cancellable): Promise<void>
}
