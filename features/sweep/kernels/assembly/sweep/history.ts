import { behindRows, endsOf, hitOf, orderOf, recordOf, sizeOf, usersOf } from './walk'

/*
 * What a row needs to know of all history, told by one walk over the records (see `walk.ts`) and left behind by row: its state.
 * `test`: which records are hits: byte offset of a word, shift, mask, address of a table by code, 1 where
 * it is a hit; 0 where every record is one, else 1.
 */

/** Greatest number of 31 bits: s xor it is the greater the sooner s is. */
const sooner: i32 = 0x7fffffff
/** s xor it is negative. */
const never: i32 = i32.MIN_VALUE

/** Of all records, without a walk. State, 16 bytes: how many, `sooner` xor the first second. */
export function tallyAll(walk: usize, into: usize): void {
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    const behind = behindRows(walk, u)
    const record = recordOf(walk, u)
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      const state = into + ((<usize>load<u32>(order + j)) << 4)
      store<i32>(state, <i32>((end - record) / size))
      if (end > record) store<i32>(state, load<i32>(record) ^ sooner, 4)
    }
  }
}

/**
 * The same of many conditions over one code: `test` as above, without a table; `tally`: room for 16 bytes by code; `conditions`: of each
 * the address of its states, that of the codes that meet it, how many.
 */
export function tallyCodes(walk: usize, test: usize, tally: usize, codes: i32, conditions: usize, count: i32): void {
  const offset = <usize>load<u32>(test)
  const shift = load<u32>(test, 4)
  const mask = load<u32>(test, 8)
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  const endOfTally = tally + ((<usize>codes) << 4)
  const one = i32x4(1, 0, 0, 0)
  const turn = i32x4(never, sooner, never, never)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    for (let at = tally; at < endOfTally; at += 16) v128.store(at, i32x4.splat(0))
    let record = recordOf(walk, u)
    const behind = behindRows(walk, u)
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        const at = tally + ((<usize>((load<u32>(record + offset) >>> shift) & mask)) << 4)
        const here = v128.xor(i32x4.splat(load<i32>(record)), turn)
        v128.store(at, i32x4.max_s(i32x4.add(v128.load(at), one), here))
      }
      joinTallies(tally, conditions, count, (<usize>load<u32>(order + j)) << 4)
    }
  }
}

/** Of each condition's codes, into the state of a row. */
function joinTallies(tally: usize, conditions: usize, count: i32, row: usize): void {
  for (let c: i32 = 0; c < count; c++, conditions += 12) {
    const codes = <usize>load<u32>(conditions, 4)
    const end = codes + <usize>load<u32>(conditions, 8) * 4
    let most = i32x4.splat(0)
    let hits: i32 = 0
    for (let code = codes; code < end; code += 4) {
      const one = v128.load(tally + ((<usize>load<u32>(code)) << 4))
      hits += i32x4.extract_lane(one, 0)
      most = i32x4.max_s(most, one)
    }
    v128.store(<usize>load<u32>(conditions) + row, i32x4.replace_lane(most, 0, hits))
  }
}

/** State, 4 bytes: second of the last record; -1: none. */
export function latestOfAll(walk: usize, into: usize): void {
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    const behind = behindRows(walk, u)
    const record = recordOf(walk, u)
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      store<i32>(into + ((<usize>load<u32>(order + j)) << 2), end > record ? load<i32>(end - size) : -1)
    }
  }
}

/** The same of many conditions over one code; arguments as for `tallyCodes`, 4 bytes by code. */
export function latestByCode(walk: usize, test: usize, latest: usize, codes: i32, conditions: usize, count: i32): void {
  const offset = <usize>load<u32>(test)
  const shift = load<u32>(test, 4)
  const mask = load<u32>(test, 8)
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  const endOfLatest = latest + ((<usize>codes) << 2)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    for (let at = latest; at < endOfLatest; at += 4) store<i32>(at, -1)
    let record = recordOf(walk, u)
    const behind = behindRows(walk, u)
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        const at = latest + ((<usize>((load<u32>(record + offset) >>> shift) & mask)) << 2)
        store<i32>(at, load<i32>(record))
      }
      joinLatest(latest, conditions, count, (<usize>load<u32>(order + j)) << 2)
    }
  }
}

function joinLatest(latest: usize, conditions: usize, count: i32, row: usize): void {
  for (let c: i32 = 0; c < count; c++, conditions += 12) {
    const codes = <usize>load<u32>(conditions, 4)
    const end = codes + <usize>load<u32>(conditions, 8) * 4
    let last: i32 = -1
    for (let code = codes; code < end; code += 4) last = max(last, load<i32>(latest + ((<usize>load<u32>(code)) << 2)))
    store<i32>(<usize>load<u32>(conditions) + row, last)
  }
}

/** State, 16 bytes: hits, seconds from the first to the last, sum of the squares of the seconds between them (mod 2^64). */
export function walkIntervals(walk: usize, test: usize, into: usize): void {
  const offset = <usize>load<u32>(test)
  const shift = load<u32>(test, 4)
  const mask = load<u32>(test, 8)
  const table = <usize>load<u32>(test, 12)
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  let j: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    let record = recordOf(walk, u)
    const behind = behindRows(walk, u)
    // Hits come as they like, so no step depends on them: the first has an interval, too, which is taken away in the end.
    let hits: i32 = 0
    let first: i32 = 0
    let last: i32 = 0
    let squares: u64 = 0
    for (; j < behind; j += 4) {
      const end = <usize>load<u32>(ends + j)
      for (; record < end; record += size) {
        const isHit = <i32>hitOf(record + offset, shift, mask, table)
        const now = load<i32>(record)
        const interval = (now - last) & -isHit
        first = select<i32>(now, first, hits == 0)
        squares += <u64>interval * <u64>interval
        last += interval
        hits += isHit
      }
      const state = into + ((<usize>load<u32>(order + j)) << 4)
      store<i32>(state, hits)
      store<i32>(state, last - first, 4)
      store<u64>(state, squares - <u64>first * <u64>first, 8)
    }
  }
}
