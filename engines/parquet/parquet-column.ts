/** A column in memory; all columns of a file have the same length. */
export type ParquetColumn = { readonly name: string } & (
  | { readonly type: 'number'; readonly values: Float32Array } // FLOAT; NaN = NULL
  | { readonly type: 'integer'; readonly values: Uint32Array | Uint8Array } // INT32
  | { readonly type: 'date'; readonly values: Uint16Array } // days since 1970-01-01
  | { readonly type: 'text'; readonly codes: Uint16Array; readonly levels: readonly string[] } // 65,535 = NULL
)

/** Rows from .. to - 1. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/** The same rows of some columns, as they stand in the file. */
export interface EncodedPiece {
  /** The chunks of the columns one after the other, in shared memory. */
  readonly bytes: Uint8Array
  readonly chunks: readonly EncodedChunk[]
}

/** Pages of one column, with their headers. */
export interface EncodedChunk {
  readonly bytes: number
  /** Of them the dictionary's page, which is the first; 0 = there is none. */
  readonly dictionaryBytes: number
}
