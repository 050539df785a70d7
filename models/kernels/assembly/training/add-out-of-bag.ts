import { addressAt, countAt } from '../shared/arguments'

/** Rows by chunk: their part of the columns stays in the nearer caches. */
const chunkRows: i32 = 4096

/**
 * Adds, tree by tree, what the trees of a batch predict for the rows that they were not grown on; chunk = 4,096 rows.
 * 0 rows; 10, 11, 18, 19, 22, 23, 24 as `growForestTree`; 26 trees in the batch; 27 sums, double by row; 28 trees that did
 * not see the row, uint32.
 */
export function addOutOfBag(args: usize, chunk: i32, thread: i32): void {
  const columns = addressAt(args, 10)
  const columnBytes = addressAt(args, 11)
  const begin = <usize>(chunk * chunkRows)
  const end = min(begin + <usize>chunkRows, addressAt(args, 0))
  const sums = addressAt(args, 27)
  const counts = addressAt(args, 28)
  for (let t = 0; t < countAt(args, 26); t++) {
    const draws = addressAt(args, 18) + <usize>t * addressAt(args, 19)
    const tree = addressAt(args, 22) + <usize>t * addressAt(args, 23)
    const nodes = tree + 64
    const leaves = nodes + (addressAt(args, 24) << 5)
    const sets = leaves + (addressAt(args, 24) << 4)
    const root = load<i32>(tree) == 1 ? -1 : 0
    for (let row = begin; row < end; row++) {
      if (load<u16>(draws + (row << 1)) != 0) continue
      let at = root
      while (at >= 0) {
        const node = nodes + ((<usize>at) << 5)
        const bin = <u32>load<u8>(columns + <usize>load<u32>(node) * columnBytes + row)
        at = load<i32>(node + ((<usize>!goesLeft(node, bin, sets)) << 2), 12)
      }
      const sum = sums + (row << 3)
      store<f64>(sum, load<f64>(sum) + load<f64>(leaves + ((<usize>~at) << 4)))
      store<u32>(counts + (row << 2), load<u32>(counts + (row << 2)) + 1)
    }
  }
}

function goesLeft(node: usize, bin: u32, sets: usize): bool {
  const cut = load<u32>(node, 4)
  const flags = load<u32>(node, 8)
  if ((flags & 2) != 0)
    return ((load<u32>(sets + ((<usize>cut) << 5) + ((<usize>(bin >> 5)) << 2)) >>> (bin & 31)) & 1) != 0
  return bin == 255 ? (flags & 1) != 0 : bin <= cut
}
