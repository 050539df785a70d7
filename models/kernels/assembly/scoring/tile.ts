import { addressAt, countAt } from '../shared/arguments'
import { fillBytes } from './fill-bytes'

// What the kernels that read rows have in common: arguments 0 to 6 are columns, number of columns, rows, rows of a tile (a
// multiple of 64), bytes (room of every thread for a tile, 64 bytes more per column), size of that room, stride of a column.

export function tileBegin(args: usize, chunk: i32): usize {
  return <usize>chunk * <usize>countAt(args, 3)
}

/** Rows of tile `chunk`: all tiles are full but the last. */
export function tileRows(args: usize, chunk: i32): usize {
  const left = <usize>countAt(args, 2) - tileBegin(args, chunk)
  return min(left, <usize>countAt(args, 3))
}

/** Makes the bytes of a tile and returns where they are. */
export function tileBytes(args: usize, chunk: i32, thread: i32): usize {
  const bytes = addressAt(args, 4) + <usize>thread * addressAt(args, 5)
  const begin = tileBegin(args, chunk)
  fillBytes(addressAt(args, 0), countAt(args, 1), begin, tileRows(args, chunk), bytes, addressAt(args, 6))
  return bytes
}
