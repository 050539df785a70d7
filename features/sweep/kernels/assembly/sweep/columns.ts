import { valueAt } from './value-at'

/*
 * Records become columns. The u-th user's records follow each other from word `from[u]` of `records` on, `recordBytes`
 * each, and are the events start[u] .. start[u + 1] - 1. For a field, `records` is the address of its word in record 0.
 */

/** Seconds since the base day, and the day of each. */
export function readTimes(
  records: usize,
  from: usize,
  start: usize,
  users: i32,
  recordBytes: usize,
  second: usize,
  day: usize,
  baseDay: i32,
): void {
  let i = load<i32>(start)
  for (let u: i32 = 0; u < users; u++) {
    let record = records + ((<usize>load<i32>(from + ((<usize>u) << 2))) << 2)
    const end = load<i32>(start + ((<usize>u) << 2), 4)
    for (; i < end; i++) {
      const value = load<i32>(record)
      store<i32>(second + ((<usize>i) << 2), value)
      store<i32>(day + ((<usize>i) << 2), baseDay + value / 86400)
      record += recordBytes
    }
  }
}

/** The bits of `mask` from bit `shift` on. */
export function readField(
  records: usize,
  from: usize,
  start: usize,
  users: i32,
  recordBytes: usize,
  into: usize,
  shift: i32,
  mask: i32,
): void {
  let i = load<i32>(start)
  for (let u: i32 = 0; u < users; u++) {
    let record = records + ((<usize>load<i32>(from + ((<usize>u) << 2))) << 2)
    const end = load<i32>(start + ((<usize>u) << 2), 4)
    for (; i < end; i++) {
      store<i32>(into + ((<usize>i) << 2), (load<i32>(record) >>> shift) & mask)
      record += recordBytes
    }
  }
}

/** Three fields of one word. */
export function readThree(
  records: usize,
  from: usize,
  start: usize,
  users: i32,
  recordBytes: usize,
  first: usize,
  firstShift: i32,
  firstMask: i32,
  second: usize,
  secondShift: i32,
  secondMask: i32,
  third: usize,
  thirdShift: i32,
  thirdMask: i32,
): void {
  let i = load<i32>(start)
  for (let u: i32 = 0; u < users; u++) {
    let record = records + ((<usize>load<i32>(from + ((<usize>u) << 2))) << 2)
    const end = load<i32>(start + ((<usize>u) << 2), 4)
    for (; i < end; i++) {
      const word = load<i32>(record)
      const at = (<usize>i) << 2
      store<i32>(first + at, (word >>> firstShift) & firstMask)
      store<i32>(second + at, (word >>> secondShift) & secondMask)
      store<i32>(third + at, (word >>> thirdShift) & thirdMask)
      record += recordBytes
    }
  }
}

/** A whole word as a double; `isWide`: two words, the low one first. */
export function readValue(
  records: usize,
  from: usize,
  start: usize,
  users: i32,
  recordBytes: usize,
  into: usize,
  isWide: i32,
): void {
  let i = load<i32>(start)
  for (let u: i32 = 0; u < users; u++) {
    let record = records + ((<usize>load<i32>(from + ((<usize>u) << 2))) << 2)
    const end = load<i32>(start + ((<usize>u) << 2), 4)
    for (; i < end; i++) {
      store<f64>(into + ((<usize>i) << 3), valueAt(record, isWide))
      record += recordBytes
    }
  }
}

/** Adds one number to all. */
export function shiftAll(values: usize, into: usize, count: i32, by: i32): void {
  for (let i: i32 = 0; i < count; i++) store<i32>(into + ((<usize>i) << 2), load<i32>(values + ((<usize>i) << 2)) + by)
}

/** Adds a second column: into[i] += values[i]. */
export function addColumn(values: usize, into: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i++) {
    const at = into + ((<usize>i) << 2)
    store<i32>(at, load<i32>(at) + load<i32>(values + ((<usize>i) << 2)))
  }
}
