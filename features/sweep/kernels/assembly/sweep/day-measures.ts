import { spreadOfDays } from './spread'
import { countAt, cutoffOf, hiOf, loOf, rowsOf } from './window'

/*
 * Measures of a user's distinct days of hits. Row r sees the events lo[r] .. hi[r] - 1 of its user, so the days
 * dayCounts[lo[r]] .. dayCounts[hi[r]] - 1 (see `findDays`); gap j lies between days j - 1 and j.
 */

export function countDays(window: usize, dayCounts: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    store<f64>(into + ((<usize>r) << 3), <f64>(b - a))
  }
}

/** Gaps; 0 of no day. */
export function countGaps(window: usize, dayCounts: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    store<f64>(into + ((<usize>r) << 3), <f64>max(0, b - a - 1))
  }
}

export function meanGaps(window: usize, dayCounts: usize, days: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    let value: f64 = NaN
    if (b - a > 1)
      value = <f64>(load<i32>(days + ((<usize>(b - 1)) << 2)) - load<i32>(days + ((<usize>a) << 2))) / <f64>(b - a - 1)
    store<f64>(into + ((<usize>r) << 3), value)
  }
}

export function firstGaps(window: usize, dayCounts: usize, days: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    const first = days + ((<usize>a) << 2)
    store<f64>(into + ((<usize>r) << 3), b - a > 1 ? <f64>(load<i32>(first, 4) - load<i32>(first)) : NaN)
  }
}

/** squares[j] = sum of the squares of gaps 1 .. j over `count` days, users' borders included: only differences count. */
export function addSquares(days: usize, squares: usize, count: i32): void {
  let sum: i64 = 0
  for (let j: i32 = 0; j < count; j++) {
    const day = days + ((<usize>j) << 2)
    const gap = j > 0 ? <i64>load<i32>(day) - <i64>load<i32>(day - 4) : 0
    sum += gap * gap
    store<i64>(squares + ((<usize>j) << 3), sum)
  }
}

export function spreadGaps(window: usize, dayCounts: usize, days: usize, squares: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    let value: f64 = NaN
    if (b - a > 2) {
      const sum = <i64>(load<i32>(days + ((<usize>(b - 1)) << 2)) - load<i32>(days + ((<usize>a) << 2)))
      const square = load<i64>(squares + ((<usize>(b - 1)) << 3)) - load<i64>(squares + ((<usize>a) << 3))
      value = spreadOfDays(b - a - 1, square, sum)
    }
    store<f64>(into + ((<usize>r) << 3), value)
  }
}

/** Days from the end of the last gap of more than `silentDays` to the cutoff. */
export function sinceReturn(window: usize, dayCounts: usize, days: usize, silentDays: i32, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  const cutoff = cutoffOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    let value: f64 = NaN
    for (let j = b - 1; j > a; j--) {
      const day = days + ((<usize>j) << 2)
      if (load<i32>(day) - load<i32>(day - 4) <= silentDays) continue
      value = <f64>(load<i32>(cutoff + at) - load<i32>(day))
      break
    }
    store<f64>(into + ((<usize>r) << 3), value)
  }
}

export function longestGaps(window: usize, dayCounts: usize, days: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    let longest: i32 = 0
    for (let j = b - 1; j > a; j--) {
      const day = days + ((<usize>j) << 2)
      longest = max(longest, load<i32>(day) - load<i32>(day - 4))
    }
    store<f64>(into + ((<usize>r) << 3), b - a > 1 ? <f64>longest : NaN)
  }
}

/** longest[j] = longest gap of its user up to day j; 0 on the user's first day. */
export function runLongest(start: usize, users: i32, dayCounts: usize, days: usize, longest: usize): void {
  let j = load<i32>(dayCounts + ((<usize>load<i32>(start)) << 2))
  for (let u: i32 = 0; u < users; u++) {
    const end = load<i32>(dayCounts + ((<usize>load<i32>(start + ((<usize>u) << 2), 4)) << 2))
    let most: i32 = 0
    let before = load<i32>(days + ((<usize>j) << 2))
    for (; j < end; j++) {
      const day = load<i32>(days + ((<usize>j) << 2))
      most = max(most, day - before)
      store<i32>(longest + ((<usize>j) << 2), most)
      before = day
    }
  }
}

/** The same of windows that begin with their user: two look-ups. */
export function longestSoFar(window: usize, dayCounts: usize, longest: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(dayCounts, lo + at)
    const b = countAt(dayCounts, hi + at)
    store<f64>(into + ((<usize>r) << 3), b - a > 1 ? <f64>load<i32>(longest + ((<usize>(b - 1)) << 2)) : NaN)
  }
}
