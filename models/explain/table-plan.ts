import type { Anatomy } from './anatomy.ts'
import { type BinClasses, binClasses } from './bin-classes.ts'
import { leafPaths } from './leaf-paths.ts'
import { leafTable } from './leaf-table.ts'
import { type LeafGroup, mergeLeaves } from './merge-leaves.ts'

/** What some leaves of one tree contribute, by cell; a cell is one state of each of the group's K features. */
export interface GroupTable {
  /** K features of the ensemble. */
  readonly features: Uint16Array
  /** By feature and bin: what the bin adds to the place of the cell in `table`; bin 0 adds 0. */
  readonly places: readonly Uint16Array[]
  /** By cell, K contributions. At most 65,536 entries. */
  readonly table: Float64Array
}

/** A tree made ready for `addByTables`. */
export interface TablePlan {
  readonly kind: 'tables'
  readonly groups: readonly GroupTable[]
  readonly byteLength: number
}

/** Paths with more different features than this are left to the walk: a leaf's table doubles with each. */
const mostFeatures = 12
/** Most entries of the tables of single leaves on average: beyond, the tables outgrow the caches and the walk is as fast. */
const mostEntriesPerLeaf = 8192

/** Whether tables pay for this tree, given enough rows. */
export function fitsTables(anatomy: Anatomy): boolean {
  const { tree, featuresUpTo } = anatomy
  if (anatomy.mostFeatures > mostFeatures) return false
  let entries = 0
  for (let edge = 0; edge < featuresUpTo.length; edge++) {
    const child = (edge & 1) === 0 ? tree.left[edge >> 1]! : tree.right[edge >> 1]!
    if (child < 0) entries += featuresUpTo[edge]! * 2 ** featuresUpTo[edge]!
  }
  return entries <= mostEntriesPerLeaf * tree.values.length
}

/**
 * Shapley values of a row depend only on which class each feature's bin is in. So the leaves are merged into groups with one
 * table each, and a row needs one look-up per group. Asks that `fitsTables`.
 */
export function planTables(anatomy: Anatomy): TablePlan {
  const classes = binClasses(anatomy.tree)
  const groups = mergeLeaves(leafPaths(anatomy, classes), classes).map((group) => tabulate(group, classes))
  const byteLength = groups.reduce((sum, { places, table }) => sum + 512 * places.length + table.byteLength, 0)
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
    for (const [j, place] of leaf.features.entries()) {
      const base = j * size
      for (let cell = 0, at = features.indexOf(place); cell < masks.length; cell++, at += width)
        table[at]! += own[base + masks[cell]!]!
    }
  }
  let stride = width
  const places = features.map((place) => {
    const { of, count } = group.states[place]!
    const byBin = Uint16Array.from(classes[place]!.of, (binClass) => of[binClass]! * stride)
    stride *= count
    return byBin
  })
  return { features: Uint16Array.from(features, (place) => classes[place]!.feature), places, table }
}

/** By cell: which features of the leaf's path a row of that cell passes. The first feature's state changes fastest. */
function masksByCell({ features, states, cells }: LeafGroup, leaf: LeafPathLike): Uint16Array {
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

type LeafPathLike = Pick<LeafGroup['leaves'][number], 'features' | 'passes'>
