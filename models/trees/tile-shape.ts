/** Rows that go through the trees together, and how far apart their columns lie. */
export interface TileShape {
  /** A multiple of 64. */
  readonly tileRows: number
  /** Bytes from one column to the next: 64 more than the rows, so that columns do not compete for the same lines of the cache. */
  readonly stride: number
}

/** Bytes of a tile: they should stay in the nearest cache. */
const tileBytes = 24_576

export function tileShape(columns: number): TileShape {
  const rows = 64 * Math.floor(tileBytes / Math.max(1, columns) / 64)
  const tileRows = Math.min(2048, Math.max(64, rows))
  return { tileRows, stride: tileRows + 64 }
}
