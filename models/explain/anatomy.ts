import type { Tree } from '../trees/tree.ts'

/**
 * What path-dependent Shapley values need to know of a tree beside its splits. Edges: 2 i leads from node i to its left
 * child, 2 i + 1 to its right one.
 */
export interface Anatomy {
  readonly tree: Tree
  /** By node: the edge that leads to it; -1 at the root. */
  readonly edgeInto: Int32Array
  /** By node: the nearest edge above that belongs to a split of the same feature; -1 when there is none. */
  readonly sameAbove: Int32Array
  /**
   * By edge: share of the training rows that pass all splits of this edge's feature on the path, were they the only ones:
   * the product of rows(child) / rows(node), in (0, 1].
   */
  readonly share: Float64Array
  /** By edge: how many different features were split on the path, this edge included. */
  readonly featuresUpTo: Uint16Array
  /** The most different features on any path; 0 for a tree of one leaf. */
  readonly mostFeatures: number
  /** Mean value over the training rows. */
  readonly mean: number
}

export function anatomyOf(tree: Tree): Anatomy {
  const { feature, left, right } = tree
  const nodes = feature.length
  const rows = rowsByNode(tree)
  const edgeInto = new Int32Array(nodes).fill(-1)
  const sameAbove = new Int32Array(nodes).fill(-1)
  const share = new Float64Array(2 * nodes)
  const featuresUpTo = new Uint16Array(2 * nodes)
  let mostFeatures = 0
  for (let node = 0; node < nodes; node++) {
    let above = edgeInto[node]!
    while (above >= 0 && feature[above >> 1] !== feature[node]) above = edgeInto[above >> 1]!
    sameAbove[node] = above
    const shareAbove = above < 0 ? 1 : share[above]!
    const into = edgeInto[node]!
    const count = (into < 0 ? 0 : featuresUpTo[into]!) + (above < 0 ? 1 : 0)
    mostFeatures = Math.max(mostFeatures, count)
    for (let side = 0; side < 2; side++) {
      const child = side === 0 ? left[node]! : right[node]!
      const edge = 2 * node + side
      share[edge] = (shareAbove * (child >= 0 ? rows[child]! : rowsOfLeaf(tree, ~child))) / rows[node]!
      featuresUpTo[edge] = count
      if (child >= 0) edgeInto[child] = edge
    }
  }
  return { tree, edgeInto, sameAbove, share, featuresUpTo, mostFeatures, mean: meanValue(tree) }
}

/** Training rows by node. Children come after their parent, so one pass from the back adds them up. */
export function rowsByNode(tree: Tree): Float64Array {
  const rows = new Float64Array(tree.feature.length)
  const below = (child: number): number => (child >= 0 ? rows[child]! : rowsOfLeaf(tree, ~child))
  for (let node = rows.length - 1; node >= 0; node--) rows[node] = below(tree.left[node]!) + below(tree.right[node]!)
  return rows
}

/** Training rows of a leaf. One without rows, which no training makes, counts as one row: no share may be 0. */
export function rowsOfLeaf({ leafRows }: Tree, leaf: number): number {
  return Math.max(1, leafRows[leaf]!)
}

function meanValue(tree: Tree): number {
  let sum = 0
  let total = 0
  for (let leaf = 0; leaf < tree.values.length; leaf++) {
    const rows = rowsOfLeaf(tree, leaf)
    sum += rows * tree.values[leaf]!
    total += rows
  }
  return sum / total
}
