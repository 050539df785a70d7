import { behindRows, endsOf, hitOf, orderOf, recordOf, sizeOf, usersOf } from './walk'

// States of a user's distinct days of hits, told as in `history.ts`. Days from that of second 0.

const daySeconds: i32 = 86_400

/** State, 24 bytes: days, days from the first to the last, sum of the squares of the gaps between them (8 bytes), first gap (0: none). */
export function walkDays(walk: usize, test: usize, into: usize): void {
  const offset = <usize>load<u32>(test)
  const shift = load<u32>(test, 4)
  const mask = load<u32>(test, 8)
  const table = <usize>load<u32>(test, 12)
  const isSome = load<u32>(test, 16)
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    let record = recordOf(walk, u)
    const behind = behindRows(walk, u)
    let days: i32 = 0
    let first: i32 = 0
    let last: i32 = -1
    let squares: i64 = 0
    let firstGap: i32 = 0
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        if (isSome && !hitOf(record + offset, shift, mask, table)) continue
        const day = <i32>(load<u32>(record) / daySeconds)
        if (day == last) continue
        if (days == 0) first = day
        else {
          const gap = day - last
          if (days == 1) firstGap = gap
          squares += <i64>gap * <i64>gap
        }
        last = day
        days++
      }
      const state = into + <usize>load<u32>(order + j) * 24
      store<i32>(state, days)
      store<i32>(state, last - first, 4)
      store<i64>(state, squares, 8)
      store<i32>(state, firstGap, 16)
    }
  }
}

/** State, 4 bytes: longest gap; 0: none. */
export function walkLongest(walk: usize, test: usize, into: usize): void {
  const offset = <usize>load<u32>(test)
  const shift = load<u32>(test, 4)
  const mask = load<u32>(test, 8)
  const table = <usize>load<u32>(test, 12)
  const isSome = load<u32>(test, 16)
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    let record = recordOf(walk, u)
    const behind = behindRows(walk, u)
    let longest: i32 = 0
    // Before the first hit no day is later than the last.
    let last = i32.MAX_VALUE
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        if (isSome && !hitOf(record + offset, shift, mask, table)) continue
        const day = <i32>(load<u32>(record) / daySeconds)
        longest = max(longest, day - last)
        last = day
      }
      store<i32>(into + ((<usize>load<u32>(order + j)) << 2), longest)
    }
  }
}

/** State, 4 bytes: day at the end of the last gap of more than `silentDays`; -1: none. */
export function walkReturns(walk: usize, test: usize, silentDays: i32, into: usize): void {
  const offset = <usize>load<u32>(test)
  const shift = load<u32>(test, 4)
  const mask = load<u32>(test, 8)
  const table = <usize>load<u32>(test, 12)
  const isSome = load<u32>(test, 16)
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  const least = <i64>silentDays * daySeconds
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    let record = recordOf(walk, u)
    const behind = behindRows(walk, u)
    let returned: i32 = -1
    let last = i32.MAX_VALUE
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        if (isSome && !hitOf(record + offset, shift, mask, table)) continue
        const now = load<i32>(record)
        if (<i64>(now - last) > least) {
          const day = now / daySeconds
          if (day - last / daySeconds > silentDays) returned = day
        }
        last = now
      }
      store<i32>(into + ((<usize>load<u32>(order + j)) << 2), returned)
    }
  }
}
