import { gainUnit } from './gradients.ts'
import type { GrownTree } from './grow.ts'
import type { SpaceLeaf, SpaceTask } from './grow-in-space.ts'
import { within } from './search-in-space.ts'
import { leafValue } from './split.ts'
import type { TreeBuilder } from './tree-builder.ts'

/** What is left to know of a leaf once the tree is grown. */
export type FinishedLeaf = Omit<SpaceLeaf, 'depth' | 'slot' | 'split'>

/** The tree with its values, from its leaves in their order. */
export function finishTree(
  { units, rule }: Pick<SpaceTask, 'units' | 'rule'>,
  builder: TreeBuilder,
  leaves: readonly FinishedLeaf[],
): GrownTree {
  const unit = units.gUnit / units.hUnit
  const values = new Float64Array(leaves.length)
  const begin = new Uint32Array(leaves.length)
  const end = new Uint32Array(leaves.length)
  const rows = new Uint32Array(leaves.length)
  for (const [k, leaf] of leaves.entries()) {
    values[k] = unit * within(leafValue(leaf.g, leaf.h, { l1: rule.l1, l2: leaf.l2 }), leaf.limits)
    begin[k] = leaf.begin
    end[k] = leaf.end
    rows[k] = leaf.end - leaf.begin
  }
  const gain = builder.gain.map((steps) => steps * gainUnit(units))
  return { tree: builder.finish(values, rows), gain, begin, end }
}
