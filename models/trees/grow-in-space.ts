import { finishTree } from './finish-tree.ts'
import type { GradientUnits } from './gradients.ts'
import { growByKernel } from './grow-by-kernel.ts'
import type { GrownTree } from './grow.ts'
import { addToHistogram, type LeafLimits, searchLeaves, within } from './search-in-space.ts'
import { splitInSpace } from './split-in-space.ts'
import { leafValue, type Split, type SplitRule } from './split.ts'
import { TreeBuilder } from './tree-builder.ts'
import type { TreeSpace } from './tree-space.ts'

export interface SpaceTask {
  readonly space: TreeSpace
  readonly units: GradientUnits
  readonly rule: SplitRule
  /** The rows to learn from: the first `count` of the order; sums of their g and h in steps. */
  readonly root: { readonly count: number; readonly g: number; readonly h: number }
  /** The order has not been written: it is the rows themselves, 0, 1, 2 … */
  readonly isPlain: boolean
  readonly maxLeaves: number
  /** Levels of splits; Infinity = no limit. */
  readonly maxDepth: number
  /** By feature: 1 = leaf values never fall with it, -1 = never rise; null = no limits on any. */
  readonly directions: Int8Array | null
  /** Called before each split: throws when the fit is to stop. */
  readonly poll: () => void
}

export interface SpaceLeaf {
  readonly begin: number
  readonly end: number
  readonly depth: number
  readonly g: number
  readonly h: number
  /** Penalty of its value, in steps. */
  readonly l2: number
  readonly limits: LeafLimits
  /** Number of its histogram; -1 when nothing more is asked of it or memory did not allow to keep it. */
  slot: number
  split: Split | null
}

const unlimited: LeafLimits = { low: -Infinity, high: Infinity }

/**
 * Grows one tree on kernels, leaf by leaf, as `growTree` does: always the leaf with the highest gain next, until
 * `maxLeaves` or until no split beats the rule. Rows end up in the order by leaf. In WebAssembly that is one kernel.
 */
export function growInSpace(task: SpaceTask): GrownTree {
  return task.space.pool.isWasm ? growByKernel(task) : growByCalls(task)
}

/** `growInSpace` call by call: the twin of the kernel `growTree`. */
export function growByCalls(task: SpaceTask): GrownTree {
  const builder = new TreeBuilder()
  const free = Array.from({ length: task.space.layout.slots }, (_, slot) => slot).reverse()
  const { count, g, h } = task.root
  const root = { begin: 0, end: count, depth: 0, g, h, l2: task.rule.l2, limits: unlimited, slot: -1, split: null }
  const leaves: SpaceLeaf[] = [root]
  if (task.maxLeaves > 1 && mayBeSplit(task, root)) search(task, { free, smaller: root, wantsSmaller: true })
  while (leaves.length < task.maxLeaves) {
    const next = bestLeaf(leaves)
    if (next < 0) break
    task.poll()
    const leaf = leaves[next]!
    const [left, right] = divide(task, leaf, leaves.length === 1)
    builder.splitLeaf(next, leaf.split!)
    leaves[next] = left
    leaves.push(right)
    if (leaves.length < task.maxLeaves) searchChildren(task, leaf, { free, left, right })
  }
  return finishTree(task, builder, leaves)
}

/** Index of the leaf with the highest gain, the first of equals; -1 when none can be split. */
function bestLeaf(leaves: readonly SpaceLeaf[]): number {
  let best = -1
  let gain = 0
  for (let i = 0; i < leaves.length; i++) {
    const { split } = leaves[i]!
    if (split === null || split.gain <= gain) continue
    best = i
    gain = split.gain
  }
  return best
}

const mayBeSplit = ({ rule, maxDepth }: SpaceTask, leaf: SpaceLeaf): boolean =>
  leaf.depth < maxDepth && leaf.h >= 2 * rule.minH

function divide(task: SpaceTask, leaf: SpaceLeaf, isRoot: boolean): [SpaceLeaf, SpaceLeaf] {
  const split = leaf.split!
  const middle = leaf.begin + splitInSpace(task.space, leaf, { split, isPlain: task.isPlain && isRoot })
  const [leftLimits, rightLimits] = childLimits(task, leaf, split)
  const child = { depth: leaf.depth + 1, l2: split.l2, slot: -1, split: null }
  return [
    { ...child, begin: leaf.begin, end: middle, g: split.g, h: split.h, limits: leftLimits },
    { ...child, begin: middle, end: leaf.end, g: leaf.g - split.g, h: leaf.h - split.h, limits: rightLimits },
  ]
}

/** On a feature with a direction the middle of both values parts what lies below from what lies above, for good. */
function childLimits(task: SpaceTask, leaf: SpaceLeaf, split: Split): [LeafLimits, LeafLimits] {
  const direction = task.directions?.[split.feature] ?? 0
  if (direction === 0) return [leaf.limits, leaf.limits]
  const penalty = { l1: task.rule.l1, l2: split.l2 }
  const left = within(leafValue(split.g, split.h, penalty), leaf.limits)
  const right = within(leafValue(leaf.g - split.g, leaf.h - split.h, penalty), leaf.limits)
  const middle = (left + right) / 2
  const below = { low: leaf.limits.low, high: middle }
  const above = { low: middle, high: leaf.limits.high }
  return direction > 0 ? [below, above] : [above, below]
}

/** The larger child's histogram is the parent's less the smaller one's, where the parent's was kept. */
function searchChildren(
  task: SpaceTask,
  parent: SpaceLeaf,
  { free, left, right }: { free: number[]; left: SpaceLeaf; right: SpaceLeaf },
): void {
  const [smaller, larger] = left.end - left.begin <= right.end - right.begin ? [left, right] : [right, left]
  const wantsSmaller = mayBeSplit(task, smaller)
  const wantsLarger = mayBeSplit(task, larger)
  if (wantsLarger && parent.slot >= 0) {
    larger.slot = parent.slot
    search(task, { free, smaller, larger, wantsSmaller })
    return
  }
  if (parent.slot >= 0) free.push(parent.slot)
  if (wantsSmaller) search(task, { free, smaller, wantsSmaller })
  if (wantsLarger) search(task, { free, smaller: larger, wantsSmaller: true })
}

/** Sums the smaller leaf's histogram and finds the splits; keeps histograms of leaves that can be split, memory allowing. */
function search(
  task: SpaceTask,
  {
    free,
    smaller,
    larger,
    wantsSmaller,
  }: { free: number[]; smaller: SpaceLeaf; larger?: SpaceLeaf; wantsSmaller: boolean },
): void {
  smaller.slot = free.pop()!
  const isPlain = task.isPlain && smaller.depth === 0
  const call = addToHistogram(task.space, smaller, isPlain)
  searchLeaves(task, { call, smaller, larger, wantsSmaller })
  for (const leaf of larger ? [smaller, larger] : [smaller]) {
    if (leaf.split !== null && free.length > 0) continue
    free.push(leaf.slot)
    leaf.slot = -1
  }
}
