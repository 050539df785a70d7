import { leftTable } from './partition.ts'
import type { Split } from './split.ts'
import { piecesOf, type TreeSpace } from './tree-space.ts'

/** Rows below which a node is parted by one thread. */
const leastRows = 4096

/**
 * Moves the leaf's rows that go left to the front of its part of the order, both sides in their old order; returns how
 * many there are. `isPlain`: the order is the rows themselves and has not been written yet.
 */
export function splitInSpace(
  { pool, layout }: TreeSpace,
  leaf: { readonly begin: number; readonly end: number },
  { split, isPlain }: { split: Split; isPlain: boolean },
): number {
  const { begin, end } = leaf
  pool.memory.u8.set(leftTable(split), layout.table)
  const count = end - begin
  const { pieces, pieceRows } = piecesOf(count, { threads: pool.threads, least: leastRows, step: 64 })
  const column = layout.columns + split.feature * layout.columnBytes
  const rows = [layout.order, begin, count, isPlain ? 1 : 0, pieces, pieceRows]
  pool.run('splitRows', [...rows, column, layout.table, layout.spare, layout.pieceCounts], pieces)
  if (pieces === 1) return pool.memory.i32[layout.pieceCounts / 4]!
  return placePieces({ pool, layout }, { begin, count, pieces, pieceRows })
}

/** Brings the pieces' rows to their places in the order: first all that went left. Returns how many. */
export function placePieces(
  { pool, layout }: Pick<TreeSpace, 'pool' | 'layout'>,
  { begin, count, pieces, pieceRows }: { begin: number; count: number; pieces: number; pieceRows: number },
): number {
  const { i32 } = pool.memory
  const counts = i32.subarray(layout.pieceCounts / 4, layout.pieceCounts / 4 + pieces)
  const lefts = counts.reduce((sum, here) => sum + here, 0)
  let left = begin
  let right = begin + lefts
  for (let piece = 0; piece < pieces; piece++) {
    i32[layout.pieceLefts / 4 + piece] = left
    i32[layout.pieceRights / 4 + piece] = right
    left += counts[piece]!
    right += Math.min(pieceRows, count - piece * pieceRows) - counts[piece]!
  }
  const places = [layout.pieceCounts, layout.pieceLefts, layout.pieceRights]
  pool.run('placeRows', [layout.order, begin, count, 0, pieces, pieceRows, 0, 0, layout.spare, ...places], pieces)
  return lefts
}
