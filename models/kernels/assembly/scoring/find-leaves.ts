import { addressAt, countAt } from '../shared/arguments'
import { leavesByPlanes } from './leaf-planes'
import { leavesByWalk } from './leaf-walk'
import { tileBegin, tileBytes, tileRows } from './tile'

/**
 * Which leaf each row falls into in every tree, counted from left to right; row by row, 32 bits each. Arguments as those of
 * `scoreRows`, with the leaves at 11.
 */
export function findLeaves(args: usize, chunk: i32, thread: i32): void {
  const bytes = tileBytes(args, chunk, thread)
  const rows = tileRows(args, chunk)
  const image = addressAt(args, 7)
  const trees = <usize>countAt(args, 8)
  const leaves = addressAt(args, 9) + <usize>thread * addressAt(args, 10)
  const found = addressAt(args, 11) + ((tileBegin(args, chunk) * trees) << 2)
  for (let t: usize = 0; t < trees; t++) {
    const tree = image + (t << 4)
    const program = image + <usize>load<u32>(tree, 4)
    let to = found + (t << 2)
    if (load<u32>(tree) == 0) {
      leavesByPlanes(program, rows, bytes, leaves)
      for (let row: usize = 0; row < rows; row++, to += trees << 2) store<u32>(to, load<u8>(leaves + row))
    } else {
      leavesByWalk(program, load<u32>(tree, 12), rows, bytes, leaves)
      for (let row: usize = 0; row < rows; row++, to += trees << 2) store<u32>(to, load<u32>(leaves + (row << 2)))
    }
  }
}
