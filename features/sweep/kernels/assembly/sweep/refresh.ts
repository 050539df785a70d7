// Rows of one cutoff as they are kept: whole numbers take a byte or two, whose greatest value stands for missing. All loops work on
// blocks of 16 values: rooms reach to the end of the last block, and what lies behind the last value is of no account.

const missingFloat: i32 = 0x7fc00000
const missingByte: i32 = 255
const missingShort: i32 = 65_535

/** Four numbers that were widened; where one is `missing`, NaN. */
function toFloats(numbers: v128, missing: v128): v128 {
  const floats = f32x4.convert_i32x4_s(numbers)
  return v128.bitselect(i32x4.splat(missingFloat), floats, i32x4.eq(numbers, missing))
}

/** Eight shorts -> floats. */
function storeFloats(into: usize, shorts: v128, missing: v128): void {
  v128.store(into, toFloats(i32x4.extend_low_i16x8_u(shorts), missing))
  v128.store(into, toFloats(i32x4.extend_high_i16x8_u(shorts), missing), 16)
}

export function bytesToFloats(from: usize, into: usize, count: i32): void {
  const missing = i32x4.splat(missingByte)
  for (const end = from + <usize>count; from < end; from += 16, into += 64) {
    const bytes = v128.load(from)
    storeFloats(into, i16x8.extend_low_i8x16_u(bytes), missing)
    storeFloats(into + 32, i16x8.extend_high_i8x16_u(bytes), missing)
  }
}

export function shortsToFloats(from: usize, into: usize, count: i32): void {
  const missing = i32x4.splat(missingShort)
  for (const end = from + ((<usize>count) << 1); from < end; from += 16, into += 32)
    storeFloats(into, v128.load(from), missing)
}

/** Codes of categories; those that are missing are 65,535. */
export function bytesToCodes(from: usize, into: usize, count: i32): void {
  const missing = i8x16.splat(<i8>missingByte)
  for (const end = from + <usize>count; from < end; from += 16, into += 32) {
    const bytes = v128.load(from)
    const isMissing = i8x16.eq(bytes, missing)
    v128.store(into, v128.or(i16x8.extend_low_i8x16_u(bytes), i16x8.extend_low_i8x16_s(isMissing)))
    v128.store(into, v128.or(i16x8.extend_high_i8x16_u(bytes), i16x8.extend_high_i8x16_s(isMissing)), 16)
  }
}

/** Bytes that every one of the floats needs to be told again bit for bit: 1, 2 or 4. */
export function bytesOfFloats(from: usize, count: i32): i32 {
  const missing = i32x4.splat(missingFloat)
  let isTold = i32x4.splat(-1)
  let most = i32x4.splat(0)
  const end = from + ((<usize>count) << 2)
  while (from < end) {
    const isWhole = from + 16 <= end
    // What is not loaded is 0, which fits everywhere.
    const bits = isWhole ? v128.load(from) : v128.load_zero<u32>(from)
    const numbers = i32x4.trunc_sat_f32x4_s(bits)
    const isSame = i32x4.eq(f32x4.convert_i32x4_s(numbers), bits)
    isTold = v128.and(isTold, v128.or(isSame, i32x4.eq(bits, missing)))
    most = i32x4.max_u(most, numbers)
    from += isWhole ? 16 : 4
  }
  const greatest = max(
    max(<u32>i32x4.extract_lane(most, 0), <u32>i32x4.extract_lane(most, 1)),
    max(<u32>i32x4.extract_lane(most, 2), <u32>i32x4.extract_lane(most, 3)),
  )
  if (!i32x4.all_true(isTold) || greatest >= <u32>missingShort) return 4
  return greatest < <u32>missingByte ? 1 : 2
}

/** Four floats -> numbers; where one is missing, `missing`. */
function toNumbers(from: usize, missing: v128): v128 {
  const bits = v128.load(from)
  return v128.bitselect(missing, i32x4.trunc_sat_f32x4_s(bits), i32x4.eq(bits, i32x4.splat(missingFloat)))
}

function toShorts(from: usize, missing: v128): v128 {
  return i16x8.narrow_i32x4_u(toNumbers(from, missing), toNumbers(from + 16, missing))
}

export function floatsToBytes(from: usize, into: usize, count: i32): void {
  const missing = i32x4.splat(missingByte)
  for (const end = into + <usize>count; into < end; from += 64, into += 16)
    v128.store(into, i8x16.narrow_i16x8_u(toShorts(from, missing), toShorts(from + 32, missing)))
}

export function floatsToShorts(from: usize, into: usize, count: i32): void {
  const missing = i32x4.splat(missingShort)
  for (const end = into + ((<usize>count) << 1); into < end; from += 32, into += 16)
    v128.store(into, toShorts(from, missing))
}

/** Bytes that every one of the codes needs: 1 or 2. */
export function bytesOfCodes(from: usize, count: i32): i32 {
  for (const end = from + ((<usize>count) << 1); from < end; from += 2) {
    const code = <i32>load<u16>(from)
    if (code >= missingByte && code != missingShort) return 2
  }
  return 1
}

export function codesToBytes(from: usize, into: usize, count: i32): void {
  for (const end = into + <usize>count; into < end; from += 2, into++)
    store<u8>(into, <u8>min<i32>(<i32>load<u16>(from), missingByte))
}
