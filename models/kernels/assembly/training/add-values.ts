import { addressAt, countAt } from '../shared/arguments'

/**
 * Adds to each row's score the value of the leaf that it lies in; chunk = piece of the rows, not of the order: within a
 * leaf rows ascend, so that a chunk finds its own by halving, and no two threads write to scores that lie together.
 * 0 order, 0 = the rows themselves; 1 unused; 2 rows by piece; 3 leaves, sixteen bytes each: begin, end, value (float32);
 * 4 how many; 5 scores.
 */
export function addLeafValues(args: usize, chunk: i32, thread: i32): void {
  const order = addressAt(args, 0)
  const pieceRows = <u32>countAt(args, 2)
  const begin = <u32>chunk * pieceRows
  const scores = addressAt(args, 5)
  let leaf = addressAt(args, 3)
  for (let k = countAt(args, 4); k > 0; k--, leaf += 16) {
    const from = placeOf(begin, order, load<u32>(leaf), load<u32>(leaf, 4))
    const to = placeOf(begin + pieceRows, order, from, load<u32>(leaf, 4))
    const value = load<f32>(leaf, 8)
    for (let i = from; i < to; i++) {
      const row = order == 0 ? i : load<u32>(order + ((<usize>i) << 2))
      const at = scores + ((<usize>row) << 2)
      store<f32>(at, load<f32>(at) + value)
    }
  }
}

/** The first place from `from` to `to` (exclusive) whose row is at least `row`; `to` where there is none. */
function placeOf(row: u32, order: usize, from: u32, to: u32): u32 {
  if (order == 0) return min(max(row, from), to)
  while (from < to) {
    const middle = (from + to) >>> 1
    if (load<u32>(order + ((<usize>middle) << 2)) < row) from = middle + 1
    else to = middle
  }
  return from
}

/**
 * Adds a tree to the scores of rows that lie in no leaf; chunk = piece.
 * 0 order, 0 = the rows themselves; 1 first; 2 count; 3 rows by piece; 4 nodes, 32 bytes each: address of the feature's
 * bin in row 0, bytes from row to row, cut, flags, left, right (below 0: leaf), address of the set; 5 values, float32 by
 * leaf; 6 scores.
 */
export function addTree(args: usize, chunk: i32, thread: i32): void {
  const order = addressAt(args, 0)
  const pieceRows = countAt(args, 3)
  const begin = countAt(args, 1) + chunk * pieceRows
  const end = min(countAt(args, 1) + countAt(args, 2), begin + pieceRows)
  const nodes = addressAt(args, 4)
  const values = addressAt(args, 5)
  const scores = addressAt(args, 6)
  for (let i = begin; i < end; i++) {
    const row = order == 0 ? <usize>i : <usize>load<u32>(order + ((<usize>i) << 2))
    let at = 0
    do {
      const node = nodes + ((<usize>at) << 5)
      const bin = <i32>load<u8>(load<usize>(node) + row * load<usize>(node, 4))
      const flags = load<i32>(node, 12)
      let goesLeft: bool
      if (flags >= 2)
        goesLeft = ((load<u32>(load<usize>(node, 24) + ((<usize>(bin >> 5)) << 2)) >> (bin & 31)) & 1) != 0
      else goesLeft = bin == 255 ? flags != 0 : bin <= load<i32>(node, 8)
      at = goesLeft ? load<i32>(node, 16) : load<i32>(node, 20)
    } while (at >= 0)
    const score = scores + (row << 2)
    store<f32>(score, load<f32>(score) + load<f32>(values + ((<usize>~at) << 2)))
  }
}
