import { hiOf, loOf, rowsOf } from './window'

/*
 * Few levels are one bit each of a 64-bit set; sets of ranges of events are united from those of 2^j events from each event on.
 */

/** Sets of single events: what two columns (or one, twice) have, by the set of each code. */
export function findSets(
  first: usize,
  firstSets: usize,
  second: usize,
  secondSets: usize,
  sets: usize,
  count: i32,
): void {
  for (let i: i32 = 0; i < count; i++) {
    const at = (<usize>i) << 2
    const a = load<u64>(firstSets + ((<usize>load<i32>(first + at)) << 3))
    const b = load<u64>(secondSets + ((<usize>load<i32>(second + at)) << 3))
    store<u64>(sets + ((<usize>i) << 3), a | b)
  }
}

/** Of events that are no hits, nothing. */
export function keepSets(counts: usize, stride: usize, sets: usize, count: i32): void {
  let before = load<i32>(counts)
  for (let i: i32 = 0; i < count; i++) {
    counts += stride
    const now = load<i32>(counts)
    const set = sets + ((<usize>i) << 3)
    store<u64>(set, load<u64>(set) & (<u64>0 - <u64>i32(now != before)))
    before = now
  }
}

/** Sets of 2 `half` events from those of `half`; those that would pass the end are never asked for. */
export function joinSets(shorter: usize, into: usize, half: i32, count: i32): void {
  const shift = (<usize>half) << 3
  const end = shorter + ((<usize>max(0, count - 2 * half + 1)) << 3)
  while (shorter < end) {
    v128.store(into, v128.or(v128.load(shorter), v128.load(shorter + shift)))
    shorter += 16
    into += 16
  }
}

/** How many events the rows see: together into total[0] (double), at most into total[1]. */
export function measureRanges(window: usize, total: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  let sum: i64 = 0
  let most: i32 = 0
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const length = load<i32>(hi + at) - load<i32>(lo + at)
    sum += <i64>length
    most = max(most, length)
  }
  store<f64>(total, <f64>sum)
  store<f64>(total, <f64>most, 8)
}

/** The set of each row, from `tables`: the address of the sets of 2^j events for j = 0 .. top. */
export function uniteSets(window: usize, tables: usize, top: i32, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const first = load<i32>(lo + at)
    const length = load<i32>(hi + at) - first
    const j = min(top, 31 - clz(length | 1))
    const table = <usize>load<u32>(tables + ((<usize>j) << 2))
    const last = table + ((<usize>(first + length - (1 << j))) << 3)
    let here = table + ((<usize>first) << 3)
    let set = load<u64>(here) | load<u64>(last)
    while ((here += (<usize>8) << (<usize>j)) < last) set |= load<u64>(here)
    set &= <u64>0 - <u64>i32(length > 0)
    store<u64>(into + ((<usize>r) << 3), set)
  }
}

/** Bits `shift` .. `shift` + `bits` - 1 of each set. */
export function countBits(sets: usize, window: usize, shift: i32, bits: i32, into: usize): void {
  const rows = rowsOf(window)
  const mask = bits > 0 ? u64.MAX_VALUE >> <u64>(64 - bits) : 0
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 3
    store<f64>(into + at, <f64>(<i32>popcnt((load<u64>(sets + at) >> <u64>shift) & mask)))
  }
}
