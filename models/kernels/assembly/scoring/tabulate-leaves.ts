import { addressAt } from '../shared/arguments'

/**
 * Fills the table of one group: entry cell * W + k is what the group's leaves give feature k in that cell. Chunks are groups.
 * Arguments: 0 image, 1 offset in it of the groups' offsets, 2 room of every thread, 3 size of that room, 4 address of the
 * quadratures (from one node up, 8 nodes and 8 weights each), 5 tables, zero-filled. A group, 32-bit words: offset of its table, W, cells, features
 * K, leaves, offset of the first leaf; then K numbers of states. A leaf begins at a multiple of 8: D, words in all; value and D
 * shares as doubles; D numbers of features; then by feature of the group and state 1 << j where the state passes the path's
 * feature j, else 0. The room holds 2^D doubles, D 2^D doubles, then 16 bits per cell.
 */
export function tabulateLeaves(args: usize, chunk: i32, thread: i32): void {
  const image = addressAt(args, 0)
  const room = addressAt(args, 2) + <usize>thread * addressAt(args, 3)
  const group = image + <usize>load<u32>(image + addressAt(args, 1) + ((<usize>chunk) << 2))
  const leaves = load<u32>(group, 16)
  let leaf = image + <usize>load<u32>(group, 20)
  for (let i: u32 = 0; i < leaves; i++) {
    tabulate(leaf, room, addressAt(args, 4))
    addToCells(group, addressAt(args, 5), leaf, room)
    leaf += (<usize>load<u32>(leaf, 4)) << 2
  }
}

/** models/explain/leaf-table.ts: what the leaf gives feature j of its path from a row that passes the features in `mask`. */
function tabulate(leaf: usize, products: usize, quadratures: usize): void {
  const count = load<u32>(leaf)
  const size: u32 = 1 << count
  const table = products + ((<usize>size) << 3)
  memory.fill(table, 0, (<usize>(count * size)) << 3)
  const nodes = max<u32>(1, (count + 1) >> 1)
  const quadrature = quadratures + ((<usize>nodes - 1) << 7)
  for (let q: u32 = 0; q < nodes; q++) {
    const t = load<f64>(quadrature + ((<usize>q) << 3))
    fillProducts(leaf, t, load<f64>(quadrature + ((<usize>q) << 3), 64), products)
    for (let j: u32 = 0; j < count; j++) {
      const inverse: f64 = 1 / (load<f64>(leaf + ((<usize>j) << 3), 16) * (1 - t))
      const bit: u32 = 1 << j
      const own = table + ((<usize>(j * size)) << 3)
      for (let high: u32 = 0; high < size; high += 2 * bit)
        for (let mask = high; mask < high + bit; mask++) {
          const at = own + ((<usize>mask) << 3)
          store<f64>(at, load<f64>(at) + load<f64>(products + ((<usize>mask) << 3)) * inverse)
        }
    }
  }
  for (let j: u32 = 0; j < count; j++)
    spread(table + ((<usize>(j * size)) << 3), size, j, load<f64>(leaf + ((<usize>j) << 3), 16))
}

/** weight * value * prod_i (z_i (1 - t) + o_i t) for all masks, by doubling. */
function fillProducts(leaf: usize, t: f64, weight: f64, products: usize): void {
  const count = load<u32>(leaf)
  let start = weight * load<f64>(leaf, 8)
  for (let j: u32 = 0; j < count; j++) start = start * load<f64>(leaf + ((<usize>j) << 3), 16) * (1 - t)
  store<f64>(products, start)
  for (let j: u32 = 0; j < count; j++) {
    const fails = load<f64>(leaf + ((<usize>j) << 3), 16) * (1 - t)
    const ratio = (fails + t) / fails
    const bit: usize = 8 << j
    for (let at = products; at < products + bit; at += 8) store<f64>(at + bit, load<f64>(at) * ratio)
  }
}

/** From the integral without feature j to (o_j - z_j) times it. */
function spread(own: usize, size: u32, j: u32, share: f64): void {
  const bit: u32 = 1 << j
  for (let high: u32 = 0; high < size; high += 2 * bit)
    for (let mask = high; mask < high + bit; mask++) {
      const at = own + ((<usize>mask) << 3)
      const integral = load<f64>(at)
      store<f64>(at, -share * integral)
      store<f64>(at + ((<usize>bit) << 3), (1 - share) * integral)
    }
}

function addToCells(group: usize, tables: usize, leaf: usize, room: usize): void {
  const count = <usize>load<u32>(leaf)
  const size: usize = 1 << count
  const own = room + (size << 3)
  const masks = own + ((count * size) << 3)
  const numbers = leaf + 16 + (count << 3)
  fillMasks(group, numbers + (count << 2), masks)
  const width = (<usize>load<u32>(group, 4)) << 3
  const cells = <usize>load<u32>(group, 8)
  let row = tables + <usize>load<u32>(group)
  for (let cell: usize = 0; cell < cells; cell++, row += width) {
    let from = own + ((<usize>load<u16>(masks + (cell << 1))) << 3)
    for (let j: usize = 0; j < count; j++, from += size << 3) {
      const to = row + ((<usize>load<u32>(numbers + (j << 2))) << 3)
      store<f64>(to, load<f64>(to) + load<f64>(from))
    }
  }
}

/** By cell: which features of the leaf's path a row of that cell passes. The first feature's state changes fastest. */
function fillMasks(group: usize, bits: usize, masks: usize): void {
  const features = load<u32>(group, 12)
  let filled: usize = 1
  store<u16>(masks, 0)
  for (let k: u32 = 0; k < features; k++) {
    const states = <usize>load<u32>(group + ((<usize>k) << 2), 24)
    for (let state = states; state > 0; state--) {
      const bit = load<u32>(bits + ((state - 1) << 2))
      const to = masks + (((state - 1) * filled) << 1)
      for (let cell: usize = 0; cell < filled; cell++)
        store<u16>(to + (cell << 1), load<u16>(masks + (cell << 1)) | bit)
    }
    bits += states << 2
    filled *= states
  }
}
