/**
 * Turns four ages of windows' edges into events: for each row the first event of its user that is seen from that many days before
 * the cutoff on. The u-th user's events are start[u] .. start[u + 1] - 1, ordered by day; its rows are
 * order[rowsFrom[u]] .. order[rowsFrom[u + 1] - 1]. `ranks`: by day d at ranks + 4 d, 16 times how many cutoffs are not
 * after it; `edges`: for each age such an address with the age added, then where the four edges of rows go; `marks`: 16 bytes
 * for each of the `cutoffs` and one more.
 * An event is before the edges of the cutoffs from its rank on. So each event leaves its number at its rank, the later above the
 * earlier, and the greatest so far is the edge: no step depends on what the data say.
 */
export function findEdges(
  seen: usize,
  start: usize,
  users: i32,
  rowsFrom: usize,
  order: usize,
  cutoff: usize,
  ranks: usize,
  edges: usize,
  marks: usize,
  cutoffs: i32,
): void {
  const ranks0 = <usize>load<u32>(edges)
  const ranks1 = <usize>load<u32>(edges, 4)
  const ranks2 = <usize>load<u32>(edges, 8)
  const ranks3 = <usize>load<u32>(edges, 12)
  const into0 = <usize>load<u32>(edges, 16)
  const into1 = <usize>load<u32>(edges, 20)
  const into2 = <usize>load<u32>(edges, 24)
  const into3 = <usize>load<u32>(edges, 28)
  const endOfMarks = marks + ((<usize>cutoffs) << 4)
  let row = order + ((<usize>load<i32>(rowsFrom)) << 2)
  for (let u: i32 = 0; u < users; u++) {
    const user = (<usize>u) << 2
    let i = load<i32>(start + user)
    const end = load<i32>(start + user, 4)
    let most = i32x4.splat(i)
    for (let mark = marks; mark < endOfMarks; mark += 16) v128.store(mark, most)
    while (i < end) {
      const day = (<usize>load<i32>(seen + ((<usize>i) << 2))) << 2
      i++
      store<i32>(marks + <usize>load<i32>(ranks0 + day), i)
      store<i32>(marks + <usize>load<i32>(ranks1 + day), i, 4)
      store<i32>(marks + <usize>load<i32>(ranks2 + day), i, 8)
      store<i32>(marks + <usize>load<i32>(ranks3 + day), i, 12)
    }
    for (let mark = marks; mark < endOfMarks; mark += 16) {
      most = i32x4.max_s(most, v128.load(mark))
      v128.store(mark, most)
    }
    const lastRow = order + ((<usize>load<i32>(rowsFrom + user, 4)) << 2)
    for (; row < lastRow; row += 4) {
      const r = (<usize>load<i32>(row)) << 2
      const rank = <usize>load<i32>(ranks + ((<usize>load<i32>(cutoff + r)) << 2))
      const found = v128.load(marks + rank - 16)
      v128.store_lane<i32>(into0 + r, found, 0)
      v128.store_lane<i32>(into1 + r, found, 1)
      v128.store_lane<i32>(into2 + r, found, 2)
      v128.store_lane<i32>(into3 + r, found, 3)
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
