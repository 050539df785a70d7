/**
 * Some rows on their way through the trees. Feature f has its bins at bins[start[f] + row] and its contributions so far at
 * phi[start[f] + row]; features that no tree splits on have no room. Two arrays with offsets, not one array per feature: the
 * inner loops run a third faster, and the same layout can lie in the memory of a kernel.
 */
export interface Block {
  readonly rowCount: number
  readonly start: Uint32Array
  readonly bins: Uint8Array
  readonly phi: Float64Array
  /** Room for one number per row: the cell in the table at hand. */
  readonly cells: Uint16Array
}

/** Between two features, so that their rows do not compete for the same lines of the cache. */
const gap = 64

/** An empty block for the features with `splits[f] > 0` and up to `rows` rows. */
export function createBlock(splits: Uint32Array, rows: number): Block {
  const start = new Uint32Array(splits.length)
  let room = 0
  for (let f = 0; f < splits.length; f++) {
    start[f] = room
    if (splits[f]! > 0) room += rows + gap
  }
  return {
    rowCount: rows,
    start,
    bins: new Uint8Array(room),
    phi: new Float64Array(room),
    cells: new Uint16Array(rows),
  }
}
