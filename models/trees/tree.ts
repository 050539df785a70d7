import type { BinnedMatrix } from './binned-matrix.ts'

/** Flags of a node. */
export const missingLeft = 1
export const bySet = 2

/**
 * One tree over bins. Nodes are numbered in the order in which they were split; child c >= 0 is node c, c < 0 is leaf ~c
 * (a child's number is always above its parent's). A tree of one leaf has no nodes. A row goes left where
 * - by threshold: its bin <= cut[node], or it is missing and the flag `missingLeft` is set;
 * - by set (`bySet`): bit `bin` of the 256 bits sets[8 cut[node] …] is set; the missing bin is a member like others.
 */
export interface Tree {
  readonly feature: Uint16Array
  readonly cut: Uint32Array
  readonly flags: Uint8Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly sets: Uint32Array
  /** Value by leaf: what the leaf adds to the score. */
  readonly values: Float64Array
  /**
   * Training rows by leaf, as counted by the grower (drawn rows count as often as drawn); of imported models also shares of
   * rows as doubles.
   */
  readonly leafRows: Uint32Array | Float64Array
}

/** Leaf that row `row` of `matrix` falls into. */
export function leafOf(tree: Tree, matrix: BinnedMatrix, row: number): number {
  const { feature, cut, flags, left, right, sets } = tree
  const base = row * 4 * matrix.wordsPerRow
  let node = left.length === 0 ? -1 : 0
  while (node >= 0) {
    const bin = matrix.bytes[base + feature[node]!]!
    const flag = flags[node]!
    const goesLeft =
      (flag & bySet) !== 0
        ? ((sets[(cut[node]! << 3) + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
        : bin === 255
          ? (flag & missingLeft) !== 0
          : bin <= cut[node]!
    node = goesLeft ? left[node]! : right[node]!
  }
  return ~node
}
