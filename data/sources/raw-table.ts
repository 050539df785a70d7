import type { FoundFile } from './find-files.ts'

/** A column of a file as the engine reads it; `type` in the engine's words, VARCHAR for all of a text file. */
export interface RawColumn {
  readonly name: string
  readonly type: string
  /** How the relation names it, quoted. */
  readonly sql: string
}

/** Files of one source (or attribute table) as a relation. Nothing has been interpreted yet. */
export interface RawTable {
  /** What stands after FROM. */
  readonly relation: string
  readonly columns: readonly RawColumn[]
  readonly files: readonly FoundFile[]
  /** SQL: path of the file that a row comes from. */
  readonly fileSql: string
  /** SQL: position of the row; ascending within a file. */
  readonly positionSql: string
  /** Query (file, start) of the position at which each file starts; null: at 0. */
  readonly startsSql: string | null
  /** Parquet has rows; text files have lines, the header being the first. */
  readonly unit: 'row' | 'line'
  /** 1 when a header line precedes the first record. */
  readonly headerLines: 0 | 1
  /** SQL: the text of a record that is not what its format promises, else NULL; null where that cannot be. */
  readonly brokenSql: string | null
  /** Session table (file, line, raw, error) of lines that have no fields at all, e.g. too many; null if there are none. */
  readonly brokenLines: string | null
  readonly notes: readonly string[]
}

/** Columns that rows must have in every file, and those that may be absent from some. */
export interface NeededColumns {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}
