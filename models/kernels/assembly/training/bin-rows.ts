import { addressAt, countAt } from '../shared/arguments'

/** Steps of the search that mean: the staged values are bins already (categories). */
const binsAlready: i32 = 9

/**
 * Bins rows that lie staged as float32, feature by feature; chunk = (8 features, 2,048 rows).
 * 0 staged values; 1 floats from one feature to the next; 2 rows staged; 3 number of the first of them; 4 bounds, 256
 * float32 by feature; 5 steps of the search, one byte by feature; 6 columns (or room for them); 7 bytes from one column to
 * the next; 8 row of the columns where the first staged row goes; 9 matrix; 10 its rows; 11 features; 12 blocks of 8
 * features by group; 13 pieces of 2,048 rows.
 */
export function binRows(args: usize, chunk: i32, thread: i32): void {
  const pieces = countAt(args, 13)
  const block = chunk / pieces
  const begin = (chunk % pieces) * 2048
  const count = min(2048, countAt(args, 2) - begin)
  const features = countAt(args, 11)
  const columnBytes = addressAt(args, 7)
  const column = addressAt(args, 6) + <usize>(block * 8) * columnBytes + addressAt(args, 8) + <usize>begin
  const valueStep = addressAt(args, 1)
  const values = addressAt(args, 0) + ((<usize>(block * 8) * valueStep + <usize>begin) << 2)
  for (let k = 0; k < min(8, features - block * 8); k++) {
    const feature = block * 8 + k
    const bounds = addressAt(args, 4) + ((<usize>feature) << 10)
    const steps = <i32>load<u8>(addressAt(args, 5) + <usize>feature)
    binColumn(values + ((<usize>k * valueStep) << 2), column + <usize>k * columnBytes, count, bounds, steps)
  }
  const perGroup = countAt(args, 12)
  const group = block / perGroup
  const blocks = (features + 7) >> 3
  const stride = <usize>(min(perGroup, blocks - group * perGroup) << 3)
  const target =
    addressAt(args, 9) +
    <usize>(group * perGroup * 8) * addressAt(args, 10) +
    (addressAt(args, 3) + <usize>begin) * stride +
    <usize>((block - group * perGroup) << 3)
  transpose(column, columnBytes, target, stride, count)
}

/**
 * The number of bounds below each value: sixteen at a time, first every sixteenth, then those of one range. Halving takes
 * fewer comparisons, but each waits for the one before.
 */
function binColumn(values: usize, column: usize, count: i32, bounds: usize, steps: i32): void {
  const end = values + ((<usize>count) << 2)
  if (steps == binsAlready) {
    for (; values < end; values += 4, column++) store<u8>(column, <u8>(<i32>load<f32>(values)))
  } else if (steps <= 4) {
    for (; values < end; values += 4, column++) {
      const v = load<f32>(values)
      store<u8>(column, <u8>select<i32>(255, countBelow(bounds, v128.load_splat<f32>(values)), v != v))
    }
  } else {
    const a = everySixteenth(bounds)
    const b = everySixteenth(bounds + 256)
    const c = everySixteenth(bounds + 512)
    const d = everySixteenth(bounds + 768)
    for (; values < end; values += 4, column++) {
      const v = load<f32>(values)
      const vs = v128.load_splat<f32>(values)
      // The last bound is infinite: no value is beyond all ranges.
      const range = countTrue(f32x4.lt(a, vs), f32x4.lt(b, vs), f32x4.lt(c, vs), f32x4.lt(d, vs))
      const bin = (range << 4) + countBelow(bounds + ((<usize>range) << 6), vs)
      store<u8>(column, <u8>select<i32>(255, bin, v != v))
    }
  }
}

/** The last bounds of four ranges of sixteen. */
function everySixteenth(bounds: usize): v128 {
  let ends = v128.load32_zero(bounds, 60)
  ends = v128.load32_lane(bounds + 124, ends, 1)
  ends = v128.load32_lane(bounds + 188, ends, 2)
  return v128.load32_lane(bounds + 252, ends, 3)
}

/** How many of sixteen bounds are below the value in all four lanes. */
function countBelow(bounds: usize, v: v128): i32 {
  return countTrue(
    f32x4.lt(v128.load(bounds), v),
    f32x4.lt(v128.load(bounds, 16), v),
    f32x4.lt(v128.load(bounds, 32), v),
    f32x4.lt(v128.load(bounds, 48), v),
  )
}

/** How many of sixteen truth values of 32 bits hold. */
function countTrue(a: v128, b: v128, c: v128, d: v128): i32 {
  return popcnt(i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))))
}

/** Eight columns to rows of eight bytes, `stride` apart; eight rows at a time. */
function transpose(column: usize, columnBytes: usize, target: usize, stride: usize, count: i32): void {
  let row = 0
  for (; row + 8 <= count; row += 8) {
    const p = column + <usize>row
    const a = pairOf(p, columnBytes)
    const b = pairOf(p + 2 * columnBytes, columnBytes)
    const c = pairOf(p + 4 * columnBytes, columnBytes)
    const d = pairOf(p + 6 * columnBytes, columnBytes)
    const abLow = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
    const abHigh = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
    const cdLow = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11)
    const cdHigh = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15)
    const rows01 = v128.shuffle<i32>(abLow, cdLow, 0, 4, 1, 5)
    const rows23 = v128.shuffle<i32>(abLow, cdLow, 2, 6, 3, 7)
    const rows45 = v128.shuffle<i32>(abHigh, cdHigh, 0, 4, 1, 5)
    const rows67 = v128.shuffle<i32>(abHigh, cdHigh, 2, 6, 3, 7)
    let t = target + <usize>row * stride
    v128.store64_lane(t, rows01, 0)
    v128.store64_lane(t + stride, rows01, 1)
    t += 2 * stride
    v128.store64_lane(t, rows23, 0)
    v128.store64_lane(t + stride, rows23, 1)
    t += 2 * stride
    v128.store64_lane(t, rows45, 0)
    v128.store64_lane(t + stride, rows45, 1)
    t += 2 * stride
    v128.store64_lane(t, rows67, 0)
    v128.store64_lane(t + stride, rows67, 1)
  }
  for (; row < count; row++)
    for (let k = 0; k < 8; k++)
      store<u8>(target + <usize>row * stride + <usize>k, load<u8>(column + <usize>k * columnBytes + <usize>row))
}

/** Bytes of two columns for eight rows, in turn. */
function pairOf(p: usize, columnBytes: usize): v128 {
  const first = v128.load64_zero(p)
  const second = v128.load64_zero(p + columnBytes)
  return v128.shuffle<i8>(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}
