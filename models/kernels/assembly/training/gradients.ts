import { addressAt, countAt, floatAt, floatsAt } from '../shared/arguments'

const rowsPerChunk: i32 = 8192

/**
 * Slopes of the log-loss at the scores, as float32 pairs (h, g) by row; chunk = 8,192 rows. Error e of a row = |p - y|.
 * 0 scores, float32; 1 labels, bytes; 2 weights, float32, 0 = all 1; 3 one over the unit of weights; 4 rows; 5 pairs, 0 =
 * none wanted; 6 sums by chunk, four doubles: weight x e, weight x h, weight x loss, weight; 8 to 31 the constants of
 * `slopeConstants` in ../../slope-constants.ts: exp(-d) by the polynomial of the Cephes library (expf), log(1 + e) by the
 * series of atanh at e / (2 + e), both to about 1e-7.
 */
export function slopes(args: usize, chunk: i32, thread: i32): void {
  const scores = addressAt(args, 0)
  const labels = addressAt(args, 1)
  const weights = addressAt(args, 2)
  const scale = floatsAt(args, 3)
  const pairs = addressAt(args, 5)
  const begin = chunk * rowsPerChunk
  const end = min(countAt(args, 4), begin + rowsPerChunk)
  const zero = floatsAt(args, 8),
    one = floatsAt(args, 9),
    two = floatsAt(args, 10)
  const most = floatsAt(args, 11),
    log2E = floatsAt(args, 12),
    bias = floatsAt(args, 15)
  const ln2High = floatsAt(args, 13),
    ln2Low = floatsAt(args, 14)
  const e5 = floatsAt(args, 16),
    e4 = floatsAt(args, 17),
    e3 = floatsAt(args, 18)
  const e2 = floatsAt(args, 19),
    e1 = floatsAt(args, 20),
    e0 = floatsAt(args, 21)
  const l6 = floatsAt(args, 22),
    l5 = floatsAt(args, 23),
    l4 = floatsAt(args, 24)
  const l3 = floatsAt(args, 25),
    l2 = floatsAt(args, 26),
    l1 = floatsAt(args, 27)
  let errorsA = f64x2.splat(0),
    errorsB = errorsA,
    curvesA = errorsA,
    curvesB = errorsA
  let lossesA = errorsA,
    lossesB = errorsA,
    weightsA = errorsA,
    weightsB = errorsA
  for (let i = begin; i < end; i += 4) {
    const z = v128.load(scores + ((<usize>i) << 2))
    const isOne = i32x4.ne(v128.extend_low<u16>(v128.extend_low<u8>(v128.load32_zero(labels + <usize>i))), zero)
    const distance = f32x4.abs(z)
    const x = f32x4.neg(f32x4.pmin(most, distance))
    const n = f32x4.nearest(f32x4.mul(x, log2E))
    const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, ln2High)), f32x4.mul(n, ln2Low))
    let p = f32x4.add(f32x4.mul(e5, r), e4)
    p = f32x4.add(f32x4.mul(p, r), e3)
    p = f32x4.add(f32x4.mul(p, r), e2)
    p = f32x4.add(f32x4.mul(p, r), e1)
    p = f32x4.add(f32x4.mul(p, r), e0)
    p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), one)
    // n + 127 shifted to the exponent: adding 2^23 + 127 leaves the integer n + 127 in the low bits of the float.
    const e = f32x4.mul(p, i32x4.shl(f32x4.add(n, bias), 23))
    const inverse = f32x4.div(one, f32x4.add(one, e))
    const isWrong = v128.xor(f32x4.ge(z, zero), isOne)
    const error = f32x4.mul(inverse, v128.bitselect(one, e, isWrong))
    const h = f32x4.mul(f32x4.mul(e, inverse), inverse)
    if (pairs != 0) {
      const g = v128.xor(error, i32x4.shl(isOne, 31))
      v128.store(pairs + ((<usize>i) << 3), v128.shuffle<i32>(h, g, 0, 4, 1, 5))
      v128.store(pairs + ((<usize>i) << 3), v128.shuffle<i32>(h, g, 2, 6, 3, 7), 16)
    }
    const s = f32x4.div(e, f32x4.add(e, two))
    const q = f32x4.mul(s, s)
    let u = f32x4.add(f32x4.mul(l6, q), l5)
    u = f32x4.add(f32x4.mul(u, q), l4)
    u = f32x4.add(f32x4.mul(u, q), l3)
    u = f32x4.add(f32x4.mul(u, q), l2)
    u = f32x4.add(f32x4.mul(u, q), l1)
    u = f32x4.add(f32x4.mul(u, q), one)
    const loss = f32x4.add(f32x4.mul(f32x4.add(s, s), u), v128.and(distance, isWrong))
    let w = one
    if (weights != 0) w = f32x4.mul(v128.load(weights + ((<usize>i) << 2)), scale)
    if (i + 4 > end) w = v128.and(w, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(end - i)))
    const we = f32x4.mul(w, error),
      wh = f32x4.mul(w, h),
      wl = f32x4.mul(w, loss)
    errorsA = f64x2.add(errorsA, f64x2.promote_low_f32x4(we))
    errorsB = f64x2.add(errorsB, f64x2.promote_low_f32x4(upper(we)))
    curvesA = f64x2.add(curvesA, f64x2.promote_low_f32x4(wh))
    curvesB = f64x2.add(curvesB, f64x2.promote_low_f32x4(upper(wh)))
    lossesA = f64x2.add(lossesA, f64x2.promote_low_f32x4(wl))
    lossesB = f64x2.add(lossesB, f64x2.promote_low_f32x4(upper(wl)))
    weightsA = f64x2.add(weightsA, f64x2.promote_low_f32x4(w))
    weightsB = f64x2.add(weightsB, f64x2.promote_low_f32x4(upper(w)))
  }
  const sums = addressAt(args, 6) + ((<usize>chunk) << 5)
  store<f64>(sums, total(errorsA, errorsB))
  store<f64>(sums, total(curvesA, curvesB), 8)
  store<f64>(sums, total(lossesA, lossesB), 16)
  store<f64>(sums, total(weightsA, weightsB), 24)
}

function upper(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 1)
}

function total(a: v128, b: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1) + (f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1))
}

/**
 * Turns the pairs into whole numbers, in place: g to the nearest, h likewise and at least 1. Chunk = 8,192 rows.
 * 0 pairs; 1 rows; 2 steps per 1 of h; 3 of g; 4 and 5 again; 6 sums by chunk, two doubles: h, g.
 */
export function roundSlopes(args: usize, chunk: i32, thread: i32): void {
  const pairs = addressAt(args, 0)
  // Four floats side by side among the arguments: h, g, h, g.
  const steps = v128.load(args + 8, 768)
  const begin = chunk * rowsPerChunk
  const end = min(countAt(args, 1), begin + rowsPerChunk)
  const last = begin + ((end - begin) & -2)
  const least = i32x4(1, i32.MIN_VALUE, 1, i32.MIN_VALUE)
  let sums = i64x2.splat(0)
  for (let at = pairs + ((<usize>begin) << 3), stop = pairs + ((<usize>last) << 3); at < stop; at += 16) {
    const rounded = i32x4.max_s(i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at), steps))), least)
    v128.store(at, rounded)
    sums = i64x2.add(sums, i64x2.extend_low_i32x4_s(rounded))
    sums = i64x2.add(sums, i64x2.extend_high_i32x4_s(rounded))
  }
  if (last < end) {
    const at = pairs + ((<usize>last) << 3)
    const one = f32x4.nearest(f32x4.mul(v128.load64_zero(at), steps))
    const rounded = i32x4.max_s(i32x4.trunc_sat_f32x4_s(one), least)
    v128.store64_lane(at, rounded, 0)
    sums = i64x2.add(sums, i64x2.extend_low_i32x4_s(rounded))
  }
  storeSums(addressAt(args, 6) + ((<usize>chunk) << 4), sums)
}

/**
 * `roundSlopes` with weights, which come after the rounding, so that a row of weight 2 is exactly two rows.
 * Arguments as there, and 7 weights, 8 one over their unit.
 */
export function roundWeighted(args: usize, chunk: i32, thread: i32): void {
  const pairs = addressAt(args, 0)
  const steps = v128.load64_zero(args + 8, 768)
  const begin = chunk * rowsPerChunk
  const end = min(countAt(args, 1), begin + rowsPerChunk)
  const weights = addressAt(args, 7)
  const scale = floatsAt(args, 8)
  const least = i32x4(1, i32.MIN_VALUE, 1, i32.MIN_VALUE)
  let sums = i64x2.splat(0)
  for (let i = begin; i < end; i++) {
    const at = pairs + ((<usize>i) << 3)
    const w = f64x2.promote_low_f32x4(f32x4.mul(v128.load_splat<f32>(weights + ((<usize>i) << 2)), scale))
    const steppy = f64x2.promote_low_f32x4(f32x4.nearest(f32x4.mul(v128.load64_zero(at), steps)))
    const rounded = i32x4.max_s(i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.mul(steppy, w))), least)
    v128.store64_lane(at, rounded, 0)
    sums = i64x2.add(sums, i64x2.extend_low_i32x4_s(rounded))
  }
  storeSums(addressAt(args, 6) + ((<usize>chunk) << 4), sums)
}

function storeSums(target: usize, sums: v128): void {
  store<f64>(target, <f64>i64x2.extract_lane(sums, 0))
  store<f64>(target, <f64>i64x2.extract_lane(sums, 1), 8)
}

/** Sums of h and g (whole numbers) over listed rows; chunk = 8,192 of them. 0 order; 1 count; 2 pairs; 3 sums as above. */
export function sumRows(args: usize, chunk: i32, thread: i32): void {
  const order = addressAt(args, 0)
  const pairs = addressAt(args, 2)
  const begin = chunk * rowsPerChunk
  const end = min(countAt(args, 1), begin + rowsPerChunk)
  let h: i64 = 0
  let g: i64 = 0
  for (let i = begin; i < end; i++) {
    const at = pairs + ((<usize>load<u32>(order + ((<usize>i) << 2))) << 3)
    h += <i64>load<i32>(at)
    g += <i64>load<i32>(at, 4)
  }
  const target = addressAt(args, 3) + ((<usize>chunk) << 4)
  store<f64>(target, <f64>h)
  store<f64>(target, <f64>g, 8)
}
