import type { ByteEnsemble } from '../trees/byte-ensemble.ts'

/** Where things lie when rows are explained together. */
export interface ExplainShape {
  /** Rows of a tile, at most; a multiple of 64. */
  readonly tileRows: number
  /** Bytes from one column to the next. */
  readonly stride: number
  /** Features with a column, in their order: each has its phi, and one more is for nobody. */
  readonly used: readonly number[]
  /** Bytes from one feature's phi to the next. */
  readonly distance: number
}

/** What tiles need should stay near, and loops should be long. */
export function explainShape({ columns, firstColumn }: ByteEnsemble): ExplainShape {
  const rows = 64 * Math.floor(2 ** 17 / Math.max(1, columns.length) / 64)
  const tileRows = Math.min(2048, Math.max(256, rows))
  const used = Array.from(firstColumn.keys()).filter((f) => firstColumn[f]! >= 0)
  // 64 bytes more, so that features do not compete for the same lines of the cache.
  return { tileRows, stride: tileRows + 64, used, distance: 8 * tileRows + 64 }
}
