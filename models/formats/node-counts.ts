import type { Tree } from '../trees/tree.ts'

/** By node: training rows below it, and their mean leaf value (0 where there are no rows). */
export function nodeCounts(tree: Tree): { rows: Float64Array; values: Float64Array } {
  const count = tree.feature.length
  const rows = new Float64Array(count)
  const sums = new Float64Array(count)
  for (let node = count - 1; node >= 0; node--)
    for (const child of [tree.left[node]!, tree.right[node]!]) {
      rows[node]! += child >= 0 ? rows[child]! : tree.leafRows[~child]!
      sums[node]! += child >= 0 ? sums[child]! : tree.leafRows[~child]! * tree.values[~child]!
    }
  return { rows, values: sums.map((sum, node) => (rows[node]! > 0 ? sum / rows[node]! : 0)) }
}
