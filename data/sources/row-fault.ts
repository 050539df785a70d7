/** One way in which a row cannot be used; a row is rejected with the first that applies. */
export interface RowFault {
  /** Short and stable, e.g. `amount: not a number`: the reason in quality.json and in the rejects. */
  readonly reason: string
  /** SQL: true where it applies; never reads further than the columns below. */
  readonly test: string
  /** The file's column, or the arithmetic of the config. */
  readonly column: string
  /** SQL: the value as the file has it, VARCHAR. */
  readonly received: string
  /** Continues "column "x": ". */
  readonly what: string
  readonly expected: string
  readonly hint?: string
}

/** A typed expression over the raw columns, and how its values can be wrong. */
export interface Cast {
  readonly sql: string
  readonly faults: readonly RowFault[]
}
