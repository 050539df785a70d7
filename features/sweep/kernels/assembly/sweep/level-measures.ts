import { hiOf, loOf, rowsOf } from './window'
import { ln } from './host'

/*
 * Measures of levels. Row r sees the events lo[r] .. hi[r] - 1 of its user; its value goes to into[r]. Code 0: no level.
 * Few levels are one bit each of a 64-bit set; sets of ranges are united from those of 2^j events from each event on.
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

/**
 * Counts the levels of the hits a .. b - 1; returns how many there are. `tally` (by code) is left as it was found, but for those
 * that `touched` names: `clear` makes them 0 again.
 */
function tallyLevels(a: i32, b: i32, indexes: usize, codes: usize, tally: usize, touched: usize): i32 {
  let met: i32 = 0
  for (let m = a; m < b; m++) {
    const i = <usize>load<i32>(indexes + ((<usize>m) << 2))
    const code = load<i32>(codes + (i << 2))
    const at = tally + ((<usize>code) << 2)
    const known = load<i32>(at)
    store<i32>(touched + ((<usize>met) << 2), code)
    met += i32(known == 0)
    store<i32>(at, known + 1)
  }
  return met
}

function clear(tally: usize, touched: usize, met: i32): void {
  for (let t: i32 = 0; t < met; t++) store<i32>(tally + ((<usize>load<i32>(touched + ((<usize>t) << 2))) << 2), 0)
}

/** Different levels, of however many; `tally` and `touched` have a word by code and one more. */
export function countLevels(
  window: usize,
  counts: usize,
  indexes: usize,
  codes: usize,
  tally: usize,
  touched: usize,
  into: usize,
): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = load<i32>(counts + ((<usize>load<i32>(lo + at)) << 2))
    const b = load<i32>(counts + ((<usize>load<i32>(hi + at)) << 2))
    const met = tallyLevels(a, b, indexes, codes, tally, touched)
    clear(tally, touched, met)
    store<f64>(into + ((<usize>r) << 3), <f64>met)
  }
}

const topShare: i32 = 0
const concentration: i32 = 1
/** n ln n is added up as an integer of this fraction, as the SQL does, so that the order of levels does not matter. */
const entropyScale: f64 = 1e10

/**
 * How hits spread over levels; missing without one. `statistic`: 0 share of the commonest, 1 sum of squared shares, 2 entropy.
 * `logarithms`: of 0 .. `known` - 1, as the engine has them.
 */
export function spreadLevels(
  window: usize,
  counts: usize,
  indexes: usize,
  codes: usize,
  tally: usize,
  touched: usize,
  statistic: i32,
  logarithms: usize,
  known: i32,
  into: usize,
): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = load<i32>(counts + ((<usize>load<i32>(lo + at)) << 2))
    const b = load<i32>(counts + ((<usize>load<i32>(hi + at)) << 2))
    const met = tallyLevels(a, b, indexes, codes, tally, touched)
    const total = b - a
    let value: f64 = NaN
    if (total > 0) {
      if (statistic == topShare) value = shareOfTop(tally, touched, met, total)
      else if (statistic == concentration) value = squaredShares(tally, touched, met, total)
      else value = entropy(tally, touched, met, total, logarithms, known)
    }
    clear(tally, touched, met)
    store<f64>(into + ((<usize>r) << 3), value)
  }
}

/** How often the t-th of the touched levels was met. */
function times(tally: usize, touched: usize, t: i32): i32 {
  return load<i32>(tally + ((<usize>load<i32>(touched + ((<usize>t) << 2))) << 2))
}

function shareOfTop(tally: usize, touched: usize, met: i32, total: i32): f64 {
  let top: i32 = 0
  for (let t: i32 = 0; t < met; t++) top = max(top, times(tally, touched, t))
  return <f64>top / <f64>total
}

function squaredShares(tally: usize, touched: usize, met: i32, total: i32): f64 {
  let squares: f64 = 0
  for (let t: i32 = 0; t < met; t++) {
    const n = <f64>times(tally, touched, t)
    squares += n * n
  }
  return squares / <f64>total / <f64>total
}

function entropy(tally: usize, touched: usize, met: i32, total: i32, logarithms: usize, known: i32): f64 {
  if (met == 1) return 0
  let logs: f64 = 0
  for (let t: i32 = 0; t < met; t++) {
    const n = times(tally, touched, t)
    logs += rounded(<f64>n * logarithm(n, logarithms, known) * entropyScale)
  }
  return logarithm(total, logarithms, known) - logs / entropyScale / <f64>total
}

function logarithm(n: i32, logarithms: usize, known: i32): f64 {
  return n < known ? load<f64>(logarithms + ((<usize>n) << 3)) : ln(<f64>n)
}

/** To the nearest integer, halves up: as JavaScript rounds. */
function rounded(x: f64): f64 {
  const below = floor(x)
  return x - below >= 0.5 ? below + 1 : below
}

/** Code of the level of the last (first) hit; at one instant the greatest (least) counts. */
export function findEdgeLevel(
  window: usize,
  counts: usize,
  indexes: usize,
  second: usize,
  micro: usize,
  codes: usize,
  isLast: i32,
  into: usize,
): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  const step = isLast ? -1 : 1
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = load<i32>(counts + ((<usize>load<i32>(lo + at)) << 2))
    const b = load<i32>(counts + ((<usize>load<i32>(hi + at)) << 2))
    let value: f64 = NaN
    if (b > a) {
      let m = isLast ? b - 1 : a
      const edge = (<usize>load<i32>(indexes + ((<usize>m) << 2))) << 2
      let best = load<i32>(codes + edge)
      for (m += step; m >= a && m < b; m += step) {
        const i = (<usize>load<i32>(indexes + ((<usize>m) << 2))) << 2
        if (load<i32>(second + i) != load<i32>(second + edge)) break
        if (load<i32>(micro + i) != load<i32>(micro + edge)) break
        const code = load<i32>(codes + i)
        best = isLast ? max(best, code) : min(best, code)
      }
      value = <f64>best
    }
    store<f64>(into + ((<usize>r) << 3), value)
  }
}
