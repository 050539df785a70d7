import type { ForeignNode, ForeignTree } from './foreign-model.ts'

/** Leaves in the order of a walk from left to right. */
export function leafOrder({ nodes }: ForeignTree): number[] {
  const order: number[] = []
  const pending = [nodes.length === 0 ? -1 : 0]
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    if (at < 0) order.push(~at)
    else pending.push(nodes[at]!.right, nodes[at]!.left)
  return order
}

/**
 * The tree with the value 0 in all leaves but `kept`; what lies below a node without a kept leaf becomes one leaf. Trees
 * that share out the leaves among them add up to the whole tree, in their scores and in their Shapley values: a node of
 * zeros is worth 0 whichever of its features is known.
 */
export function pruneTree(tree: ForeignTree, kept: ReadonlySet<number>): ForeignTree {
  const nodes: ForeignNode[] = []
  const values: number[] = []
  const rows: number[] = []
  const { holdsKept, rowsBelow } = summary(tree, kept)
  const addLeaf = (value: number, count: number): number => {
    rows.push(count)
    return ~(values.push(value) - 1)
  }
  const pending: { at: number; hang: (child: number) => void }[] = [
    { at: tree.nodes.length === 0 ? -1 : 0, hang: () => {} },
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { at, hang } = next
    if (at < 0) hang(addLeaf(kept.has(~at) ? tree.values[~at]! : 0, tree.rows[~at]!))
    else if (holdsKept[at] === 0) hang(addLeaf(0, rowsBelow[at]!))
    else {
      const node = { ...tree.nodes[at]! }
      hang(nodes.push(node) - 1)
      pending.push({ at: tree.nodes[at]!.right, hang: (child) => (node.right = child) })
      pending.push({ at: tree.nodes[at]!.left, hang: (child) => (node.left = child) })
    }
  }
  return { nodes, values: Float64Array.from(values), rows: Float64Array.from(rows) }
}

/** By node: whether a kept leaf lies below it, and the rows of all leaves below it. */
function summary(tree: ForeignTree, kept: ReadonlySet<number>): { holdsKept: Uint8Array; rowsBelow: Float64Array } {
  const { nodes, rows } = tree
  const holdsKept = new Uint8Array(nodes.length)
  const rowsBelow = new Float64Array(nodes.length)
  for (const at of parentsFirst(tree).reverse())
    for (const child of [nodes[at]!.left, nodes[at]!.right]) {
      rowsBelow[at]! += child < 0 ? rows[~child]! : rowsBelow[child]!
      if (child < 0 ? kept.has(~child) : holdsKept[child] === 1) holdsKept[at] = 1
    }
  return { holdsKept, rowsBelow }
}

/** Nodes of the tree, every parent before its children. */
export function parentsFirst({ nodes }: ForeignTree): number[] {
  const order: number[] = []
  const pending = nodes.length === 0 ? [] : [0]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    order.push(at)
    for (const child of [nodes[at]!.right, nodes[at]!.left]) if (child >= 0) pending.push(child)
  }
  return order
}
