/** Rows by cutoff in a buffer of a thread, and where they go; one entry by cutoff. */
export interface Runs {
  /** First row of the buffer. */
  readonly places: Int32Array
  /** Rows. */
  readonly counts: Int32Array
  /** First row of the result. */
  readonly next: Int32Array
}

/**
 * Memory shared by threads is copied word by word where source and target lie alike to 8 bytes, else byte by byte, which takes twice
 * as long. So each run begins at a row of the buffer that is like its row of the result to 8, for numbers of any width.
 */
export const alignment = 8

/** Finds the counts and the places. `edges`: by batch, where its rows of each cutoff begin, and its end. */
export function placeRuns(edges: Uint32Array, batches: number, { places, counts, next }: Runs): void {
  const cutoffs = next.length
  let place = 0
  for (let k = 0; k < cutoffs; k++) {
    let rows = 0
    for (let b = 0, at = k; b < batches; b++, at += cutoffs + 1) rows += edges[at + 1]! - edges[at]!
    place += (next[k]! - place) & (alignment - 1)
    places[k] = place
    counts[k] = rows
    place += rows
  }
}

type Numbers = Float32Array | Float64Array | Uint32Array | Uint16Array | Uint8Array

/** Copies the runs of a buffer into a column of the result. */
export function writeRuns(buffer: Numbers, column: Numbers, { places, counts, next }: Runs): void {
  for (let k = 0; k < next.length; k++)
    if (counts[k]! > 0) column.set(buffer.subarray(places[k], places[k]! + counts[k]!), next[k])
}
