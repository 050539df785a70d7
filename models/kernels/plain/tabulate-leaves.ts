import type { KernelMemory } from '../kernel-memory.ts'

/** Twin of assembly/scoring/tabulate-leaves.ts. */
export function tabulateLeaves(memory: KernelMemory, args: Float64Array, chunk: number): void {
  const { u32 } = memory
  const image = args[0]!
  const group = (image + u32[(image + args[1]!) / 4 + chunk]!) / 4
  let leaf = image + u32[group + 5]!
  for (let i = 0; i < u32[group + 4]!; i++) {
    addToCells(memory, { group, table: args[5]! + u32[group]!, leaf, own: leafTable(memory, leaf, args[4]!) })
    leaf += 4 * u32[leaf / 4 + 1]!
  }
}

/**
 * All that one leaf can contribute: entry j * 2^D + mask is what feature j of its path of D features gets from a row that
 * passes exactly the features in `mask`. With P(t) = v prod_i (z_i (1 - t) + o_i t), G_j = integral of P over its factor j
 * is the same for o_j = 0 and 1, and phi_j = (o_j - z_j) G_j. Read off at o_j = 0, where the factor is z_j (1 - t).
 */
function leafTable({ u32, f64 }: KernelMemory, leaf: number, quadratures: number): Float64Array {
  const count = u32[leaf / 4]!
  const value = f64[leaf / 8 + 1]!
  const shares = f64.subarray(leaf / 8 + 2, leaf / 8 + 2 + count)
  const size = 1 << count
  const table = new Float64Array(count * size)
  const product = new Float64Array(size)
  const nodes = Math.max(1, (count + 1) >> 1)
  const quadrature = quadratures / 8 + 16 * (nodes - 1)
  for (let q = 0; q < nodes; q++) {
    const t = f64[quadrature + q]!
    fillProducts(product, shares, { t, start: f64[quadrature + 8 + q]! * value })
    for (let j = 0; j < count; j++) {
      const bit = 1 << j
      const inverse = 1 / (shares[j]! * (1 - t))
      for (let high = 0; high < size; high += 2 * bit)
        for (let mask = high; mask < high + bit; mask++) table[j * size + mask]! += product[mask]! * inverse
    }
  }
  for (let j = 0; j < count; j++) spread(table.subarray(j * size, (j + 1) * size), 1 << j, shares[j]!)
  return table
}

/** From the integral without feature j to (o_j - z_j) times it. */
function spread(own: Float64Array, bit: number, share: number): void {
  for (let high = 0; high < own.length; high += 2 * bit) {
    for (let mask = high; mask < high + bit; mask++) {
      const integral = own[mask]!
      own[mask] = -share * integral
      own[mask + bit] = (1 - share) * integral
    }
  }
}

/** start * prod_i (z_i (1 - t) + o_i t) for all masks, by doubling. */
function fillProducts(product: Float64Array, shares: Float64Array, { t, start }: { t: number; start: number }): void {
  product[0] = shares.reduce((all, share) => all * share * (1 - t), start)
  for (let j = 0; j < shares.length; j++) {
    const fails = shares[j]! * (1 - t)
    const ratio = (fails + t) / fails
    const bit = 1 << j
    for (let mask = 0; mask < bit; mask++) product[mask + bit] = product[mask]! * ratio
  }
}

interface Target {
  /** In words. */
  readonly group: number
  readonly table: number
  readonly leaf: number
  readonly own: Float64Array
}

function addToCells({ u32, f64 }: KernelMemory, { group, table, leaf, own }: Target): void {
  const count = u32[leaf / 4]!
  const size = 1 << count
  const numbers = leaf / 4 + 4 + 2 * count
  const [width, cells, features] = u32.subarray(group + 1, group + 4) as unknown as [number, number, number]
  const states = u32.subarray(group + 6, group + 6 + features)
  const masks = masksByCell(states, u32.subarray(numbers + count), cells)
  for (let cell = 0; cell < cells; cell++)
    for (let j = 0; j < count; j++) f64[table / 8 + cell * width + u32[numbers + j]!]! += own[j * size + masks[cell]!]!
}

/** By cell: which features of the leaf's path a row of that cell passes. The first feature's state changes fastest. */
function masksByCell(states: Uint32Array, bits: Uint32Array, cells: number): Uint16Array {
  const masks = new Uint16Array(cells)
  let filled = 1
  let at = 0
  for (const count of states) {
    for (let state = count - 1; state >= 0; state--)
      for (let cell = 0; cell < filled; cell++) masks[state * filled + cell] = masks[cell]! | bits[at + state]!
    at += count
    filled *= count
  }
  return masks
}
