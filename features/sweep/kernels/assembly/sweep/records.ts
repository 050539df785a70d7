// Records are `words` 32-bit words each: word 0 the second, word 1 begins with the user's place in the bucket (see program.ts).

/** Copies one record. */
function move(to: usize, from: usize, words: i32): void {
  store<u64>(to, load<u64>(from))
  for (let offset: usize = 8; offset < (<usize>words) << 2; offset += 4)
    store<u32>(to + offset, load<u32>(from + offset))
}

/** Where the next record of the record's user goes, and moves it on. */
function takePlace(record: usize, next: usize, mask: u32, size: usize): usize {
  const place = next + ((<usize>(load<u32>(record, 4) & mask)) << 2)
  const to = load<u32>(place)
  store<u32>(place, to + <u32>size)
  return to
}

/** Records that are a Head and a Tail long. */
function scatter<Head, Tail>(raw: usize, end: usize, next: usize, mask: u32): void {
  const size = sizeof<Head>() + sizeof<Tail>()
  for (let from = raw; from < end; from += size) {
    const to = takePlace(from, next, mask, size)
    store<Head>(to, load<Head>(from))
    store<Tail>(to, load<Tail>(from, sizeof<Head>()), sizeof<Head>())
  }
}

function scatterLong(raw: usize, end: usize, next: usize, mask: u32, words: i32): void {
  const size = (<usize>words) << 2
  for (let from = raw; from < end; from += size) move(takePlace(from, next, mask, size), from, words)
}

/** First records and their addresses: `start` (users + 1 long) and `next` from `counts`. */
export function placeUsers(counts: usize, start: usize, next: usize, users: i32, records: usize, words: i32): void {
  let sum: i32 = 0
  for (let u: usize = 0; u < (<usize>users) << 2; u += 4) {
    store<i32>(start + u, sum)
    store<u32>(next + u, <u32>records + <u32>((sum * words) << 2))
    sum += load<i32>(counts + u)
  }
  store<i32>(start + ((<usize>users) << 2), sum)
}

/**
 * `count` records of `raw` -> `records`, by user, keeping the order inside a user. Writes how many each user has, the first of each
 * (`start`, users + 1 long), and uses `next` (users long); users are a power of two.
 */
export function groupByUser(
  raw: usize,
  records: usize,
  count: i32,
  words: i32,
  users: i32,
  counts: usize,
  start: usize,
  next: usize,
): void {
  const mask = <u32>users - 1
  const end = raw + ((<usize>count * <usize>words) << 2)
  memory.fill(counts, 0, (<usize>users) << 2)
  for (let from = raw; from < end; from += (<usize>words) << 2) {
    const place = counts + ((<usize>(load<u32>(from, 4) & mask)) << 2)
    store<i32>(place, load<i32>(place) + 1)
  }
  placeUsers(counts, start, next, users, records, words)
  if (words == 2) scatter<u32, u32>(raw, end, next, mask)
  else if (words == 3) scatter<u64, u32>(raw, end, next, mask)
  else if (words == 4) scatter<u64, u64>(raw, end, next, mask)
  else scatterLong(raw, end, next, mask, words)
}

/** Second and microsecond as one number; a mask of 0 where the layout has no microsecond. */
function moment(record: usize, micro: usize, shift: u32, mask: u32): i64 {
  return ((<i64>load<i32>(record)) << 20) | <i64>((load<u32>(record + micro) >>> shift) & mask)
}

/** End of the run of ascending moments that begins at `from`. */
function runEnd(from: usize, end: usize, size: usize, micro: usize, shift: u32, mask: u32): usize {
  let at = from + size
  let last = moment(from, micro, shift, mask)
  while (at < end) {
    const now = moment(at, micro, shift, mask)
    if (now < last) break
    last = now
    at += size
  }
  return at
}

/** Merges runs of `from` two by two into `to`; returns how many are left. */
function mergeRuns(from: usize, end: usize, to: usize, words: i32, micro: usize, shift: u32, mask: u32): i32 {
  const size = (<usize>words) << 2
  let runs: i32 = 0
  let a = from
  while (a < end) {
    const aEnd = runEnd(a, end, size, micro, shift, mask)
    const bEnd = aEnd < end ? runEnd(aEnd, end, size, micro, shift, mask) : end
    let b = aEnd
    while (a < aEnd && b < bEnd) {
      const isFirst = moment(a, micro, shift, mask) <= moment(b, micro, shift, mask)
      move(to, isFirst ? a : b, words)
      a += isFirst ? size : 0
      b += isFirst ? 0 : size
      to += size
    }
    memory.copy(to, a, aEnd - a)
    memory.copy(to + (aEnd - a), b, bEnd - b)
    to += aEnd - a + (bEnd - b)
    a = bEnd
    runs++
  }
  return runs
}

/**
 * Puts the records of each stretch [start[s], start[s + 1]) in order of moment; equal moments stay in their order. Records in order
 * cost one comparison each, others are merged run by run. `spare` has room for the longest stretch.
 */
export function orderByTime(
  records: usize,
  start: usize,
  stretches: i32,
  words: i32,
  micro: usize,
  shift: u32,
  mask: u32,
  spare: usize,
): void {
  const size = (<usize>words) << 2
  for (let s: i32 = 0; s < stretches; s++, start += 4) {
    const from = records + <usize>load<u32>(start) * size
    const end = records + <usize>load<u32>(start, 4) * size
    if (end - from <= size) continue
    if (runEnd(from, end, size, micro, shift, mask) == end) continue
    let at = from
    let to = spare
    let runs: i32
    do {
      runs = mergeRuns(at, at + (end - from), to, words, micro, shift, mask)
      const other = at
      at = to
      to = other
    } while (runs > 1)
    if (at != from) memory.copy(from, at, end - from)
  }
}
