/**
 * Which leaf each row falls into, by a walk: for trees with more leaves than planes pay for. Four rows at a time, so that one
 * row's loads hide behind another's. A node is four 32-bit words: offset of its column (the highest bit: by set); what is added
 * to the row's byte before and the least byte that goes right, 16 bits each, or the offset of a set of 256 bits (1 = left);
 * the offsets of the two children. Offsets count from `nodes`. Leaves lie behind the nodes, from offset `firstLeaf` on, and lead to themselves.
 */
export function leavesByWalk(nodes: usize, firstLeaf: u32, rows: usize, bytes: usize, leaves: usize): void {
  let row: usize = 0
  for (; row + 4 <= rows; row += 4) {
    const at = bytes + row
    let a: u32 = 0
    let b: u32 = 0
    let c: u32 = 0
    let d: u32 = 0
    while (a < firstLeaf || b < firstLeaf || c < firstLeaf || d < firstLeaf) {
      a = childOf(nodes, a, at)
      b = childOf(nodes, b, at + 1)
      c = childOf(nodes, c, at + 2)
      d = childOf(nodes, d, at + 3)
    }
    const to = leaves + (row << 2)
    store<u32>(to, (a - firstLeaf) >> 4)
    store<u32>(to, (b - firstLeaf) >> 4, 4)
    store<u32>(to, (c - firstLeaf) >> 4, 8)
    store<u32>(to, (d - firstLeaf) >> 4, 12)
  }
  for (; row < rows; row++) {
    let a: u32 = 0
    while (a < firstLeaf) a = childOf(nodes, a, bytes + row)
    store<u32>(leaves + (row << 2), (a - firstLeaf) >> 4)
  }
}

function childOf(nodes: usize, offset: u32, row: usize): u32 {
  const node = nodes + <usize>offset
  const column = load<u32>(node)
  const byte = <u32>load<u8>(row + <usize>(column & 0x7fffffff))
  let isRight: u32 = 0
  if (column & 0x80000000)
    isRight = ~(<u32>load<u8>(nodes + <usize>load<u32>(node, 4) + <usize>(byte >> 3)) >> (byte & 7)) & 1
  else isRight = u32(((byte + load<u16>(node, 4)) & 255) >= <u32>load<u16>(node, 6))
  return load<u32>(node + (isRight << 2), 8)
}

/** scores[row] += values[leaves[row]]. */
export function addWalkedValues(leaves: usize, rows: usize, values: usize, scores: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const score = scores + (row << 3)
    store<f64>(score, load<f64>(score) + load<f64>(values + ((<usize>load<u32>(leaves + (row << 2))) << 3)))
  }
}
