/** Some rows, and the events lo .. hi - 1 that a window holds in each; all of them events of the row's user. */
export interface WindowRows {
  count: number
  readonly cutoff: Int32Array
  readonly lo: Int32Array
  readonly hi: Int32Array
}

/** Writes the value of a measure for row r to `values[offset + r]`. NaN = missing. */
export type Evaluate = (rows: WindowRows, values: Float64Array, offset: number) => void

/** What every kernel of a measure begins with. */
export const rowAddresses = ({ lo, hi, count }: WindowRows): readonly [lo: number, hi: number, rows: number] => [
  lo.byteOffset,
  hi.byteOffset,
  count,
]

/** Address of the values of a measure. */
export const valuesAt = (values: Float64Array, offset: number): number => values.byteOffset + 8 * offset
