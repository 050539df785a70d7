/*
 * Records go to the open block of their bucket. The state is words of 32 bits: 0 blocks in use, 1 blocks that there are,
 * 2 address of the first block, 3 its bytes, 4 bytes of a record, 5 log2 of the users of a bucket, 6 users,
 * 7 address of the buckets (two words each: address of the next record, and of the end of the open block),
 * 8 address of the bucket of each block.
 */

/**
 * Writes the record of each row, whose words lie at the addresses `words`. Returns how many rows have a place: fewer than
 * `rows` where the next one's user does not exist, or there is no block left.
 */
export function place(state: usize, users: usize, words: usize, rows: i32): i32 {
  const recordBytes = load<u32>(state, 16)
  const shift = load<u32>(state, 20)
  const userCount = load<u32>(state, 24)
  const buckets = <usize>load<u32>(state, 28)
  const first = <usize>load<u32>(words)
  const second = <usize>load<u32>(words, 4)
  const third = recordBytes > 8 ? <usize>load<u32>(words, 8) : 0
  for (let i: i32 = 0; i < rows; i++) {
    const row = (<usize>i) << 2
    const user = load<u32>(users + row)
    if (user >= userCount) return i
    const bucket = user >> shift
    const place = buckets + ((<usize>bucket) << 3)
    let at = load<u32>(place)
    if (at === load<u32>(place, 4)) {
      at = openBlock(state, bucket, place)
      if (at === 0) return i
    }
    store<i32>(at, load<i32>(first + row))
    store<i32>(at, load<i32>(second + row), 4)
    if (third !== 0) store<i32>(at, load<i32>(third + row), 8)
    for (let w: u32 = 12; w < recordBytes; w += 4) store<i32>(at + w, load<i32>(<usize>load<u32>(words + w) + row))
    store<u32>(place, at + recordBytes)
  }
  return rows
}

/** Address of a new block of the bucket; 0: none is left. */
function openBlock(state: usize, bucket: u32, place: usize): u32 {
  const used = load<u32>(state)
  if (used === load<u32>(state, 4)) return 0
  const blockBytes = load<u32>(state, 12)
  const at = load<u32>(state, 8) + used * blockBytes
  store<u32>(<usize>load<u32>(state, 32) + ((<usize>used) << 2), bucket)
  store<u32>(state, used + 1)
  store<u32>(place, at + blockBytes, 4)
  return at
}
