/*
 * Columns that measures share. A running count says for i = 0 .. events how many of the first i events are hits, at address
 * + i * stride; so event i is a hit where it grows.
 */

/** The events whose code the table marks: their indexes, and how many are among the first i events. */
export function lookUp(table: usize, codes: usize, counts: usize, indexes: usize, count: i32): void {
  let hits: i32 = 0
  store<i32>(counts, 0)
  for (let i: i32 = 0; i < count; i++) {
    store<i32>(indexes + ((<usize>hits) << 2), i)
    hits += <i32>load<u8>(table + <usize>load<i32>(codes + ((<usize>i) << 2)))
    store<i32>(counts + ((<usize>i) << 2), hits, 4)
  }
}

/** The same of a column of bits. */
export function takeFlagged(flags: usize, counts: usize, indexes: usize, count: i32): void {
  let hits: i32 = 0
  store<i32>(counts, 0)
  for (let i: i32 = 0; i < count; i++) {
    store<i32>(indexes + ((<usize>hits) << 2), i)
    hits += load<i32>(flags + ((<usize>i) << 2))
    store<i32>(counts + ((<usize>i) << 2), hits, 4)
  }
}

/** Hits that have a level. */
export function keepLevelled(all: usize, codes: usize, counts: usize, indexes: usize, count: i32): void {
  let hits: i32 = 0
  let before = load<i32>(all)
  store<i32>(counts, 0)
  for (let i: i32 = 0; i < count; i++) {
    const at = (<usize>i) << 2
    const now = load<i32>(all + at, 4)
    store<i32>(indexes + ((<usize>hits) << 2), i)
    hits += (now - before) & i32(load<i32>(codes + at) > 0)
    store<i32>(counts + at, hits, 4)
    before = now
  }
}

/** Index of the last hit among the first i events; -1: none. */
export function findLatest(counts: usize, indexes: usize, latest: usize, count: i32): void {
  for (let i: i32 = 0; i <= count; i++) {
    const hits = load<i32>(counts + ((<usize>i) << 2))
    store<i32>(latest + ((<usize>i) << 2), hits > 0 ? load<i32>(indexes + ((<usize>(hits - 1)) << 2)) : -1)
  }
}

/**
 * Running counts of many conditions on the type, four to a vector. `masks`: by code `stride` bytes, a lane of -1 where the code
 * meets the lane's condition, else 0; an entry of `counts` is as wide.
 */
export function countTypes(masks: usize, codes: usize, counts: usize, stride: usize, count: i32): void {
  const end = codes + ((<usize>count) << 2)
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const mask = masks + lane
    let to = counts + lane
    let sums = i32x4.splat(0)
    v128.store(to, sums)
    for (let code = codes; code < end; code += 4) {
      to += stride
      sums = i32x4.sub(sums, v128.load(mask + <usize>load<i32>(code) * stride))
      v128.store(to, sums)
    }
  }
}

/** Index of the last event among the first i that meets each condition; -1: none. */
export function findLatestTypes(masks: usize, codes: usize, latest: usize, stride: usize, count: i32): void {
  for (let lane: usize = 0; lane < stride; lane += 16) {
    const mask = masks + lane
    let to = latest + lane
    let last = i32x4.splat(-1)
    v128.store(to, last)
    for (let i: i32 = 0; i < count; i++) {
      to += stride
      const isHit = v128.load(mask + <usize>load<i32>(codes + ((<usize>i) << 2)) * stride)
      last = v128.bitselect(i32x4.splat(i), last, isHit)
      v128.store(to, last)
    }
  }
}

/** Sums over the hits among the first i events, of integers below 2^53: exact. */
export function addUp(values: usize, counts: usize, stride: usize, sums: usize, count: i32): void {
  let sum: f64 = 0
  let before = load<i32>(counts)
  store<f64>(sums, 0)
  for (let i: i32 = 0; i < count; i++) {
    counts += stride
    const now = load<i32>(counts)
    // A hit is rare or not: a mask costs the same every time, a branch does not.
    const mask = <u64>0 - <u64>i32(now != before)
    sum += reinterpret<f64>(load<u64>(values + ((<usize>i) << 3)) & mask)
    store<f64>(sums + ((<usize>i) << 3), sum, 8)
    before = now
  }
}

/** Each user's distinct days of hits, ascending, and how many there are among the first i events. */
export function findDays(
  day: usize,
  counts: usize,
  stride: usize,
  start: usize,
  users: i32,
  dayCounts: usize,
  days: usize,
): void {
  let found: i32 = 0
  let i = load<i32>(start)
  let before = load<i32>(counts)
  store<i32>(dayCounts, 0)
  for (let u: i32 = 0; u < users; u++) {
    const end = load<i32>(start + ((<usize>u) << 2), 4)
    let last = i32.MIN_VALUE
    for (; i < end; i++) {
      counts += stride
      const now = load<i32>(counts)
      const today = load<i32>(day + ((<usize>i) << 2))
      store<i32>(days + ((<usize>found) << 2), today)
      const isHit = i32(now != before)
      found += isHit & i32(today != last)
      store<i32>(dayCounts + ((<usize>i) << 2), found, 4)
      last ^= (last ^ today) & -isHit
      before = now
    }
  }
}
