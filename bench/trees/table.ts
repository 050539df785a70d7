/** What a table of a benchmark looks like. Every column has 5 % of its values missing at random. */
export interface TableSpec {
  readonly rows: number
  readonly columns: number
  /** So many of the columns are categories, of 3 to 200 levels. */
  readonly categories?: number
  /** Share of zeros in the columns that carry little or nothing; those that matter are zero below their middle. */
  readonly zeros?: number
  /** Added to the log-odds of everyone: fewer positives. */
  readonly shift?: number
  /**
   * Independent training tables of `rows` rows, default 1: where few rows make two correct trainers differ by chance, quality is compared over
   * several. Times are those of the first.
   */
  readonly sets?: number
  readonly seed: number
}

/** Columns by name of file: `train`, `train-1` … and `test` hold float32 column after column, labels (`.y`) are bytes. */
export interface TableFiles {
  readonly folder: string
  readonly names: readonly string[]
  /** Levels of column j; 0 = a number. */
  readonly levels: readonly number[]
  readonly trainRows: number
  readonly testRows: number
}

/** Name of the file of a training table. */
export const trainingSet = (set: number): string => (set === 0 ? 'train' : `train-${set}`)
