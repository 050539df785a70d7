import type { ByteEnsemble } from './byte-ensemble.ts'
import { type LeafOrder, leafOrder } from './leaf-order.ts'
import { bySet, missingLeft, type Tree } from './tree.ts'

/** Trees with more leaves are walked: ruling leaves out costs time by leaf, a walk by depth. */
const mostLeavesInPlanes = 128

/**
 * The trees as the scoring kernels read them, in one piece that lies at any multiple of 8: models/kernels/assembly/scoring
 * (score-rows.ts, leaf-planes.ts, leaf-walk.ts).
 */
export interface ScoreImage {
  readonly words: Uint32Array
  /** By tree and place from left to right: the number of the leaf. */
  readonly leafNumbers: readonly Uint32Array[]
}

/** `stride` is the distance in bytes of two columns; planes only where the kernels know them. */
export function scoreImage(
  { trees }: ByteEnsemble,
  { stride, hasPlanes }: { stride: number; hasPlanes: boolean },
): ScoreImage {
  const words: number[] = new Array<number>(4 * trees.length).fill(0)
  const leafNumbers: Uint32Array[] = []
  for (const [t, tree] of trees.entries()) {
    const order = leafOrder(tree)
    const usesPlanes = hasPlanes && tree.values.length <= mostLeavesInPlanes
    const program = usesPlanes ? planesOf(tree, order, stride) : walkOf(tree, order, stride)
    const begin = words.length
    for (const word of program) words.push(word)
    if (words.length % 2 === 1) words.push(0)
    words.splice(4 * t, 4, usesPlanes ? 0 : 1, 4 * begin, 4 * words.length, 16 * tree.feature.length)
    const numbers = new Uint32Array(order.place.length)
    for (let leaf = 0; leaf < numbers.length; leaf++) numbers[order.place[leaf]!] = leaf
    const values = Float64Array.from(numbers, (leaf) => tree.values[leaf]!)
    for (const word of new Uint32Array(values.buffer)) words.push(word)
    leafNumbers.push(numbers)
  }
  return { words: Uint32Array.from(words), leafNumbers }
}

/** The least byte, after adding `shift`, that goes right; 256 = none does. */
export function cutOf({ cut, flags }: Tree, node: number): { shift: number; least: number } {
  const shift = (flags[node]! & missingLeft) === 0 ? 0 : 1
  return { shift, least: cut[node]! + 1 + shift }
}

export const setOf = ({ sets, cut }: Tree, node: number): Uint32Array =>
  sets.subarray(8 * cut[node]!, 8 * cut[node]! + 8)

/** leaf-planes.ts describes it. */
function planesOf(tree: Tree, order: LeafOrder, stride: number): number[] {
  const planes = Math.ceil(tree.values.length / 8)
  const words = [planes]
  for (let plane = planes - 1; plane >= 0; plane--) {
    const cuts: number[] = []
    const sets: number[] = []
    for (let node = 0; node < tree.feature.length; node++) {
      const ruledOut = bitsBetween(order.begin[node]! - 8 * plane, order.middle[node]! - 8 * plane)
      if (ruledOut === 0) continue
      const column = stride * tree.feature[node]!
      if ((tree.flags[node]! & bySet) !== 0) sets.push(column, ruledOut, ...setOf(tree, node))
      else {
        const { shift, least } = cutOf(tree, node)
        if (least < 256) cuts.push(column, least | (shift << 8) | (ruledOut << 16))
      }
    }
    words.push(cuts.length / 2, sets.length / 10, ...cuts, ...sets)
  }
  return words
}

/** Bits begin … end - 1 of a byte. */
function bitsBetween(begin: number, end: number): number {
  const from = Math.max(begin, 0)
  const to = Math.min(end, 8)
  return from < to ? (1 << to) - (1 << from) : 0
}

/** leaf-walk.ts describes it. */
function walkOf(tree: Tree, order: LeafOrder, stride: number): number[] {
  const nodes = tree.feature.length
  const leaves = tree.values.length
  const offsetOf = (child: number): number => 16 * (child < 0 ? nodes + order.place[~child]! : child)
  const words: number[] = []
  const sets: number[] = []
  for (let node = 0; node < nodes; node++) {
    const column = stride * tree.feature[node]!
    const children = [offsetOf(tree.left[node]!), offsetOf(tree.right[node]!)]
    if ((tree.flags[node]! & bySet) !== 0) {
      words.push((column | 0x80000000) >>> 0, 16 * (nodes + leaves) + 4 * sets.length, ...children)
      sets.push(...setOf(tree, node))
    } else {
      const { shift, least } = cutOf(tree, node)
      words.push(column, shift | (least << 16), ...children)
    }
  }
  for (let leaf = 0; leaf < leaves; leaf++) words.push(0, 0, 16 * (nodes + leaf), 16 * (nodes + leaf))
  return [...words, ...sets]
}
