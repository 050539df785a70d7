import { addressAt, countAt } from '../shared/arguments'
import { ownHistogram } from './thread-histograms'

const tileRows: i32 = 1024
/** Bytes of eight features' histograms: 8 x 256 x (h, g). */
const blockBytes: usize = 16384
/** Bytes of one thread's tile: 1,024 rows of up to 64 features, and their pairs. */
const tileBytes: usize = 73728

/**
 * Adds the pairs (h, g) of rows to the histograms of all features; chunk = (group of blocks, piece of the rows).
 * 0 order of rows, 0 = the rows themselves; 1 first; 2 count; 3 pairs; 4 matrix; 5 its rows; 6 blocks; 7 blocks by
 * group; 8 pieces; 9 rows by piece (a multiple of 1,024); 10 tiles by thread; 11 … as `ownHistogram` wants them.
 * 16 one byte by block: 1 = left to `addRare`; 0 = all are wanted (all rows only).
 * Rows of a piece are gathered 1,024 at a time, so that the tile and the histograms of eight features stay in the
 * nearest cache; one 64-bit addition serves h and g: the sum of h stays below 2^31 and never carries.
 */
export function addRows(args: usize, chunk: i32, thread: i32): void {
  const pieces = countAt(args, 8)
  const pieceRows = countAt(args, 9)
  const perGroup = countAt(args, 7)
  const group = chunk / pieces
  const blocks = min(perGroup, countAt(args, 6) - group * perGroup)
  const stride = <usize>(blocks << 3)
  const matrix = addressAt(args, 4) + <usize>(group * perGroup * 8) * addressAt(args, 5)
  const offset = <usize>(group * perGroup) * blockBytes
  let histogram: usize
  if (pieces == 1) {
    // One chunk sums all of a group: straight into the node's slot. Other threads have nothing to clear, nothing to merge.
    histogram = addressAt(args, 11) + offset
    memory.fill(histogram, 0, <usize>blocks * blockBytes)
  } else histogram = ownHistogram(args, 11, thread) + offset
  const order = addressAt(args, 0)
  const pairs = addressAt(args, 3)
  const skipped = addressAt(args, 16)
  const tile = addressAt(args, 10) + <usize>thread * tileBytes
  const count = countAt(args, 2)
  const begin = (chunk % pieces) * pieceRows
  const end = min(count, begin + pieceRows)
  const first = countAt(args, 1)
  for (let i = begin; i < end; i += tileRows) {
    const rows = min(tileRows, end - i)
    if (order == 0) {
      const row = <usize>(first + i)
      for (let b = 0; b < blocks; b++) {
        if (skipped != 0 && load<u8>(skipped + <usize>(group * perGroup + b)) != 0) continue
        addBlock(
          matrix + row * stride + ((<usize>b) << 3),
          stride,
          pairs + (row << 3),
          rows,
          histogram + <usize>b * blockBytes,
        )
      }
    } else {
      const here = order + ((<usize>(first + i)) << 2)
      if (isSparse(here, rows)) touch(here, rows, matrix, stride, pairs, tile)
      gather(here, rows, matrix, blocks, pairs, tile)
      for (let b = 0; b < blocks; b++)
        addBlock(tile + <usize>(b * tileRows * 8), 8, tile + 65536, rows, histogram + <usize>b * blockBytes)
    }
  }
}

/** Do these rows lie so far apart that nothing is fetched before it is asked for? */
function isSparse(order: usize, rows: i32): bool {
  const last = load<u32>(order + ((<usize>(rows - 1)) << 2))
  return last - load<u32>(order) >= <u32>(rows << 2)
}

/**
 * Reads a byte of every line that is about to be copied: with nothing else to do, the processor waits for many lines at
 * a time (measured: cold rows by a fifth quicker). The bytes are stored, or the compiler would leave out the reads.
 */
function touch(order: usize, rows: i32, matrix: usize, stride: usize, pairs: usize, tile: usize): void {
  let bytes: u32 = 0
  for (const end = order + ((<usize>rows) << 2); order < end; order += 4) {
    const row = <usize>load<u32>(order)
    const at = matrix + row * stride
    bytes |= load<u8>(at)
    bytes |= load<u8>(at + stride - 1)
    bytes |= load<u8>(pairs + (row << 3))
  }
  store<u32>(tile, bytes)
}

/** Copies rows into the tile, block by block, and their pairs behind them. */
function gather(order: usize, rows: i32, matrix: usize, blocks: i32, pairs: usize, tile: usize): void {
  const stride = <usize>(blocks << 3)
  const end = order + ((<usize>rows) << 2)
  const lastBlock = tile + <usize>(blocks * tileRows * 8)
  for (let to = tile; order < end; order += 4, to += 8) {
    const row = <usize>load<u32>(order)
    store<u64>(to, load<u64>(pairs + (row << 3)), 65536)
    let from = matrix + row * stride
    for (let at = to; at < lastBlock; at += 8192, from += 8) store<u64>(at, load<u64>(from))
  }
}

/** Adds rows of eight bins, `stride` bytes apart, to the histograms of eight features. */
function addBlock(bins: usize, stride: usize, pairs: usize, rows: i32, histogram: usize): void {
  const end = pairs + ((<usize>rows) << 3)
  for (; pairs < end; pairs += 8, bins += stride) {
    const pair = load<i64>(pairs)
    let at = histogram + ((<usize>load<u8>(bins)) << 3)
    store<i64>(at, load<i64>(at) + pair)
    at = histogram + ((<usize>load<u8>(bins, 1)) << 3)
    store<i64>(at, load<i64>(at, 2048) + pair, 2048)
    at = histogram + ((<usize>load<u8>(bins, 2)) << 3)
    store<i64>(at, load<i64>(at, 4096) + pair, 4096)
    at = histogram + ((<usize>load<u8>(bins, 3)) << 3)
    store<i64>(at, load<i64>(at, 6144) + pair, 6144)
    at = histogram + ((<usize>load<u8>(bins, 4)) << 3)
    store<i64>(at, load<i64>(at, 8192) + pair, 8192)
    at = histogram + ((<usize>load<u8>(bins, 5)) << 3)
    store<i64>(at, load<i64>(at, 10240) + pair, 10240)
    at = histogram + ((<usize>load<u8>(bins, 6)) << 3)
    store<i64>(at, load<i64>(at, 12288) + pair, 12288)
    at = histogram + ((<usize>load<u8>(bins, 7)) << 3)
    store<i64>(at, load<i64>(at, 14336) + pair, 14336)
  }
}
