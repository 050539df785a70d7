import type { FeatureBins } from './bins.ts'

/**
 * What a split must keep to. All in the steps of the tree's gradients (penalties and gains too), so that the search
 * works on whole numbers alone; units are powers of two, so that nothing is lost by it.
 */
export interface SplitRule {
  readonly l1: number
  readonly l2: number
  /** Least h of a child, >= 1: covers minHessianPerLeaf and minRowsPerLeaf. */
  readonly minH: number
  readonly minGain: number
  /** Least h of a category that is sorted among others. */
  readonly minCategoryH: number
  readonly categorySmoothing: number
  readonly categoryL2: number
}

/** The best way to divide a node. `g` and `h` are the left child's sums in steps. */
export interface Split {
  readonly feature: number
  /** By how much twice the objective falls, in steps; see `gainUnit`. */
  readonly gain: number
  /** Sum of the children's objectives: what candidates of one node are compared by. */
  readonly both: number
  /** By threshold: the last bin that goes left. By set: unused. */
  readonly cut: number
  readonly flags: number
  /** By set: 256 bits, one per bin that goes left. */
  readonly set: Uint32Array | null
  readonly g: number
  readonly h: number
  /** The L2 penalty that the children's values must carry, in steps. */
  readonly l2: number
}

/** Sums of a node in steps. */
export interface NodeSums {
  readonly g: number
  readonly h: number
}

/** Twice the fall of the objective by giving a leaf its best value: T(g)^2 / (h + l2), T the soft threshold of l1. */
export function objective(g: number, h: number, { l1, l2 }: { l1: number; l2: number }): number {
  const pull = l1 === 0 ? g : Math.max(Math.abs(g) - l1, 0)
  return (pull * pull) / (h + l2)
}

/** The best value of a leaf: -sign(g) max(|g| - l1, 0) / (h + l2). */
export function leafValue(g: number, h: number, { l1, l2 }: { l1: number; l2: number }): number {
  const pull = l1 === 0 ? g : Math.sign(g) * Math.max(Math.abs(g) - l1, 0)
  return pull === 0 ? 0 : -pull / (h + l2)
}

/** Gains below this share of the node's own objective are rounding errors of doubles. */
const roundingShare = 1e-11

/** What the children's objectives must exceed together, where the node's own is `own`. */
export const floorOver = (own: number, { minGain }: SplitRule): number => own * (1 + roundingShare) + minGain

/** One feature to scan: its 512 numbers begin at `base`; `best` is what has been found so far. */
export interface Scan {
  readonly feature: number
  readonly bins: FeatureBins
  readonly rule: SplitRule
  readonly base: number
  readonly best: Split | null
}
