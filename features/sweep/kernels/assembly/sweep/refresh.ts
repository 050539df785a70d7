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

/** Copies the records whose second lies in none of the ranges (pairs of seconds); returns where the next one goes. */
function copyWanted(to: usize, from: usize, end: usize, size: usize, dropped: usize, ranges: i32): usize {
  for (; from < end; from += size) {
    const second = load<i32>(from)
    let isDropped = false
    for (let r: usize = 0; r < (<usize>ranges) << 3; r += 8)
      isDropped = isDropped || (second >= load<i32>(dropped + r) && second < load<i32>(dropped + r, 4))
    if (isDropped) continue
    memory.copy(to, from, size)
    to += size
  }
  return to
}

/**
 * Events of the users of a bucket out of several pieces. A piece is three words of the table: the address of its records, that of
 * the users' first records (users + 1 long), and what these count from. Users of whom only the first piece has events stay where
 * they are, unless records are to be dropped; others are put together from record `at` of the first piece on, in the order of the
 * pieces. Writes everyone's `start` and `counts`, and where those that were put together begin and end; returns how many these are.
 */
export function joinPieces(
  table: usize,
  pieces: i32,
  users: i32,
  words: i32,
  dropped: usize,
  ranges: i32,
  at: i32,
  start: usize,
  counts: usize,
  together: usize,
): i32 {
  const size = (<usize>words) << 2
  const records = <usize>load<u32>(table)
  const own = <usize>load<u32>(table, 4)
  const tableEnd = table + <usize>pieces * 12
  let to = records + <usize>at * size
  let joined: i32 = 0
  for (let u: usize = 0; u < (<usize>users) << 2; u += 4) {
    let elsewhere: i32 = ranges
    for (let piece = table + 12; piece < tableEnd; piece += 12) {
      const place = <usize>load<u32>(piece, 4) + u
      elsewhere |= load<i32>(place, 4) - load<i32>(place)
    }
    const first = load<i32>(own + u)
    if (elsewhere == 0) {
      store<i32>(start + u, first - load<i32>(table, 8))
      store<i32>(counts + u, load<i32>(own + u, 4) - first)
      continue
    }
    const begin = to
    for (let piece = table; piece < tableEnd; piece += 12) {
      const place = <usize>load<u32>(piece, 4) + u
      const origin = <usize>load<u32>(piece)
      const base = load<u32>(piece, 8)
      const from = origin + <usize>(load<u32>(place) - base) * size
      const end = origin + <usize>(load<u32>(place, 4) - base) * size
      if (ranges > 0 && piece + 12 < tableEnd) to = copyWanted(to, from, end, size, dropped, ranges)
      else {
        memory.copy(to, from, end - from)
        to += end - from
      }
    }
    const place = <i32>((begin - records) / size)
    store<i32>(start + u, place)
    store<i32>(counts + u, <i32>((to - begin) / size))
    store<i32>(together + ((<usize>joined) << 2), place)
    joined++
  }
  store<i32>(together + ((<usize>joined) << 2), <i32>((to - records) / size))
  return joined
}
