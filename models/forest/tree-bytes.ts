/** Bytes of the head of a tree, of a node, a leaf, a set; see assembly/training/grow-forest-tree.ts. */
export const treeBytes = { head: 64, node: 32, leaf: 16, set: 32 } as const
