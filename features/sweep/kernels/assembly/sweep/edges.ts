/**
 * Turns an age of a window's edge into events: for each row the first event of its user that is seen from that many days before
 * the cutoff on. The u-th user's events are start[u] .. start[u + 1] - 1, ordered by day; its rows are
 * order[rowsFrom[u]] .. order[rowsFrom[u + 1] - 1], by cutoff.
 */
export function findEdges(
  seen: usize,
  start: usize,
  users: i32,
  rowsFrom: usize,
  order: usize,
  cutoff: usize,
  age: i32,
  into: usize,
): void {
  let row = order + ((<usize>load<i32>(rowsFrom)) << 2)
  for (let u: i32 = 0; u < users; u++) {
    const user = (<usize>u) << 2
    const end = load<i32>(start + user, 4)
    const lastRow = order + ((<usize>load<i32>(rowsFrom + user, 4)) << 2)
    let i = load<i32>(start + user)
    for (; row < lastRow; row += 4) {
      const r = (<usize>load<i32>(row)) << 2
      const day = load<i32>(cutoff + r) - age
      while (i < end && load<i32>(seen + ((<usize>i) << 2)) < day) i++
      store<i32>(into + r, i)
    }
  }
}

/** For each row the first event of its user. */
export function findBeginnings(start: usize, users: i32, rowsFrom: usize, order: usize, into: usize): void {
  let row = order + ((<usize>load<i32>(rowsFrom)) << 2)
  for (let u: i32 = 0; u < users; u++) {
    const user = (<usize>u) << 2
    const lastRow = order + ((<usize>load<i32>(rowsFrom + user, 4)) << 2)
    const first = load<i32>(start + user)
    for (; row < lastRow; row += 4) store<i32>(into + ((<usize>load<i32>(row)) << 2), first)
  }
}
