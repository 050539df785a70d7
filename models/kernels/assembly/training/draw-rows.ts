import { addressAt, countAt, floatAt, numberAt } from '../shared/arguments'

/** Buckets of |weight x slope|: sign, exponent and seven bits of a float32. */
const buckets: i32 = 32768

/**
 * Draws the rows of a tree; chunk = piece. A row is drawn when its weighted slope is in the bucket `leastKey` or above, or
 * when a hash of its number and the seed is below `ceiling`; the slopes of the latter are multiplied by `factor`. Drawn rows
 * go to the piece's place in the spare order, the others backwards from its end: `placeRows` moves them.
 * 0 unused; 1 first (0); 2 rows; 3 seed; 4 pieces; 5 rows by piece; 6 pairs; 7 weights or 0; 8 spare order; 9 drawn rows
 * by piece, int32; 10, 11 unused; 12 least key; 13 ceiling, up to 2^32; 14 factor; 15 one over the unit of weights; 16 sums by
 * piece over drawn rows, four doubles: weight x |g|, weight x h, 0, weight.
 */
export function drawRows(args: usize, chunk: i32, thread: i32): void {
  const pieceRows = countAt(args, 5)
  const begin = chunk * pieceRows
  const end = min(countAt(args, 2), begin + pieceRows)
  const seed = <u32>countAt(args, 3)
  const pairs = addressAt(args, 6)
  const weights = addressAt(args, 7)
  const spare = addressAt(args, 8)
  const leastKey = <u32>countAt(args, 12)
  const ceiling = numberAt(args, 13)
  const factor = floatAt(args, 14)
  const scale = floatAt(args, 15)
  let left = spare + ((<usize>begin) << 2)
  let right = spare + ((<usize>(end - 1)) << 2)
  let sumG: f64 = 0,
    sumH: f64 = 0,
    sumW: f64 = 0
  for (let row = begin; row < end; row++) {
    const at = pairs + ((<usize>row) << 3)
    const w = weights == 0 ? <f32>1 : load<f32>(weights + ((<usize>row) << 2)) * scale
    const isLarge = reinterpret<u32>(abs(load<f32>(at, 4) * w)) >>> 16 >= leastKey
    const isLucky = <f64>hash(<u32>row, seed) < ceiling
    const isDrawn = isLarge || isLucky
    store<u32>(left, row)
    store<u32>(right, row)
    if (!isDrawn) {
      right -= 4
      continue
    }
    left += 4
    if (!isLarge) {
      store<f32>(at, load<f32>(at) * factor)
      store<f32>(at, load<f32>(at, 4) * factor, 4)
    }
    sumG += <f64>(w * abs(load<f32>(at, 4)))
    sumH += <f64>(w * load<f32>(at))
    sumW += <f64>w
  }
  store<i32>(addressAt(args, 9) + ((<usize>chunk) << 2), <i32>((left - spare) >> 2) - begin)
  const sums = addressAt(args, 16) + ((<usize>chunk) << 5)
  store<f64>(sums, sumG)
  store<f64>(sums, sumH, 8)
  store<f64>(sums, 0, 16)
  store<f64>(sums, sumW, 24)
}

/** 32 well-mixed bits (the finaliser of MurmurHash3, Appleby 2011). */
function hash(row: u32, seed: u32): u32 {
  let bits = ((row + 1) * 0x9e3779b1) ^ seed
  bits = (bits ^ (bits >>> 16)) * 0x85ebca6b
  bits = (bits ^ (bits >>> 13)) * 0xc2b2ae35
  return bits ^ (bits >>> 16)
}

/**
 * Counts rows by bucket of their weighted slope; chunk = piece, sums by thread.
 * 0 rows; 1 rows by piece; 2 pairs; 3 weights or 0; 4 one over their unit; 5 counts, 32,768 uint32 by thread, cleared.
 */
export function countSlopes(args: usize, chunk: i32, thread: i32): void {
  const pieceRows = countAt(args, 1)
  const begin = chunk * pieceRows
  const end = min(countAt(args, 0), begin + pieceRows)
  const pairs = addressAt(args, 2)
  const weights = addressAt(args, 3)
  const scale = floatAt(args, 4)
  const counts = addressAt(args, 5) + <usize>(thread * buckets * 4)
  for (let row = begin; row < end; row++) {
    const w = weights == 0 ? <f32>1 : load<f32>(weights + ((<usize>row) << 2)) * scale
    const key = reinterpret<u32>(abs(load<f32>(pairs + ((<usize>row) << 3), 4) * w)) >>> 16
    const bucket = counts + ((<usize>key) << 2)
    store<u32>(bucket, load<u32>(bucket) + 1)
  }
}
