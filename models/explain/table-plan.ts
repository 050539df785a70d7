import type { Anatomy } from './anatomy.ts'
import { type CodeClasses, codeClasses, type CodedTree } from './code-classes.ts'
import { leafPaths } from './leaf-paths.ts'
import { type LeafGroup, mergeLeaves } from './merge-leaves.ts'

/**
 * Shapley values of a row depend only on which class each feature's code is in. So the leaves are merged into groups with one
 * table each, and a row needs one look-up per group: a cell is one state of each of the group's features.
 */
export interface TablePlan {
  readonly kind: 'tables'
  readonly classes: readonly CodeClasses[]
  /** Their features, places in `classes`, come in the order of the ensemble's features. */
  readonly groups: readonly LeafGroup[]
}

/** Paths with more different features than this are left to the walk: cells are counted in 16 bits. */
export const mostTableFeatures = 16
/** Entries of the tables of single leaves, per leaf on average and in all: beyond, building them takes longer than the walk. */
const mostEntriesPerLeaf = 2 ** 15
const mostEntries = 2 ** 22

/** Whether tables pay for this tree, given enough rows. */
export function fitsTables(anatomy: Anatomy): boolean {
  const { tree, featuresUpTo } = anatomy
  if (anatomy.mostFeatures > mostTableFeatures) return false
  let entries = 0
  for (let edge = 0; edge < featuresUpTo.length; edge++) {
    const child = (edge & 1) === 0 ? tree.left[edge >> 1]! : tree.right[edge >> 1]!
    if (child < 0) entries += featuresUpTo[edge]! * 2 ** featuresUpTo[edge]!
  }
  return entries <= Math.min(mostEntries, mostEntriesPerLeaf * tree.values.length)
}

/** Asks that `fitsTables`. */
export function planTables(anatomy: Anatomy, coded: CodedTree): TablePlan {
  const classes = codeClasses(coded)
  const groups = mergeLeaves(leafPaths(anatomy, coded, classes), classes).map((group) => ({
    ...group,
    features: group.features.toSorted((a, b) => classes[a]!.feature - classes[b]!.feature),
  }))
  return { kind: 'tables', classes, groups }
}

/** Doubles per cell: one by feature, an even number. */
export const widthOf = ({ features }: LeafGroup): number => features.length + (features.length & 1)

/** Bytes of the groups' tables. */
export function tableBytes({ groups }: TablePlan): number {
  return groups.reduce((sum, group) => sum + 8 * group.cells * widthOf(group), 0)
}
