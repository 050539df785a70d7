import { valueAt } from './value-at'
import { behindRows, endsOf, hitOf, orderOf, recordOf, sizeOf, usersOf } from './walk'

// States of amounts, quantities and levels, told as in `history.ts`.

/** State, 16 bytes: exact sum (double) of the values at byte `value` of the hits, and how many hits. */
export function walkSums(walk: usize, test: usize, value: usize, isWide: i32, into: usize): void {
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
    let hits: i32 = 0
    let sum: f64 = 0
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        if (isSome && !hitOf(record + offset, shift, mask, table)) continue
        sum += valueAt(record + value, isWide)
        hits++
      }
      const state = into + ((<usize>load<u32>(order + j)) << 4)
      store<f64>(state, sum)
      store<i32>(state, hits, 8)
    }
  }
}

/** State, 8 bytes: greatest of the values of the hits, each times `sign`; -Infinity of none. */
export function walkExtremes(walk: usize, test: usize, value: usize, isWide: i32, sign: f64, into: usize): void {
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
    let best = -Infinity
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        if (isSome && !hitOf(record + offset, shift, mask, table)) continue
        best = max(best, sign * valueAt(record + value, isWide))
      }
      store<f64>(into + ((<usize>load<u32>(order + j)) << 3), best)
    }
  }
}

/** State, 8 bytes: a bit for each level of the hits; `level`: byte offset, shift and mask of its code, 0 = none, 64 at most. */
export function walkLevels(walk: usize, test: usize, level: usize, into: usize): void {
  const offset = <usize>load<u32>(test)
  const shift = load<u32>(test, 4)
  const mask = load<u32>(test, 8)
  const table = <usize>load<u32>(test, 12)
  const levelOffset = <usize>load<u32>(level)
  const levelShift = load<u32>(level, 4)
  const levelMask = load<u32>(level, 8)
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    let record = recordOf(walk, u)
    const behind = behindRows(walk, u)
    let set: u64 = 0
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        const isHit = <u64>hitOf(record + offset, shift, mask, table)
        const code = (load<u32>(record + levelOffset) >>> levelShift) & levelMask
        set |= (isHit & u64(code != 0)) << (<u64>(code - 1))
      }
      store<u64>(into + ((<usize>load<u32>(order + j)) << 3), set)
    }
  }
}
