/** Some rows, and the events lo .. hi - 1 that a window holds in each; all of them events of the row's user. */
export interface WindowRows {
  count: number
  readonly cutoff: Int32Array
  readonly lo: Int32Array
  readonly hi: Int32Array
}

/** Writes the value of a measure for row r to `values[offset + r]`. NaN = missing. */
export type Evaluate = (rows: WindowRows, values: Float64Array, offset: number) => void
