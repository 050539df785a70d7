/** What a table of a benchmark looks like. Every column has 5 % of its values missing at random. */
export interface TableSpec {
  readonly rows: number
  readonly columns: number
  /** So many of the columns are categories, of 3 to 200 levels. */
  readonly categories?: number
  /** Share of zeros in the columns that carry little or nothing. */
  readonly zeros?: number
  /** Added to the log-odds of everyone: fewer positives. */
  readonly shift?: number
  readonly seed: number
}

/** Columns by name of file: `train` and `test` hold float32 column after column, labels are bytes. */
export interface TableFiles {
  readonly folder: string
  readonly names: readonly string[]
  /** Levels of column j; 0 = a number. */
  readonly levels: readonly number[]
  readonly trainRows: number
  readonly testRows: number
}
