/** A relation that the compiler makes in the session, in order; `table` is quoted. */
export interface MadeTable {
  /** For the run's `sql/` folder. */
  readonly name: string
  readonly table: string
  readonly select: string
}

/** Short name -> quoted session table. */
export interface TableNames {
  (name: string): string
}
