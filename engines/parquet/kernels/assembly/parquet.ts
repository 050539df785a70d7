// Loops over the values of one column chunk. Addresses are bytes; every room has 16 bytes to spare behind its last value.

/** Which of `count` singles are there (NaN: not): a bit each, the first in the lowest. NaN stands behind them up to a multiple of 8. How many are there. */
export function singlesThere(values: usize, count: i32, bits: usize): i32 {
  const end = values + ((<usize>(count + 7) >> 3) << 5)
  let there: i32 = 0
  for (; values < end; values += 32, bits++) {
    const a = v128.load(values)
    const b = v128.load(values, 16)
    const mask = i32x4.bitmask(f32x4.eq(a, a)) | (i32x4.bitmask(f32x4.eq(b, b)) << 4)
    store<u8>(bits, mask)
    there += popcnt(mask)
  }
  return there
}

/** The same of 16-bit codes, where 65,535 is not there. */
export function codesThere(codes: usize, count: i32, bits: usize): i32 {
  const end = codes + ((<usize>(count + 7) >> 3) << 4)
  const missing = i16x8.splat(-1)
  let there: i32 = 0
  for (; codes < end; codes += 16, bits++) {
    const mask = i16x8.bitmask(i16x8.ne(v128.load(codes), missing))
    store<u8>(bits, mask)
    there += popcnt(mask)
  }
  return there
}

/** The singles that are there, one after the other. */
export function keepSingles(values: usize, count: i32, into: usize): void {
  const end = values + ((<usize>count) << 2)
  for (; values < end; values += 4) {
    const bits = load<u32>(values)
    store<u32>(into, bits)
    into += (<usize>!isMissing(bits)) << 2
  }
}

/** The codes that are there, one after the other. */
export function keepCodes(codes: usize, count: i32, into: usize): void {
  const end = codes + ((<usize>count) << 1)
  for (; codes < end; codes += 2) {
    const code = load<u16>(codes)
    store<u16>(into, code)
    into += (<usize>(code != 65_535)) << 1
  }
}

/**
 * The distinct values of four bytes, by their bits, in order of first appearance, and the 16-bit index of each value. How many
 * are distinct; -1: more than `most`, which is from 1 to 65,536. The table has room for four times as many entries of 8 bytes.
 */
export function indexAll(values: usize, count: i32, most: i32, table: usize, distinct: usize, indexes: usize): i32 {
  const end = values + ((<usize>count) << 2)
  const shift = clearTable(table, most)
  let found: i32 = 0
  for (; values < end; values += 4, indexes += 2) {
    const known = load<u32>(values)
    const slot = home(table, known, shift)
    let entry = load<u64>(slot)
    if (<u32>entry != known) {
      entry = seek(table, slot, known, shift)
      if (entry == 0) {
        if (found == most) return -1
        store<u32>(distinct + ((<usize>found) << 2), known)
        entry = add(table, slot, known, shift, found++)
      }
    }
    store<u16>(indexes, <u16>(entry >> 32))
  }
  return found
}

/** The same of the singles that are there. */
export function indexThere(values: usize, count: i32, most: i32, table: usize, distinct: usize, indexes: usize): i32 {
  const end = values + ((<usize>count) << 2)
  while (values < end && isMissing(load<u32>(values))) values += 4
  if (values == end) return 0
  const first = load<u32>(values)
  const shift = clearTable(table, most)
  let found: i32 = 0
  for (; values < end; values += 4) {
    const bits = load<u32>(values)
    const missing = isMissing(bits)
    // A missing one is looked up as if it were the first one, and written over by the next.
    const known = select(first, bits, missing)
    const slot = home(table, known, shift)
    let entry = load<u64>(slot)
    if (<u32>entry != known) {
      entry = seek(table, slot, known, shift)
      if (entry == 0) {
        if (found == most) return -1
        store<u32>(distinct + ((<usize>found) << 2), known)
        entry = add(table, slot, known, shift, found++)
      }
    }
    store<u16>(indexes, <u16>(entry >> 32))
    indexes += (<usize>!missing) << 1
  }
  return found
}

function isMissing(bits: u32): bool {
  return (bits & 0x7fff_ffff) > 0x7f80_0000
}

// Table: a value in the lower half of an entry, its index in the upper one, of which the bit of `taken` is set. A value that finds
// its place taken goes to the next one.

const taken: u64 = 1 << 63

/** Two to four entries for each of `most` values, all free; returns the shift of their hashes. */
function clearTable(table: usize, most: i32): u32 {
  const shift = clz(most - 1) - 1
  memory.fill(table, 0, (<usize>8) << (<usize>(32 - shift)))
  // The lower half of a free place is never the value that belongs there: 0 belongs to the first, 1 to the second half.
  store<u32>(table, 1)
  return shift
}

function home(table: usize, value: u32, shift: u32): usize {
  return table + ((<usize>((value * 0x9e37_79b1) >> shift)) << 3)
}

/** The entry of the value; 0: there is none. */
function seek(table: usize, slot: usize, value: u32, shift: u32): u64 {
  const end = table + ((<usize>8) << (<usize>(32 - shift)))
  let entry = load<u64>(slot)
  while (entry >= taken && <u32>entry != value) {
    slot += 8
    if (slot == end) slot = table
    entry = load<u64>(slot)
  }
  return entry < taken ? 0 : entry
}

/** Makes the entry of a value that has none. */
function add(table: usize, slot: usize, value: u32, shift: u32, index: i32): u64 {
  const end = table + ((<usize>8) << (<usize>(32 - shift)))
  while (load<u64>(slot) >= taken) {
    slot += 8
    if (slot == end) slot = table
  }
  const entry = taken | ((<u64>index) << 32) | <u64>value
  store<u64>(slot, entry)
  return entry
}

/** 16-bit indexes below 2^width, `width` bits each, the first in the lowest; 1 <= width <= 16. Writes `width` bytes for every eight begun. */
export function packIndexes(indexes: usize, count: i32, width: i32, into: usize): void {
  const groups = <usize>(count + 7) >> 3
  // What stands behind the last index is packed as 0.
  v128.store(indexes + ((<usize>count) << 1), i64x2.splat(0))
  if (width == 16) return memory.copy(into, indexes, groups << 4)
  const even = i32x4.splat(0xffff)
  const low = i64x2.splat(0xffff_ffff)
  const step = (<u64>width) << 2
  for (const end = indexes + (groups << 4); indexes < end; indexes += 16) {
    const eight = v128.load(indexes)
    const twos = v128.or(v128.and(eight, even), i64x2.shr_u(v128.andnot(eight, even), 16 - width))
    const fours = v128.or(v128.and(twos, low), i64x2.shr_u(v128.andnot(twos, low), 32 - 2 * width))
    const a = <u64>i64x2.extract_lane(fours, 0)
    const b = <u64>i64x2.extract_lane(fours, 1)
    store<u64>(into, a | (b << step))
    if (width > 8) store<u64>(into, b >> (64 - step), 8)
    into += width
  }
}
