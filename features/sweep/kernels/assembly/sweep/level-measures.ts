import { countAt, hiOf, loOf, rowsOf } from './window'
import { ln } from './host'

/*
 * Measures of levels. Row r sees the events lo[r] .. hi[r] - 1 of its user; its value goes to into[r]. Code 0: no level.
 */

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
    const a = countAt(counts, lo + at)
    const b = countAt(counts, hi + at)
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
    const a = countAt(counts, lo + at)
    const b = countAt(counts, hi + at)
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
    const a = countAt(counts, lo + at)
    const b = countAt(counts, hi + at)
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
