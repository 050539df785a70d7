import type { Block } from './block.ts'
import type { GroupTable, TablePlan } from './table-plan.ts'

/**
 * Adds a tree's Shapley values to the rows of the block: per group first every row's cell, then one column of the table
 * after the other; four features at a time, so that a cell is read and written once for four.
 */
export function addByTables({ groups }: TablePlan, block: Block): void {
  for (const group of groups) {
    findCells(group, block)
    addColumns(group, block)
  }
}

function findCells({ features, steps }: GroupTable, block: Block): void {
  block.cells.fill(0, 0, block.rowCount)
  let k = 0
  for (; k + 4 <= features.length; k += 4) addFourSteps(block, steps.subarray(256 * k), features.subarray(k, k + 4))
  for (; k < features.length; k++) addSteps(block, steps.subarray(256 * k), features[k]!)
}

function addColumns({ features, table }: GroupTable, block: Block): void {
  const width = features.length
  let k = 0
  for (; k + 4 <= width; k += 4) addFourColumns(block, features.subarray(k, k + 4), { table, width, column: k })
  for (; k < width; k++) addColumn(block, features[k]!, { table, width, column: k })
}

function addFourSteps({ rowCount, start, bins, cells }: Block, steps: Uint16Array, features: Uint16Array): void {
  const a = start[features[0]!]!
  const b = start[features[1]!]!
  const c = start[features[2]!]!
  const d = start[features[3]!]!
  for (let row = 0; row < rowCount; row++)
    cells[row]! +=
      steps[bins[a + row]!]! +
      steps[256 + bins[b + row]!]! +
      steps[512 + bins[c + row]!]! +
      steps[768 + bins[d + row]!]!
}

function addSteps({ rowCount, start, bins, cells }: Block, steps: Uint16Array, feature: number): void {
  const a = start[feature]!
  for (let row = 0; row < rowCount; row++) cells[row]! += steps[bins[a + row]!]!
}

interface Columns {
  readonly table: Float64Array
  /** Entries per cell. */
  readonly width: number
  /** The first column to be added. */
  readonly column: number
}

function addFourColumns(
  { rowCount, start, phi, cells }: Block,
  features: Uint16Array,
  { table, width, column }: Columns,
): void {
  const a = start[features[0]!]!
  const b = start[features[1]!]!
  const c = start[features[2]!]!
  const d = start[features[3]!]!
  for (let row = 0; row < rowCount; row++) {
    const at = cells[row]! * width + column
    phi[a + row]! += table[at]!
    phi[b + row]! += table[at + 1]!
    phi[c + row]! += table[at + 2]!
    phi[d + row]! += table[at + 3]!
  }
}

function addColumn({ rowCount, start, phi, cells }: Block, feature: number, { table, width, column }: Columns): void {
  const a = start[feature]!
  for (let row = 0; row < rowCount; row++) phi[a + row]! += table[cells[row]! * width + column]!
}
