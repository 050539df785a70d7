import type { Block } from './block.ts'
import type { GroupTable, TablePlan } from './table-plan.ts'

/**
 * Adds a tree's Shapley values to the rows of the block: per group first the place of every row's cell, then one column of the
 * table after the other. Four columns at a time, so that a row's place is read and kept for four.
 */
export function addByTables({ groups }: TablePlan, block: Block, cells: Uint16Array): void {
  for (const group of groups) {
    findCells(group, block, cells)
    addColumns(group, block, cells)
  }
}

function findCells({ features, places }: GroupTable, { rowCount, bins }: Block, cells: Uint16Array): void {
  const binsOf = (k: number): Uint8Array => bins[features[k]!]!
  const placesOf = (k: number): Uint16Array => places[k]!
  cells.fill(0, 0, rowCount)
  let k = 0
  for (; k + 4 <= places.length; k += 4)
    addFourPlaces(cells, rowCount, { places: four(placesOf, k), bins: four(binsOf, k) })
  for (; k < places.length; k++) addPlace(cells, rowCount, { places: placesOf(k), bins: binsOf(k) })
}

function addColumns({ features, table }: GroupTable, { rowCount, phi }: Block, cells: Uint16Array): void {
  const phiOf = (k: number): Float64Array => phi[features[k]!]!
  let k = 0
  for (; k + 4 <= features.length; k += 4) addFour(four(phiOf, k), table.subarray(k), { cells, rowCount })
  for (; k < features.length; k++) addOne(phiOf(k), table.subarray(k), { cells, rowCount })
}

type Four<T> = readonly [T, T, T, T]

const four = <T>(of: (k: number) => T, k: number): Four<T> => [of(k), of(k + 1), of(k + 2), of(k + 3)]

function addFourPlaces(
  cells: Uint16Array,
  rowCount: number,
  { places: [pa, pb, pc, pd], bins: [a, b, c, d] }: { places: Four<Uint16Array>; bins: Four<Uint8Array> },
): void {
  for (let row = 0; row < rowCount; row++) cells[row]! += pa[a[row]!]! + pb[b[row]!]! + pc[c[row]!]! + pd[d[row]!]!
}

function addPlace(
  cells: Uint16Array,
  rowCount: number,
  { places, bins }: { places: Uint16Array; bins: Uint8Array },
): void {
  for (let row = 0; row < rowCount; row++) cells[row]! += places[bins[row]!]!
}

function addFour(
  [a, b, c, d]: Four<Float64Array>,
  table: Float64Array,
  { cells, rowCount }: { cells: Uint16Array; rowCount: number },
): void {
  for (let row = 0; row < rowCount; row++) {
    const at = cells[row]!
    a[row]! += table[at]!
    b[row]! += table[at + 1]!
    c[row]! += table[at + 2]!
    d[row]! += table[at + 3]!
  }
}

function addOne(
  phi: Float64Array,
  table: Float64Array,
  { cells, rowCount }: { cells: Uint16Array; rowCount: number },
): void {
  for (let row = 0; row < rowCount; row++) phi[row]! += table[cells[row]!]!
}
