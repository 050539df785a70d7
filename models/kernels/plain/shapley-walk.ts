import type { KernelMemory } from '../kernel-memory.ts'
import type { Tile } from './fill-bytes.ts'
import type { PlanAt } from './shapley-tables.ts'

/** Twin of assembly/scoring/shapley-walk.ts. */
export function addByWalk(memory: KernelMemory, { plan, image, phi }: PlanAt, tile: Tile): void {
  const { u32, f64 } = memory
  const [nodes, half, times, numbers, inverses] = Array.from(u32.subarray(plan / 4, plan / 4 + 5), (word, k) =>
    k < 2 ? word : (image + word) / 8,
  ) as [number, number, number, number, number]
  const size = 2 * half
  const walk: Walk = {
    rules: u32.subarray(plan / 4 + 5, plan / 4 + 5 + 6 * nodes),
    size,
    times: f64.subarray(times, times + 4 * size),
    numbers: f64.subarray(numbers, numbers + 8 * nodes),
    inverses: f64.subarray(inverses, inverses + 2 * nodes * size),
    states: new Uint8Array(2 * nodes),
    vectors: new Float64Array(2 * nodes * size),
  }
  for (let row = 0; row < tile.rows; row++) {
    goDown(walk, (node) => isLeft(memory, { rules: walk.rules, at: 6 * node, image, row: tile.bytes + row }))
    comeBack(walk, (place, sum) => (f64[(phi + place) / 8 + row]! += sum))
  }
}

interface Walk {
  /** Six words by node. */
  readonly rules: Uint32Array
  readonly size: number
  /** Four vectors: t, 1 - t, 1 / (1 - t), weights. */
  readonly times: Float64Array
  /** Four by edge: z, 1 - z, value, value z. */
  readonly numbers: Float64Array
  /** By edge, a vector: 1 / (z (1 - t) + t). */
  readonly inverses: Float64Array
  /** By edge. */
  readonly states: Uint8Array
  /** By edge: the product of all factors on the path; on the way back, the sum over the leaves below. */
  readonly vectors: Float64Array
}

function isLeft(
  { u8 }: KernelMemory,
  { rules, at, image, row }: { rules: Uint32Array; at: number; image: number; row: number },
): number {
  const column = rules[at]!
  const rule = rules[at + 1]!
  const byte = u8[row + (column & 0x7fffffff)]!
  if (column >= 0x80000000) return (u8[image + rule + (byte >> 3)]! >> (byte & 7)) & 1
  return ((byte + (rule & 0xffff)) & 255) < rule >>> 16 ? 1 : 0
}

/** Nodes in their order: parents come first. Of a node's two edges the row passes one, or none when it failed further up. */
function goDown(walk: Walk, leftAt: (node: number) => number): void {
  const { rules, size, times, states, vectors } = walk
  for (let edge = 0; edge < states.length; edge += 2) {
    const into = rules[3 * edge + 2]! | 0
    const above = rules[3 * edge + 3]! | 0
    const parent = into < 0 ? times.subarray(3 * size) : vectors.subarray(into * size)
    if (above >= 0 && states[above] !== 2) {
      states[edge] = 0
      states[edge + 1] = 0
      failed(walk, edge, { above, parent })
      continue
    }
    const left = leftAt(edge >> 1)
    states[edge] = 1 + left
    states[edge + 1] = 2 - left
    divide(walk, { passed: edge + 1 - left, other: edge + left }, { above, parent })
  }
}

interface Above {
  /** The edge of the same feature above; -1 = none. */
  readonly above: number
  /** Vector of the edge into the node. */
  readonly parent: Float64Array
}

/** What came down, for the edge that the row passes and for the other one. */
function divide(
  { size, times, numbers, inverses, vectors }: Walk,
  { passed, other }: { passed: number; other: number },
  { above, parent }: Above,
): void {
  const straight = numbers[4 * passed + 2]!
  const scaled = numbers[4 * passed + 3]!
  const missed = numbers[4 * other + 3]!
  for (let q = 0; q < size; q++) {
    const product = above < 0 ? parent[q]! : parent[q]! * inverses[above * size + q]!
    const fails = product * times[size + q]!
    const passes = product * times[q]!
    vectors[passed * size + q] = scaled * fails + straight * passes
    vectors[other * size + q] = missed * fails
  }
}

/** Both edges of a node below a failed split of the same feature: their shares of what came down. */
function failed({ size, numbers, vectors }: Walk, edge: number, { above, parent }: Above): void {
  const share = numbers[4 * above]!
  const left = numbers[4 * edge + 3]! / share
  const right = numbers[4 * edge + 7]! / share
  for (let q = 0; q < size; q++) {
    vectors[edge * size + q] = parent[q]! * left
    vectors[(edge + 1) * size + q] = parent[q]! * right
  }
}

/** Nodes from the last to the first: children come first. */
function comeBack(walk: Walk, add: (place: number, sum: number) => void): void {
  const { rules, size, states, vectors } = walk
  for (let edge = states.length - 2; edge >= 0; edge -= 2) {
    if (states[edge] !== 0) add(rules[3 * edge + 4]!, pull(walk, edge, rules[3 * edge + 3]! | 0))
    const into = rules[3 * edge + 2]! | 0
    if (into < 0) return
    for (let q = 0; q < size; q++)
      vectors[into * size + q] = vectors[edge * size + q]! + vectors[(edge + 1) * size + q]!
  }
}

/**
 * What the leaves below a node count for its feature, less what the edge of the same feature above has counted of them. Even
 * and odd entries are summed apart, as a vector of two does it.
 */
function pull({ size, times, numbers, inverses, states, vectors }: Walk, edge: number, above: number): number {
  const passed = states[edge] === 2 ? edge : edge + 1
  const other = 2 * edge + 1 - passed
  const straight = numbers[4 * passed + 1]!
  const more = above < 0 ? 0 : numbers[4 * above + 1]!
  const half = (from: number): number => {
    let gained = 0
    let lost = 0
    let counted = 0
    for (let q = from; q < size; q += 2) {
      const a = vectors[passed * size + q]!
      const b = vectors[other * size + q]!
      gained += a * inverses[passed * size + q]!
      lost += b * times[2 * size + q]!
      if (above >= 0) counted += (a + b) * inverses[above * size + q]!
    }
    return straight * gained - lost - more * counted
  }
  return half(0) + half(1)
}
