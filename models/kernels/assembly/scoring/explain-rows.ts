import { addressAt, countAt } from '../shared/arguments'
import { addTable } from './shapley-tables'
import { addByWalk } from './shapley-walk'
import { tileBegin, tileBytes, tileRows } from './tile'

/**
 * Contributions by row and feature. Arguments after those of a tile: 7 image of the plans, 8 offset in it of their list, 9 plans,
 * 10 tables, 11 room of every thread (phi by feature, then what a plan needs beside), 12 size of that room, 13 distance of two
 * features' phi, 14 phi in all, 15 contributions (row by row), 16 features, 17 address of the number of each feature's phi (32 bits;
 * 2^32 - 1 = never split on). The list has two words by plan: 0 = table, 1 = walk; its offset in the image.
 */
export function explainRows(args: usize, chunk: i32, thread: i32): void {
  const bytes = tileBytes(args, chunk, thread)
  const rows = tileRows(args, chunk)
  const image = addressAt(args, 7)
  const tables = addressAt(args, 10)
  const phi = addressAt(args, 11) + <usize>thread * addressAt(args, 12)
  const distance = addressAt(args, 13)
  const scratch = phi + distance * <usize>countAt(args, 14)
  memory.fill(phi, 0, scratch - phi)
  let plan = image + addressAt(args, 8)
  const end = plan + ((<usize>countAt(args, 9)) << 3)
  for (; plan < end; plan += 8) {
    const at = image + <usize>load<u32>(plan, 4)
    if (load<u32>(plan) == 0) addTable(at, image, tables, rows, bytes, scratch, phi)
    else addByWalk(at, image, rows, bytes, scratch, phi)
  }
  writeRows(args, chunk, rows, phi)
}

/** From feature by feature to row by row. */
function writeRows(args: usize, chunk: i32, rows: usize, phi: usize): void {
  const distance = addressAt(args, 13)
  const features = <usize>countAt(args, 16)
  const places = addressAt(args, 17)
  const contributions = addressAt(args, 15) + ((tileBegin(args, chunk) * features) << 3)
  for (let f: usize = 0; f < features; f++) {
    const place = load<u32>(places + (f << 2))
    const isUsed = place != u32.MAX_VALUE
    let from = phi + (isUsed ? <usize>place * distance : 0)
    let to = contributions + (f << 3)
    for (let row: usize = 0; row < rows; row++, to += features << 3, from += 8)
      store<f64>(to, isUsed ? load<f64>(from) : 0)
  }
}
