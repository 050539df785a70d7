import { addressAt, countAt, numberAt } from '../shared/arguments'
import { addLeafValues, leavesByPlanes } from './leaf-planes'
import { addWalkedValues, leavesByWalk } from './leaf-walk'
import { tileBegin, tileBytes, tileRows } from './tile'

/**
 * scores[row] = base + the values of the row's leaves, added in the order of the trees. Arguments after those of a tile: 7 image
 * of the trees, 8 trees, 9 room of every thread for a tile's leaves (32 bits each), 10 size of that room, 11 scores, 12 base. A
 * tree of the image is four words: 0 = planes, 1 = walk; offset of its program in the image; offset of its values (from left to
 * right); for a walk, offset of its first leaf.
 */
export function scoreRows(args: usize, chunk: i32, thread: i32): void {
  const bytes = tileBytes(args, chunk, thread)
  const rows = tileRows(args, chunk)
  const image = addressAt(args, 7)
  const leaves = addressAt(args, 9) + <usize>thread * addressAt(args, 10)
  const scores = addressAt(args, 11) + (tileBegin(args, chunk) << 3)
  const base = numberAt(args, 12)
  for (let row: usize = 0; row < rows; row++) store<f64>(scores + (row << 3), base)
  const end = image + ((<usize>countAt(args, 8)) << 4)
  for (let tree = image; tree < end; tree += 16) {
    const program = image + <usize>load<u32>(tree, 4)
    const values = image + <usize>load<u32>(tree, 8)
    if (load<u32>(tree) == 0) {
      leavesByPlanes(program, rows, bytes, leaves)
      addLeafValues(leaves, rows, values, scores)
    } else {
      leavesByWalk(program, load<u32>(tree, 12), rows, bytes, leaves)
      addWalkedValues(leaves, rows, values, scores)
    }
  }
}
