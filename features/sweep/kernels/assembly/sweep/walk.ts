/*
 * A walk over the records of some users, the oldest first, as far as their rows see. Words: addresses of the bucket's records and of the
 * word of each user's first; users; bytes of a record; addresses of `rowsFrom` and `order` (the u-th user's rows are
 * order[rowsFrom[u]] .. order[rowsFrom[u + 1] - 1], by cutoff) and of `ends` (for each of these the address behind the last record that
 * it sees). So each record is looked at once, for however many rows of its user.
 */

export function usersOf(walk: usize): i32 {
  return load<i32>(walk, 8)
}

export function sizeOf(walk: usize): usize {
  return <usize>load<u32>(walk, 12)
}

export function orderOf(walk: usize): usize {
  return <usize>load<u32>(walk, 20)
}

export function endsOf(walk: usize): usize {
  return <usize>load<u32>(walk, 24)
}

/** The u-th user's first record. */
export function recordOf(walk: usize, u: i32): usize {
  const word = load<u32>(<usize>load<u32>(walk, 4) + ((<usize>u) << 2))
  return <usize>load<u32>(walk) + ((<usize>word) << 2)
}

/** Four times the first of the rows behind the u-th user's. */
export function behindRows(walk: usize, u: i32): usize {
  return (<usize>load<u32>(<usize>load<u32>(walk, 16) + ((<usize>u) << 2), 4)) << 2
}

/** 1 where the code in the word at that address is one that `table` means, else 0. */
export function hitOf(word: usize, shift: u32, mask: u32, table: usize): u8 {
  return load<u8>(table + <usize>((load<u32>(word) >>> shift) & mask))
}

/**
 * Finds the ends. `visible`: how many records the user's last row sees; of an earlier one it is told by its cutoff's day number: the
 * records before second 0 of the day `cutoff - origin`.
 */
export function findRowEnds(walk: usize, visible: usize, cutoff: usize, origin: i32): void {
  const order = orderOf(walk)
  const ends = endsOf(walk)
  const size = sizeOf(walk)
  const users = usersOf(walk)
  let first: usize = 0
  for (let u: i32 = 0; u < users; u++) {
    const behind = behindRows(walk, u)
    const record = recordOf(walk, u)
    let end = record + <usize>load<u32>(visible + ((<usize>u) << 2)) * size
    for (let j = behind - 4; ; j -= 4) {
      store<u32>(ends + j, <u32>end)
      if (j == first) break
      const row = (<usize>load<u32>(order + j - 4)) << 2
      const second = <i64>(load<i32>(cutoff + row) - origin) * 86400
      while (end > record && <i64>load<i32>(end - size) >= second) end -= size
    }
    first = behind
  }
}
