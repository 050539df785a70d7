import { addressAt, countAt } from '../shared/arguments'

/**
 * Parts the rows of a node; chunk = piece. With one piece the left rows end up at the front of the node's part of the
 * order, the right ones behind them; with more, each piece leaves its left rows at its own place in the spare order, the
 * right ones backwards from its end, and `placeRows` moves them.
 * 0 order; 1 first; 2 count; 3 is the order still the rows themselves (1) or written (0); 4 pieces; 5 rows by piece; 6
 * column; 7 table: 1 for each of 256 bins that goes left; 8 spare order; 9 rows to the left by piece, int32.
 */
export function splitRows(args: usize, chunk: i32, thread: i32): void {
  const first = countAt(args, 1)
  const pieceRows = countAt(args, 5)
  const begin = first + chunk * pieceRows
  const end = min(first + countAt(args, 2), begin + pieceRows)
  const column = addressAt(args, 6)
  const table = addressAt(args, 7)
  const order = addressAt(args, 0)
  const spare = addressAt(args, 8)
  const isPlain = countAt(args, 3) != 0
  const isAlone = countAt(args, 4) == 1
  const from = order + ((<usize>begin) << 2)
  const to = isAlone ? from : spare + ((<usize>begin) << 2)
  const back = isAlone ? spare + ((<usize>begin) << 2) : spare + ((<usize>(end - 1)) << 2)
  let left = to
  let right = back
  const step: usize = isAlone ? 4 : -4
  if (isPlain) {
    for (let row = begin; row < end; row++) {
      const isLeft = <usize>load<u8>(table + <usize>load<u8>(column + <usize>row))
      store<u32>(left, row)
      store<u32>(right, row)
      left += isLeft << 2
      right += step & (isLeft - 1)
    }
  } else {
    for (let at = from, last = order + ((<usize>end) << 2); at < last; at += 4) {
      const row = load<u32>(at)
      const isLeft = <usize>load<u8>(table + <usize>load<u8>(column + <usize>row))
      store<u32>(left, row)
      store<u32>(right, row)
      left += isLeft << 2
      right += step & (isLeft - 1)
    }
  }
  const count = <i32>((left - to) >> 2)
  store<i32>(addressAt(args, 9) + ((<usize>chunk) << 2), count)
  if (isAlone) memory.copy(left, back, (<usize>(end - begin - count)) << 2)
}

/**
 * Moves a piece's rows to their places. Arguments as `splitRows`, and 10: place of the left rows by piece, 11: of the
 * right rows, int32, counted from the beginning of the order.
 */
export function placeRows(args: usize, chunk: i32, thread: i32): void {
  const first = countAt(args, 1)
  const pieceRows = countAt(args, 5)
  const begin = first + chunk * pieceRows
  const end = min(first + countAt(args, 2), begin + pieceRows)
  const order = addressAt(args, 0)
  const spare = addressAt(args, 8)
  const count = load<i32>(addressAt(args, 9) + ((<usize>chunk) << 2))
  const left = load<i32>(addressAt(args, 10) + ((<usize>chunk) << 2))
  const right = load<i32>(addressAt(args, 11) + ((<usize>chunk) << 2))
  memory.copy(order + ((<usize>left) << 2), spare + ((<usize>begin) << 2), (<usize>count) << 2)
  let to = order + ((<usize>right) << 2)
  const last = spare + ((<usize>(begin + count)) << 2)
  for (let from = spare + ((<usize>end) << 2); from > last; to += 4) {
    from -= 4
    store<u32>(to, load<u32>(from))
  }
}
