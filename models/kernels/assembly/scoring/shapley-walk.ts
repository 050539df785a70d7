/**
 * Adds a tree's Shapley values row by row, as models/explain/walk-plan.ts describes it. The plan, 32-bit words: nodes N, Q / 2
 * (Q doubles per vector, an even number), offsets in the image of the weights (Q doubles), of `down` and of `up` (by edge and state, Q
 * doubles each); then N nodes of six words: offset of the column (the highest bit: by set); what is added to the byte before and the
 * least byte that goes right, 16 bits each, or the offset of a set of 256 bits in the image (1 = left); edge into the node and edge
 * of the same feature above (-1 = none); offset of the feature's phi; 0. `scratch` holds 2 N vectors, then 2 N words of states.
 */
export function addByWalk(plan: usize, image: usize, rows: usize, bytes: usize, scratch: usize, phi: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    goDown(plan, image, bytes + row, scratch)
    comeBack(plan, image, scratch, phi + (row << 3))
  }
}

function isLeft(node: usize, image: usize, row: usize): u32 {
  const column = load<u32>(node)
  const byte = <u32>load<u8>(row + <usize>(column & 0x7fffffff))
  if (column & 0x80000000)
    return (<u32>load<u8>(image + <usize>load<u32>(node, 4) + <usize>(byte >> 3)) >> (byte & 7)) & 1
  return u32(((byte + load<u16>(node, 4)) & 255) < <u32>load<u16>(node, 6))
}

/** Nodes in their order: parents come first. */
function goDown(plan: usize, image: usize, row: usize, vectors: usize): void {
  const nodes = <usize>load<u32>(plan)
  const size = (<usize>load<u32>(plan, 4)) << 4
  const weights = image + <usize>load<u32>(plan, 8)
  const down = image + <usize>load<u32>(plan, 12)
  const states = vectors + ((nodes * size) << 1)
  let to = vectors
  let factors = down
  let state = states
  let node = plan + 20
  for (let k: usize = 0; k < nodes; k++, node += 24) {
    const above = load<i32>(node, 12)
    const into = load<i32>(node, 8)
    const passedAbove = above < 0 ? 1 : u32(load<u32>(states + ((<usize>above) << 2)) == 2)
    const left = isLeft(node, image, row)
    const stateLeft = passedAbove * (1 + left)
    const stateRight = passedAbove * (2 - left)
    store<u32>(state, stateLeft)
    store<u32>(state, stateRight, 4)
    const from = into < 0 ? weights : vectors + <usize>into * size
    const onLeft = factors + <usize>stateLeft * size
    const onRight = factors + (<usize>3 + <usize>stateRight) * size
    for (let q: usize = 0; q < size; q += 16) {
      const product = v128.load(from + q)
      v128.store(to + q, f64x2.mul(product, v128.load(onLeft + q)))
      v128.store(to + size + q, f64x2.mul(product, v128.load(onRight + q)))
    }
    state += 8
    to += size << 1
    factors += <usize>6 * size
  }
}

/** Nodes from the last to the first: children come first. */
function comeBack(plan: usize, image: usize, vectors: usize, phi: usize): void {
  const nodes = <usize>load<u32>(plan)
  const size = (<usize>load<u32>(plan, 4)) << 4
  const up = image + <usize>load<u32>(plan, 16)
  const states = vectors + ((nodes * size) << 1)
  for (let k = nodes; k > 0; k--) {
    const edge = (k - 1) << 1
    const node = plan + 20 + (k - 1) * <usize>24
    const left = vectors + edge * size
    const right = left + size
    const onLeft = up + (<usize>3 * edge + <usize>load<u32>(states + (edge << 2))) * size
    const onRight = up + (<usize>3 * edge + 3 + <usize>load<u32>(states + (edge << 2), 4)) * size
    const into = load<i32>(node, 8)
    const to = vectors + (into < 0 ? 0 : <usize>into * size) // the root's sum is written where nobody reads again
    let sum = f64x2.splat(0)
    for (let q: usize = 0; q < size; q += 16) {
      const a = v128.load(left + q)
      const b = v128.load(right + q)
      const both = f64x2.add(f64x2.mul(a, v128.load(onLeft + q)), f64x2.mul(b, v128.load(onRight + q)))
      sum = f64x2.add(sum, both)
      v128.store(to + q, f64x2.add(a, b))
    }
    const place = phi + <usize>load<u32>(node, 16)
    store<f64>(place, load<f64>(place) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)))
  }
}
