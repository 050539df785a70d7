/**
 * Adds a tree's Shapley values row by row, as models/explain/walk-plan.ts describes it. The plan, 32-bit words: nodes N, Q / 2
 * (Q doubles per vector, an even number), offsets in the image of the quadrature (four vectors: t, 1 - t, 1 / (1 - t), weights), of
 * the edges' numbers (share z, 1 - z, value, value z) and of their vectors 1 / (z (1 - t) + t); then N nodes of
 * six words: offset of the column (the highest bit: by set); what is added to the byte before and the least byte that goes right, 16
 * bits each, or the offset of a set of 256 bits in the image (1 = left); edge into the node and edge of the same feature above (-1 =
 * none); offset of the feature's phi; 0. `scratch` holds 2 N vectors, then 2 N words of states.
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

/** Nodes in their order: parents come first. Of a node's two edges the row passes one, or none when it failed further up. */
function goDown(plan: usize, image: usize, row: usize, vectors: usize): void {
  const nodes = <usize>load<u32>(plan)
  const size = (<usize>load<u32>(plan, 4)) << 4
  const times = image + <usize>load<u32>(plan, 8)
  const numbers = image + <usize>load<u32>(plan, 12)
  const inverses = image + <usize>load<u32>(plan, 16)
  const states = vectors + ((nodes * size) << 1)
  let node = plan + 20
  for (let edge: usize = 0; edge < nodes << 1; edge += 2, node += 24) {
    const above = load<i32>(node, 12)
    const into = load<i32>(node, 8)
    const from = into < 0 ? times + <usize>3 * size : vectors + <usize>into * size
    const state = states + (edge << 2)
    if (above >= 0 && load<u32>(states + ((<usize>above) << 2)) != 2) {
      store<u64>(state, 0)
      failed(numbers + (edge << 5), numbers + ((<usize>above) << 5), from, vectors + edge * size, size)
      continue
    }
    const left = isLeft(node, image, row)
    store<u32>(state, 1 + left)
    store<u32>(state, 2 - left, 4)
    const passed = edge + (left ^ 1)
    const other = edge + left
    const straight = f64x2.splat(load<f64>(numbers + (passed << 5), 16))
    const scaled = f64x2.splat(load<f64>(numbers + (passed << 5), 24))
    const missed = f64x2.splat(load<f64>(numbers + (other << 5), 24))
    const to = vectors + passed * size
    const away = vectors + other * size
    const before = inverses + <usize>max<i32>(above, 0) * size
    for (let q: usize = 0; q < size; q += 16) {
      let product = v128.load(from + q)
      if (above >= 0) product = f64x2.mul(product, v128.load(before + q))
      const fails = f64x2.mul(product, v128.load(times + size + q))
      const passes = f64x2.mul(product, v128.load(times + q))
      v128.store(to + q, f64x2.add(f64x2.mul(scaled, fails), f64x2.mul(straight, passes)))
      v128.store(away + q, f64x2.mul(missed, fails))
    }
  }
}

/** Both edges of a node below a failed split of the same feature: their shares of what came down. */
function failed(own: usize, above: usize, from: usize, to: usize, size: usize): void {
  const share = load<f64>(above)
  const left = f64x2.splat(load<f64>(own, 24) / share)
  const right = f64x2.splat(load<f64>(own, 56) / share)
  for (let q: usize = 0; q < size; q += 16) {
    const product = v128.load(from + q)
    v128.store(to + q, f64x2.mul(product, left))
    v128.store(to + size + q, f64x2.mul(product, right))
  }
}

/** Nodes from the last to the first: children come first. What the edge of the same feature above has counted is taken back. */
function comeBack(plan: usize, image: usize, vectors: usize, phi: usize): void {
  const nodes = <usize>load<u32>(plan)
  const size = (<usize>load<u32>(plan, 4)) << 4
  const times = image + <usize>load<u32>(plan, 8)
  const numbers = image + <usize>load<u32>(plan, 12)
  const inverses = image + <usize>load<u32>(plan, 16)
  const states = vectors + ((nodes * size) << 1)
  for (let k = nodes; k > 0; k--) {
    const edge = (k - 1) << 1
    const node = plan + 20 + (k - 1) * <usize>24
    const into = load<i32>(node, 8)
    const to = vectors + (into < 0 ? 0 : <usize>into * size) // the root's sum is written where nobody reads again
    const state = load<u32>(states + (edge << 2))
    if (state == 0) {
      const both = vectors + edge * size
      for (let q: usize = 0; q < size; q += 16)
        v128.store(to + q, f64x2.add(v128.load(both + q), v128.load(both + size + q)))
      continue
    }
    const above = load<i32>(node, 12)
    const passed = state == 2 ? edge : edge + 1
    const leaves = vectors + passed * size
    const others = vectors + (edge + edge + 1 - passed) * size
    const own = inverses + passed * size
    const before = inverses + <usize>max<i32>(above, 0) * size
    let gained = f64x2.splat(0)
    let lost = f64x2.splat(0)
    let counted = f64x2.splat(0)
    for (let q: usize = 0; q < size; q += 16) {
      const a = v128.load(leaves + q)
      const b = v128.load(others + q)
      const sum = f64x2.add(a, b)
      gained = f64x2.add(gained, f64x2.mul(a, v128.load(own + q)))
      lost = f64x2.add(lost, f64x2.mul(b, v128.load(times + (size << 1) + q)))
      if (above >= 0) counted = f64x2.add(counted, f64x2.mul(sum, v128.load(before + q)))
      v128.store(to + q, sum)
    }
    const pull = f64x2.sub(f64x2.mul(f64x2.splat(load<f64>(numbers + (passed << 5), 8)), gained), lost)
    const more = above < 0 ? 0 : load<f64>(numbers + ((<usize>above) << 5), 8)
    const all = f64x2.sub(pull, f64x2.mul(f64x2.splat(more), counted))
    const place = phi + <usize>load<u32>(node, 16)
    store<f64>(place, load<f64>(place) + (f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)))
  }
}
