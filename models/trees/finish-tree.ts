import { gainUnit } from './gradients.ts'
import type { GrownTree } from './grow.ts'
import type { SpaceLeaf, SpaceTask } from './grow-in-space.ts'
import { within } from './search-in-space.ts'
import { leafValue } from './split.ts'
import type { TreeBuilder } from './tree-builder.ts'

/** The tree with its values, from its leaves in their order. */
export function finishTree(
  { units, rule }: Pick<SpaceTask, 'units' | 'rule'>,
  builder: TreeBuilder,
  leaves: readonly Omit<SpaceLeaf, 'depth' | 'slot' | 'split'>[],
): GrownTree {
  const unit = units.gUnit / units.hUnit
  const values = leaves.map(({ g, h, l2, limits }) => unit * within(leafValue(g, h, { l1: rule.l1, l2 }), limits))
  const sizes = Uint32Array.from(leaves, ({ begin, end }) => end - begin)
  return {
    tree: builder.finish(Float64Array.from(values), sizes),
    gain: builder.gain.map((steps) => steps * gainUnit(units)),
    begin: Uint32Array.from(leaves, ({ begin }) => begin),
    end: Uint32Array.from(leaves, ({ end }) => end),
  }
}
