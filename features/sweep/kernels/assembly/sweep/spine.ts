// A cutoff is a bit of 64: a user's marks say at which cutoffs something is so. Days are counted from the base day.

const daySeconds: u32 = 86_400

/** The cutoffs whose window holds the day, out of `windows` (u64 by day, 0 at its end, `days`, for all later ones). */
function cutoffsOf(second: u32, windows: usize, days: u32): u64 {
  return load<u64>(windows + ((<usize>min(second / daySeconds, days)) << 3))
}

/** Marks of each user's oldest event; 0 where there is none. */
export function markFirst(
  records: usize,
  start: usize,
  counts: usize,
  users: i32,
  words: i32,
  windows: usize,
  days: u32,
  marks: usize,
): void {
  for (let u: usize = 0; u < (<usize>users) << 2; u += 4) {
    let found: u64 = 0
    if (load<i32>(counts + u) > 0)
      found = cutoffsOf(load<u32>(records + ((<usize>(load<u32>(start + u) * <u32>words)) << 2)), windows, days)
    store<u64>(marks + 2 * u, found)
  }
}

/**
 * Adds to each user's marks the windows with one of the user's events that meet a condition: `table` (u64, all ones or 0) by
 * the code (word at byte `offset` >>> shift) & mask. Walks from the latest event back, as far as the second `oldest`, before
 * which no window begins, or until every window (the entry behind the last of `windows`) has an event.
 */
export function markWindows(
  records: usize,
  start: usize,
  counts: usize,
  users: i32,
  words: i32,
  offset: usize,
  shift: u32,
  mask: u32,
  table: usize,
  windows: usize,
  days: u32,
  oldest: u32,
  marks: usize,
): void {
  const size = (<usize>words) << 2
  const all = load<u64>(windows + ((<usize>days + 1) << 3))
  for (let u: usize = 0; u < (<usize>users) << 2; u += 4) {
    const first = records + <usize>load<u32>(start + u) * size
    let at = first + <usize>load<u32>(counts + u) * size
    let found = load<u64>(marks + 2 * u)
    while (at > first && (found & all) != all) {
      at -= size
      const second = load<u32>(at)
      if (second < oldest) break
      const code = (load<u32>(at + offset) >>> shift) & mask
      found |= cutoffsOf(second, windows, days) & load<u64>(table + ((<usize>code) << 3))
    }
    store<u64>(marks + 2 * u, found)
  }
}

/** The marks that are in both, in place of the first ones. */
export function keepBoth(marks: usize, other: usize, users: i32): void {
  for (let u: usize = 0; u < (<usize>users) << 3; u += 8)
    store<u64>(marks + u, load<u64>(marks + u) & load<u64>(other + u))
}

/** `byte` where the i-th of the low 16 bits is set. */
function spread(bits: u64, byte: i32): v128 {
  const both = i8x16.shuffle(i16x8.splat(<i16>bits), i16x8.splat(0), 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)
  const one = i64x2.splat(<i64>0x8040201008040201)
  return v128.and(i8x16.eq(v128.and(both, one), one), i8x16.splat(<i8>byte))
}

/**
 * Statuses of each user at `width` cutoffs, `stride` bytes from user to user; up to 15 bytes behind the last user are written.
 * seen: some event is visible; closed: the one word of cutoffs that are judged; active: eligible; came, stayed: what the
 * active labels, and the passive ones, say. inactive, example, left, lost: the statuses' numbers.
 */
export function judgeMarks(
  seen: usize,
  closed: usize,
  active: usize,
  came: usize,
  stayed: usize,
  users: i32,
  statuses: usize,
  stride: usize,
  width: i32,
  inactive: i32,
  example: i32,
  left: i32,
  lost: i32,
): void {
  const asked = load<u64>(closed)
  for (let u: usize = 0; u < (<usize>users) << 3; u += 8, statuses += stride) {
    const known = load<u64>(seen + u) & asked
    const judged = known & load<u64>(active + u)
    let silent = known & ~judged
    let gone = judged & load<u64>(came + u)
    let still = judged & ~gone & load<u64>(stayed + u)
    let failed = judged & ~gone & ~still
    for (let at: i32 = 0; at < width; at += 16) {
      const low = v128.or(spread(silent, inactive), spread(still, example))
      v128.store(statuses + <usize>at, v128.or(low, v128.or(spread(gone, left), spread(failed, lost))))
      silent >>= 16
      gone >>= 16
      still >>= 16
      failed >>= 16
    }
  }
}

/** The greater of each two statuses; `bytes` is rounded up to 16. */
export function joinStatuses(into: usize, other: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(into + at, i8x16.max_u(v128.load(into + at), v128.load(other + at)))
}

/** Adds to into[k], `step` words from cutoff to cutoff, the users whose status is from `least` to `most`. */
export function countStatuses(
  statuses: usize,
  users: i32,
  cutoffs: i32,
  least: i32,
  most: i32,
  into: usize,
  step: usize,
): void {
  const low = i8x16.splat(<i8>least)
  const range = i8x16.splat(<i8>(most - least))
  const stride = <usize>cutoffs
  for (let k: i32 = 0; k < cutoffs; k += 16)
    // A byte counts up to 255 users.
    for (let first: i32 = 0; first < users; first += 255) {
      const end = statuses + <usize>min(users, first + 255) * stride + <usize>k
      let sum = i8x16.splat(0)
      for (let at = statuses + <usize>first * stride + <usize>k; at < end; at += stride)
        sum = i8x16.sub(sum, i8x16.le_u(i8x16.sub(v128.load(at), low), range))
      addBytes(sum, into + <usize>k * (step << 2), min(16, cutoffs - k), step << 2)
    }
}

function addBytes(sum: v128, into: usize, count: i32, step: usize): void {
  for (let i: i32 = 0; i < count; i++, into += step) {
    store<i32>(into, load<i32>(into) + <i32>i8x16.extract_lane_u(sum, 0))
    sum = i8x16.shuffle(sum, sum, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0)
  }
}
