import { countAt, cutoffOf, hiOf, loOf, rowsOf } from './window'
import { orMissing } from './or-missing'

/*
 * Measures of single events. Row r sees the events lo[r] .. hi[r] - 1 of its user; its value goes to into[r]. Counts are
 * running counts (see `registers.ts`); `unit`: units of the event table in one of the source.
 */

export function countHits(window: usize, counts: usize, stride: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = load<i32>(counts + <usize>load<i32>(lo + at) * stride)
    const b = load<i32>(counts + <usize>load<i32>(hi + at) * stride)
    store<f64>(into + ((<usize>r) << 3), <f64>(b - a))
  }
}

/** Every event is a hit. */
export function countAll(window: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    store<f64>(into + ((<usize>r) << 3), <f64>(load<i32>(hi + at) - load<i32>(lo + at)))
  }
}

/** Of nothing: 0. */
export function sumHits(window: usize, sums: usize, unit: f64, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = load<f64>(sums + ((<usize>load<i32>(lo + at)) << 3))
    const b = load<f64>(sums + ((<usize>load<i32>(hi + at)) << 3))
    store<f64>(into + ((<usize>r) << 3), (b - a) / unit)
  }
}

/** Of nothing: missing. `isMean`: the sum by hits. */
export function sumSome(
  window: usize,
  counts: usize,
  stride: usize,
  sums: usize,
  unit: f64,
  isMean: i32,
  into: usize,
): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const first = <usize>load<i32>(lo + at)
    const end = <usize>load<i32>(hi + at)
    const hits = load<i32>(counts + end * stride) - load<i32>(counts + first * stride)
    const sum = load<f64>(sums + (end << 3)) - load<f64>(sums + (first << 3))
    const by = isMean ? <f64>hits * unit : unit
    store<f64>(into + ((<usize>r) << 3), orMissing(sum / by, hits > 0))
  }
}

/** Days from the last hit to the cutoff; `latest`: as `findLatest` makes it. */
export function sinceLast(window: usize, latest: usize, stride: usize, day: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  const cutoff = cutoffOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const last = load<i32>(latest + <usize>load<i32>(hi + at) * stride)
    const isSeen = last >= load<i32>(lo + at)
    const days = load<i32>(cutoff + at) - load<i32>(day + ((<usize>last) << 2))
    store<f64>(into + ((<usize>r) << 3), orMissing(<f64>days, isSeen))
  }
}

/** Days from the first hit to the cutoff. */
export function sinceFirst(window: usize, counts: usize, indexes: usize, day: usize, into: usize): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  const cutoff = cutoffOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(counts, lo + at)
    let value: f64 = NaN
    if (countAt(counts, hi + at) > a) {
      const first = <usize>load<i32>(indexes + ((<usize>a) << 2))
      value = <f64>(load<i32>(cutoff + at) - load<i32>(day + (first << 2)))
    }
    store<f64>(into + ((<usize>r) << 3), value)
  }
}

/** Greatest value of the hits; `sign` -1: the least. */
export function findExtreme(
  window: usize,
  counts: usize,
  indexes: usize,
  values: usize,
  sign: f64,
  unit: f64,
  empty: f64,
  into: usize,
): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const b = countAt(counts, hi + at)
    let best = -Infinity
    for (let m = countAt(counts, lo + at); m < b; m++) {
      const i = <usize>load<i32>(indexes + ((<usize>m) << 2))
      best = max(best, sign * load<f64>(values + (i << 3)))
    }
    store<f64>(into + ((<usize>r) << 3), best == -Infinity ? empty : (sign * best) / unit)
  }
}

/** Value of the last hit; at one instant the greatest counts. */
export function findLastValue(
  window: usize,
  counts: usize,
  indexes: usize,
  second: usize,
  micro: usize,
  values: usize,
  unit: f64,
  into: usize,
): void {
  const lo = loOf(window)
  const hi = hiOf(window)
  const rows = rowsOf(window)
  for (let r: i32 = 0; r < rows; r++) {
    const at = (<usize>r) << 2
    const a = countAt(counts, lo + at)
    const b = countAt(counts, hi + at)
    let best = -Infinity
    const edge = b > a ? (<usize>load<i32>(indexes + ((<usize>(b - 1)) << 2))) << 2 : 0
    for (let m = b - 1; m >= a; m--) {
      const i = (<usize>load<i32>(indexes + ((<usize>m) << 2))) << 2
      if (load<i32>(second + i) != load<i32>(second + edge)) break
      if (load<i32>(micro + i) != load<i32>(micro + edge)) break
      best = max(best, load<f64>(values + (i << 1)))
    }
    store<f64>(into + ((<usize>r) << 3), b > a ? best / unit : NaN)
  }
}
