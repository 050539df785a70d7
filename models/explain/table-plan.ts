import type { Anatomy } from './anatomy.ts'
import { type BinClasses, binClasses } from './bin-classes.ts'
import { type LeafPath, leafPaths } from './leaf-paths.ts'
import { leafTable } from './leaf-table.ts'
import { type LeafGroup, mergeLeaves } from './merge-leaves.ts'

/** What some leaves of one tree contribute, by cell; a cell is one state of each of the group's K features. */
export interface GroupTable {
  /** K features of the ensemble. */
  readonly features: Uint16Array
  /** Entry 256 k + bin: what the bin of feature k adds to the number of the cell; bin 0 adds 0. */
  readonly steps: Uint16Array
  /** By cell, K contributions; at most 65,536 cells. */
  readonly table: Float64Array
}

/** A tree made ready for `addByTables`. */
export interface TablePlan {
  readonly kind: 'tables'
  readonly groups: readonly GroupTable[]
  readonly byteLength: number
}

/** Paths with more different features than this are left to the walk: cells are counted in 16 bits. */
const mostFeatures = 16
/** Entries of the tables of single leaves, per leaf on average and in all: beyond, building them takes longer than the walk. */
const mostEntriesPerLeaf = 2 ** 15
const mostEntries = 2 ** 22

/** Whether tables pay for this tree, given enough rows. */
export function fitsTables(anatomy: Anatomy): boolean {
  const { tree, featuresUpTo } = anatomy
  if (anatomy.mostFeatures > mostFeatures) return false
  let entries = 0
  for (let edge = 0; edge < featuresUpTo.length; edge++) {
    const child = (edge & 1) === 0 ? tree.left[edge >> 1]! : tree.right[edge >> 1]!
    if (child < 0) entries += featuresUpTo[edge]! * 2 ** featuresUpTo[edge]!
  }
  return entries <= Math.min(mostEntries, mostEntriesPerLeaf * tree.values.length)
}

/**
 * Shapley values of a row depend only on which class each feature's bin is in. So the leaves are merged into groups with one
 * table each, and a row needs one look-up per group. Asks that `fitsTables`.
 */
export function planTables(anatomy: Anatomy): TablePlan {
  const classes = binClasses(anatomy.tree)
  const groups = mergeLeaves(leafPaths(anatomy, classes), classes).map((group) => tabulate(group, classes))
  const byteLength = groups.reduce((sum, { steps, table }) => sum + steps.byteLength + table.byteLength, 0)
  return { kind: 'tables', groups, byteLength }
}

function tabulate(group: LeafGroup, classes: readonly BinClasses[]): GroupTable {
  const features = group.features.toSorted((a, b) => classes[a]!.feature - classes[b]!.feature)
  const width = features.length
  const table = new Float64Array(group.cells * width)
  for (const leaf of group.leaves) {
    const own = leafTable(leaf)
    const masks = masksByCell({ ...group, features }, leaf)
    const size = own.length / leaf.features.length
    for (const [j, place] of leaf.features.entries())
      addColumn(table.subarray(features.indexOf(place)), own.subarray(j * size), { masks, width })
  }
  let stride = 1
  const steps = new Uint16Array(256 * width)
  for (const [k, place] of features.entries()) {
    const { of, count } = group.states[place]!
    for (let bin = 0; bin < 256; bin++) steps[256 * k + bin] = of[classes[place]!.of[bin]!]! * stride
    stride *= count
  }
  return { features: Uint16Array.from(features, (place) => classes[place]!.feature), steps, table }
}

/** Adds what a leaf gives one of its features to every `width`-th entry. */
function addColumn(
  table: Float64Array,
  own: Float64Array,
  { masks, width }: { masks: Uint16Array; width: number },
): void {
  for (let cell = 0, at = 0; cell < masks.length; cell++, at += width) table[at]! += own[masks[cell]!]!
}

/** By cell: which features of the leaf's path a row of that cell passes. The first feature's state changes fastest. */
function masksByCell({ features, states, cells }: LeafGroup, leaf: LeafPath): Uint16Array {
  const masks = new Uint16Array(cells)
  let filled = 1
  for (const place of features) {
    const { of, count } = states[place]!
    const j = leaf.features.indexOf(place)
    const bits = new Uint16Array(count)
    if (j >= 0) for (let k = 0; k < of.length; k++) bits[of[k]!] = leaf.passes[j]![k]! << j
    for (let state = count - 1; state >= 0; state--)
      for (let cell = 0; cell < filled; cell++) masks[state * filled + cell] = masks[cell]! | bits[state]!
    filled *= count
  }
  return masks
}
