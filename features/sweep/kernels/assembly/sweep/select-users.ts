/** From here on a status makes a row: `status.example` of features/sweep/program.ts; above it the user churned. */
const example: i32 = 4

/**
 * Users of a bucket that have a row at one cutoff at least, in their order; returns how many.
 * In: `statuses`, cutoffs bytes by user; `start` and `counts` of each user's records of `words` words, the oldest first, whose word 0
 * is the second; by cutoff, as doubles, the second at which its sight ends (`ends`) and that from which on windows with a
 * beginning see (`beginnings`). Room behind `statuses`: 16 bytes.
 * Out, by user that has rows: `flags`, a bit by cutoff in 32-bit words; `chosen`, its number; `rows`; `from`, word of the first record;
 * `visible`, records that its last row can see; `recent`, those of the latest of them that windows with a beginning can see.
 */
export function selectUsers(
  statuses: usize,
  users: i32,
  cutoffs: i32,
  start: usize,
  counts: usize,
  records: usize,
  words: i32,
  ends: usize,
  beginnings: usize,
  flags: usize,
  chosen: usize,
  rows: usize,
  from: usize,
  visible: usize,
  recent: usize,
): i32 {
  const flagWords = (cutoffs + 31) >> 5
  let n: usize = 0
  for (let u: i32 = 0; u < users; u++, statuses += <usize>cutoffs) {
    const count = load<i32>(counts + ((<usize>u) << 2))
    if (count == 0) continue
    const found = findRows(statuses, cutoffs, flags)
    if (found == 0) continue
    const word = load<i32>(start + ((<usize>u) << 2)) * words
    const record = records + ((<usize>word) << 2)
    const seen = before(record, words, count, load<f64>(ends + ((<usize>last(flags, flagWords)) << 3)))
    const unseen = before(record, words, seen, load<f64>(beginnings + ((<usize>first(flags)) << 3)))
    store<i32>(chosen + n, u)
    store<i32>(rows + n, found)
    store<i32>(from + n, word)
    store<i32>(visible + n, seen)
    store<i32>(recent + n, seen - unseen)
    n += 4
    flags += (<usize>flagWords) << 2
  }
  return <i32>(n >> 2)
}

/** One user's flags; returns how many are 1. */
function findRows(statuses: usize, cutoffs: i32, flags: usize): i32 {
  let found: i32 = 0
  for (let k: i32 = 0; k < cutoffs; k += 32, flags += 4) {
    let bits = rowsAmong(statuses + <usize>k)
    const left = cutoffs - k
    if (left > 16) bits |= rowsAmong(statuses + <usize>k + 16) << 16
    if (left < 32) bits &= (1 << left) - 1
    store<u32>(flags, bits)
    found += popcnt<i32>(bits)
  }
  return found
}

/** Of sixteen statuses. */
function rowsAmong(statuses: usize): i32 {
  return i8x16.bitmask(i8x16.ge_u(v128.load(statuses), i8x16.splat(<i8>example)))
}

/** There is one. */
function first(flags: usize): i32 {
  let k: i32 = 0
  while (load<u32>(flags) == 0) {
    flags += 4
    k += 32
  }
  return k + ctz<i32>(load<i32>(flags))
}

function last(flags: usize, words: i32): i32 {
  let w = words - 1
  while (load<u32>(flags + ((<usize>w) << 2)) == 0) w--
  return (w << 5) + 31 - clz<i32>(load<i32>(flags + ((<usize>w) << 2)))
}

/** Of the first `count` records, those before the second. */
function before(records: usize, words: i32, count: i32, second: f64): i32 {
  let low: i32 = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (<f64>load<i32>(records + ((<usize>(middle * words)) << 2)) < second) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Rows of some chosen users, ordered by cutoff, then by user. In: `flags` of the first of them, the cutoffs' day numbers. Out: `from`, first row
 * of each cutoff and the end; `order`, each user's rows by cutoff, user by user; `cutoff`, day number by row, room for three more
 * of them. `next` is room for a number by cutoff.
 */
export function arrangeRows(
  flags: usize,
  users: i32,
  cutoffs: i32,
  days: usize,
  from: usize,
  order: usize,
  cutoff: usize,
  next: usize,
): void {
  placeCutoffs(flags, users, cutoffs, from, next)
  for (let k: i32 = 0; k < cutoffs; k++) {
    const day = i32x4.splat(load<i32>(days + ((<usize>k) << 2)))
    const end = cutoff + ((<usize>load<i32>(from + ((<usize>k) << 2), 4)) << 2)
    for (let at = cutoff + ((<usize>load<i32>(from + ((<usize>k) << 2))) << 2); at < end; at += 16) v128.store(at, day)
  }
  const perUser = (cutoffs + 31) >> 5
  for (let u: i32 = 0; u < users; u++)
    for (let w: i32 = 0; w < perUser; w++, flags += 4)
      for (let bits = load<u32>(flags); bits != 0; bits &= bits - 1) {
        const at = next + ((<usize>((w << 5) + ctz<u32>(bits))) << 2)
        const row = load<i32>(at)
        store<i32>(order, row)
        store<i32>(at, row + 1)
        order += 4
      }
}

/** First row of each cutoff, twice, and the end. */
function placeCutoffs(flags: usize, users: i32, cutoffs: i32, from: usize, next: usize): void {
  memory.fill(next, 0, (<usize>cutoffs) << 2)
  const perUser = (cutoffs + 31) >> 5
  for (let u: i32 = 0; u < users; u++)
    for (let w: i32 = 0; w < perUser; w++, flags += 4)
      for (let bits = load<u32>(flags); bits != 0; bits &= bits - 1) {
        const at = next + ((<usize>((w << 5) + ctz<u32>(bits))) << 2)
        store<i32>(at, load<i32>(at) + 1)
      }
  let row: i32 = 0
  for (let k: usize = 0; k < (<usize>cutoffs) << 2; k += 4) {
    const count = load<i32>(next + k)
    store<i32>(from + k, row)
    store<i32>(next + k, row)
    row += count
  }
  store<i32>(from + ((<usize>cutoffs) << 2), row)
}

/**
 * Numbers of the users of the rows of some chosen users, from 32-bit word `places[k]` of `into` on for cutoff k. `firstUser`: the
 * bucket's. `next` is room for a number by cutoff.
 */
export function usersOfRows(
  flags: usize,
  chosen: usize,
  users: i32,
  cutoffs: i32,
  firstUser: i32,
  places: usize,
  next: usize,
  into: usize,
): void {
  memory.copy(next, places, (<usize>cutoffs) << 2)
  const perUser = (cutoffs + 31) >> 5
  for (let u: i32 = 0; u < users; u++) {
    const user = firstUser + load<i32>(chosen + ((<usize>u) << 2))
    for (let w: i32 = 0; w < perUser; w++, flags += 4)
      for (let bits = load<u32>(flags); bits != 0; bits &= bits - 1) {
        const at = next + ((<usize>((w << 5) + ctz<u32>(bits))) << 2)
        const row = load<i32>(at)
        store<i32>(into + ((<usize>row) << 2), user)
        store<i32>(at, row + 1)
      }
  }
}

/**
 * What one prediction says of the same rows, in the same places: `labels` (bytes, 1 = churned), `kinds` (16 bits, index of the kind of
 * churn, or 65,535), `isExample` (bytes). `statuses`: the bucket's, cutoffs bytes by user.
 */
export function labelsOfRows(
  flags: usize,
  chosen: usize,
  users: i32,
  cutoffs: i32,
  statuses: usize,
  places: usize,
  next: usize,
  labels: usize,
  kinds: usize,
  isExample: usize,
): void {
  memory.copy(next, places, (<usize>cutoffs) << 2)
  const perUser = (cutoffs + 31) >> 5
  for (let u: i32 = 0; u < users; u++) {
    const own = statuses + <usize>(load<i32>(chosen + ((<usize>u) << 2)) * cutoffs)
    for (let w: i32 = 0; w < perUser; w++, flags += 4)
      for (let bits = load<u32>(flags); bits != 0; bits &= bits - 1) {
        const k = <usize>((w << 5) + ctz<u32>(bits))
        const status = <i32>load<u8>(own + k)
        const row = load<i32>(next + (k << 2))
        store<u8>(labels + <usize>row, status > example ? 1 : 0)
        store<u16>(kinds + ((<usize>row) << 1), status > example ? status - example - 1 : 65535)
        store<u8>(isExample + <usize>row, status >= example ? 1 : 0)
        store<i32>(next + (k << 2), row + 1)
      }
  }
}
