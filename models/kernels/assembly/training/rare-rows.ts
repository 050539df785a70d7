import { addressAt, countAt } from '../shared/arguments'

/** Rows whose pairs are looked at by all features of a block before the next ones: 128 KiB of pairs. */
const tileRows: u32 = 16384
const sampledRows: i32 = 1024

/**
 * Is a feature nearly always the same? Chunk = feature. Writes its most frequent bin and how many rows have another one,
 * -1 where more than one in eight has: some thousand rows tell most features apart, the others are counted.
 * 0 columns; 1 bytes from one column to the next; 2 rows; 3 facts, sixteen bytes by feature: address of its list, rows in
 * it (int32), bin; 4 room by thread, 4,096 bytes.
 */
export function countRare(args: usize, chunk: i32, thread: i32): void {
  const column = addressAt(args, 0) + <usize>chunk * addressAt(args, 1)
  const rows = countAt(args, 2)
  const facts = addressAt(args, 3) + ((<usize>chunk) << 4)
  const counts = addressAt(args, 4) + ((<usize>thread) << 12)
  const step = max(1, rows / sampledRows)
  const sampled = (rows + step - 1) / step
  const likely = mostFrequent(column, rows, step, counts)
  store<i32>(facts, -1, 4)
  if (5 * (sampled - load<i32>(counts + ((<usize>likely) << 2))) > sampled) return
  const bin = mostFrequent(column, rows, 1, counts)
  const rare = rows - load<i32>(counts + ((<usize>bin) << 2))
  store<i32>(facts, rare > rows >> 3 ? -1 : rare, 4)
  store<i32>(facts, bin, 8)
}

/** Counts every `step`-th row by bin; returns the bin with the most, the first of equals. */
function mostFrequent(column: usize, rows: i32, step: i32, counts: usize): i32 {
  memory.fill(counts, 0, 1024)
  for (let row = 0; row < rows; row += step) {
    const count = counts + ((<usize>load<u8>(column + <usize>row)) << 2)
    store<i32>(count, load<i32>(count) + 1)
  }
  let most = 0
  for (let bin = 1; bin < 256; bin++)
    if (load<i32>(counts + ((<usize>bin) << 2)) > load<i32>(counts + ((<usize>most) << 2))) most = bin
  return most
}

/** Lists the rows of a feature that have another bin than most, as row << 8 | bin; chunk = feature. Arguments as `countRare`. */
export function listRare(args: usize, chunk: i32, thread: i32): void {
  const column = addressAt(args, 0) + <usize>chunk * addressAt(args, 1)
  const rows = countAt(args, 2)
  const facts = addressAt(args, 3) + ((<usize>chunk) << 4)
  let to = load<usize>(facts)
  if (to == 0) return
  const common = load<u32>(facts, 8)
  const end = to + ((<usize>load<u32>(facts, 4)) << 2)
  for (let row = 0; to < end; row++) {
    const bin = <u32>load<u8>(column + <usize>row)
    store<u32>(to, ((<u32>row) << 8) | bin)
    to += (<usize>(bin != common)) << 2
  }
}

/**
 * Histograms of the eight features of a block over all rows, by their lists: what the lists leave of the sum of all pairs
 * is the most frequent bin's. Chunk = one of the blocks that have lists.
 * 0 numbers of these blocks, int32; 1 facts as above; 2 features; 3 pairs; 4 rows; 5 histograms; 6 sum of h; 7 of g; 8
 * room by thread, 4,096 bytes.
 */
export function addRare(args: usize, chunk: i32, thread: i32): void {
  const block = load<i32>(addressAt(args, 0) + ((<usize>chunk) << 2))
  const first = block << 3
  const features = min(8, countAt(args, 2) - first)
  const facts = addressAt(args, 1) + ((<usize>first) << 4)
  const histogram = addressAt(args, 5) + ((<usize>first) << 11)
  const pairs = addressAt(args, 3)
  const rows = <u32>countAt(args, 4)
  const room = addressAt(args, 8) + ((<usize>thread) << 12)
  for (let k = 0; k < features; k++) store<usize>(room + ((<usize>k) << 2), load<usize>(facts + ((<usize>k) << 4)))
  for (let begin: u32 = 0; begin < rows; begin += tileRows) {
    const end = begin + tileRows
    for (let k = 0; k < features; k++) {
      const fact = facts + ((<usize>k) << 4)
      const last = load<usize>(fact) + ((<usize>load<u32>(fact, 4)) << 2)
      const cursor = room + ((<usize>k) << 2)
      store<usize>(cursor, addEntries(load<usize>(cursor), last, end, pairs, histogram + ((<usize>k) << 11)))
    }
  }
  const all = ((<i64>countAt(args, 7)) << 32) + <i64>countAt(args, 6)
  for (let k = 0; k < features; k++)
    giveRest(all, histogram + ((<usize>k) << 11), load<i32>(facts + ((<usize>k) << 4), 8))
}

/** Adds entries until the list or the tile ends; returns where it stopped. */
function addEntries(at: usize, last: usize, end: u32, pairs: usize, histogram: usize): usize {
  for (; at < last; at += 4) {
    const entry = load<u32>(at)
    const row = entry >>> 8
    if (row >= end) break
    const cell = histogram + ((<usize>(entry & 255)) << 3)
    store<i64>(cell, load<i64>(cell) + load<i64>(pairs + ((<usize>row) << 3)))
  }
  return at
}

function giveRest(all: i64, histogram: usize, bin: i32): void {
  let sum: i64 = 0
  for (let cell: usize = 0; cell < 2048; cell += 8) sum += load<i64>(histogram + cell)
  store<i64>(histogram + ((<usize>bin) << 3), all - sum)
}
