/**
 * The rows of one user (one per cutoff at which the user is an example), and the events lo .. hi - 1 that a window holds
 * in each. `at` is the place of the row's slot 0 in the table of values; slots lie `slotStride` apart.
 */
export interface WindowRows {
  count: number
  readonly cutoff: Int32Array
  readonly at: Int32Array
  readonly lo: Int32Array
  readonly hi: Int32Array
}

/** Writes the value of a measure for every row; `offset` is the slot's distance from slot 0. NaN = missing. */
export type Evaluate = (rows: WindowRows, values: Float64Array, offset: number) => void
