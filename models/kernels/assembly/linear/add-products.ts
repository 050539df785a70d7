import { addressAt, countAt } from '../shared/arguments'

/** Doubles between the starts of two columns of the block; as in ../../plain/add-products.ts. */
const blockRows: usize = 256
const columnBytes: usize = blockRows << 3

/**
 * total += block block' on and below the diagonal: chunk c does rows 4c to 4c + 3 of `total`, two columns at a time. Even
 * and odd rows of the block are summed apart, then together. Arguments: block, total, padded columns, rows (even).
 */
export function addProducts(args: usize, chunk: i32, thread: i32): void {
  const block = addressAt(args, 0)
  const total = addressAt(args, 1)
  const padded = countAt(args, 2)
  const bytes = (<usize>countAt(args, 3)) << 3
  const a = chunk << 2
  const left = block + <usize>a * columnBytes
  for (let b = 0; b < a + 4; b += 2) {
    addTile(left, block + <usize>b * columnBytes, bytes, total + ((<usize>(a * padded + b)) << 3), (<usize>padded) << 3)
  }
}

/** Four columns from `v` times two from `u`; the sums are added to four rows of two at `at`. */
function addTile(v: usize, u: usize, bytes: usize, at: usize, rowBytes: usize): void {
  let s00 = f64x2.splat(0)
  let s01 = f64x2.splat(0)
  let s10 = f64x2.splat(0)
  let s11 = f64x2.splat(0)
  let s20 = f64x2.splat(0)
  let s21 = f64x2.splat(0)
  let s30 = f64x2.splat(0)
  let s31 = f64x2.splat(0)
  for (const end = v + bytes; v < end; v += 16, u += 16) {
    const u0 = v128.load(u)
    const u1 = v128.load(u, columnBytes)
    const v0 = v128.load(v)
    const v1 = v128.load(v, columnBytes)
    s00 = f64x2.add(s00, f64x2.mul(v0, u0))
    s01 = f64x2.add(s01, f64x2.mul(v0, u1))
    s10 = f64x2.add(s10, f64x2.mul(v1, u0))
    s11 = f64x2.add(s11, f64x2.mul(v1, u1))
    const v2 = v128.load(v, 2 * columnBytes)
    const v3 = v128.load(v, 3 * columnBytes)
    s20 = f64x2.add(s20, f64x2.mul(v2, u0))
    s21 = f64x2.add(s21, f64x2.mul(v2, u1))
    s30 = f64x2.add(s30, f64x2.mul(v3, u0))
    s31 = f64x2.add(s31, f64x2.mul(v3, u1))
  }
  addPair(at, s00, s01)
  addPair(at + rowBytes, s10, s11)
  addPair(at + 2 * rowBytes, s20, s21)
  addPair(at + 3 * rowBytes, s30, s31)
}

function addPair(at: usize, first: v128, second: v128): void {
  store<f64>(at, load<f64>(at) + (f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1)))
  store<f64>(at, load<f64>(at, 8) + (f64x2.extract_lane(second, 0) + f64x2.extract_lane(second, 1)), 8)
}
