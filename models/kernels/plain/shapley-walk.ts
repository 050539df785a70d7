import type { KernelMemory } from '../kernel-memory.ts'
import type { Tile } from './fill-bytes.ts'
import type { PlanAt } from './shapley-tables.ts'

/** Twin of assembly/scoring/shapley-walk.ts. */
export function addByWalk(memory: KernelMemory, { plan, image, phi }: PlanAt, tile: Tile): void {
  const { u32, f64 } = memory
  const [nodes, half, weights, down, up] = Array.from(u32.subarray(plan / 4, plan / 4 + 5), (word, k) =>
    k < 2 ? word : (image + word) / 8,
  ) as [number, number, number, number, number]
  const size = 2 * half
  const walk: Walk = {
    rules: u32.subarray(plan / 4 + 5, plan / 4 + 5 + 6 * nodes),
    size,
    weights: f64.subarray(weights, weights + size),
    down: f64.subarray(down, down + 6 * nodes * size),
    up: f64.subarray(up, up + 6 * nodes * size),
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
  readonly weights: Float64Array
  readonly down: Float64Array
  readonly up: Float64Array
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

/** Nodes in their order: parents come first. */
function goDown({ rules, size, weights, down, states, vectors }: Walk, leftAt: (node: number) => number): void {
  for (let edge = 0; edge < states.length; edge += 2) {
    const into = rules[3 * edge + 2]! | 0
    const above = rules[3 * edge + 3]! | 0
    const passedAbove = above < 0 || states[above] === 2 ? 1 : 0
    const left = leftAt(edge >> 1)
    states[edge] = passedAbove * (1 + left)
    states[edge + 1] = passedAbove * (2 - left)
    const parent = into < 0 ? weights : vectors
    const from = into < 0 ? 0 : into * size
    const to = edge * size
    const onLeft = (3 * edge + states[edge]!) * size
    const onRight = (3 * edge + 3 + states[edge + 1]!) * size
    for (let q = 0; q < size; q++) {
      const product = parent[from + q]!
      vectors[to + q] = product * down[onLeft + q]!
      vectors[to + size + q] = product * down[onRight + q]!
    }
  }
}

/** Nodes from the last to the first: children come first. Even and odd entries are summed apart, as a vector of two does it. */
function comeBack({ rules, size, up, states, vectors }: Walk, add: (place: number, sum: number) => void): void {
  for (let edge = states.length - 2; edge >= 0; edge -= 2) {
    const at = edge * size
    const onLeft = (3 * edge + states[edge]!) * size
    const onRight = (3 * edge + 3 + states[edge + 1]!) * size
    const to = Math.max(0, (rules[3 * edge + 2]! | 0) * size) // the root's sum is written where nobody reads again
    let even = 0
    let odd = 0
    for (let q = 0; q < size; q += 2) {
      const a = vectors[at + q]!
      const b = vectors[at + size + q]!
      const c = vectors[at + q + 1]!
      const d = vectors[at + size + q + 1]!
      even += a * up[onLeft + q]! + b * up[onRight + q]!
      odd += c * up[onLeft + q + 1]! + d * up[onRight + q + 1]!
      vectors[to + q] = a + b
      vectors[to + q + 1] = c + d
    }
    add(rules[3 * edge + 4]!, even + odd)
  }
}
