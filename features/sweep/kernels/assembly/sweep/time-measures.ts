import { countAt, hiOf, loOf, rowsOf } from './window'
import { meanOfSeconds, spreadOfSeconds } from './spread'

/*
 * Measures of the time between hits. Row r sees the events lo[r] .. hi[r] - 1 of its user, so the hits counts[lo[r]] ..
 * counts[hi[r]] - 1; its value goes to into[r].
 */

const microsPerSecond: f64 = 1e6
const microsPerMinute: f64 = 6e7

const sessionCount: i32 = 0
const totalMinutes: i32 = 1

/** Runs of hits of which none comes more than `pause` microseconds after the one before; `statistic`: 0 how many, 1 their minutes, 2 minutes by run. */
export function measureSessions(
  window: usize,
  counts: usize,
  indexes: usize,
  second: usize,
  micro: usize,
  pause: f64,
  statistic: i32,
  into: usize,
): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(counts, lo + at)
    const b = countAt(counts, hi + at)
    let sessions = i32(b > a)
    let micros: f64 = 0
    for (let m = a + 1; m < b; m++) {
      const i = (<usize>load<i32>(indexes + ((<usize>m) << 2))) << 2
      const j = (<usize>load<i32>(indexes + ((<usize>(m - 1)) << 2))) << 2
      const seconds = <f64>(load<i32>(second + i) - load<i32>(second + j))
      const step = seconds * microsPerSecond + <f64>(load<i32>(micro + i) - load<i32>(micro + j))
      if (step > pause) sessions++
      else micros += step
    }
    let value: f64 = micros / microsPerMinute
    if (statistic == sessionCount) value = <f64>sessions
    else if (statistic != totalMinutes) value = sessions == 0 ? NaN : micros / (<f64>sessions * microsPerMinute)
    store<f64>(into + ((<usize>r) << 3), value)
  }
}

/**
 * The second of each hit, and squares[m] = sum of the squares of intervals 1 .. m, users' borders included. It may pass 2^64:
 * what is wanted are differences, each of one user, whose intervals add up to less than 2^31 seconds.
 */
export function addIntervals(indexes: usize, second: usize, seconds: usize, squares: usize, hits: i32): void {
  let sum: i64 = 0
  let before: i32 = 0
  for (let m: i32 = 0; m < hits; m++) {
    const now = load<i32>(second + ((<usize>load<i32>(indexes + ((<usize>m) << 2))) << 2))
    const interval = <i64>(now - before)
    sum += interval * interval
    store<i32>(seconds + ((<usize>m) << 2), now)
    store<i64>(squares + ((<usize>m) << 3), sum)
    before = now
  }
}

/** Days. */
export function meanIntervals(window: usize, counts: usize, seconds: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(counts, lo + at)
    const b = countAt(counts, hi + at)
    const time = load<i32>(seconds + ((<usize>(b - 1)) << 2)) - load<i32>(seconds + ((<usize>a) << 2))
    store<f64>(into + ((<usize>r) << 3), meanOfSeconds(b - a - 1, time))
  }
}

/** Days. */
export function spreadIntervals(window: usize, counts: usize, seconds: usize, squares: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(counts, lo + at)
    const b = countAt(counts, hi + at)
    let value: f64 = NaN
    if (b - a > 2) {
      const sum = <u64>(load<i32>(seconds + ((<usize>(b - 1)) << 2)) - load<i32>(seconds + ((<usize>a) << 2)))
      const square = load<u64>(squares + ((<usize>(b - 1)) << 3)) - load<u64>(squares + ((<usize>a) << 3))
      value = spreadOfSeconds(b - a - 1, square, sum)
    }
    store<f64>(into + ((<usize>r) << 3), value)
  }
}
