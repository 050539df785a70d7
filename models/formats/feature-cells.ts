import { float32Below } from './float32-neighbours.ts'
import type { ForeignTree, SetTest, ThresholdTest } from './foreign-model.ts'

/** LightGBM's `kZeroThreshold`: what it takes for zero where zeros are missing. */
const zeroLimit = Math.fround(1e-35)
/** One byte per value: 254 cells of numbers or categories, as for our own bins, and the missing one. */
const mostCells = 254

/** The cells that a feature's values fall into: no test of the trees so far tells two values of one cell apart. */
export type FeatureCells = NumberCells | CategoryCells
interface NumberCells {
  readonly kind: 'number'
  /** Upper bounds, float32. */
  readonly bounds: ReadonlySet<number>
}
interface CategoryCells {
  readonly kind: 'category'
  /** Cell of each code that a test has named; all other codes are in cell 0. */
  readonly cellOf: ReadonlyMap<number, number>
  readonly count: number
}

export const noCells = (kind: 'number' | 'category'): FeatureCells =>
  kind === 'number' ? { kind, bounds: new Set() } : { kind, cellOf: new Map(), count: 1 }

/** The bounds that a test needs; -0 and 0 are one bound. */
export function boundsOf({ atMost, zeroIsMissing }: ThresholdTest): number[] {
  const own = Number.isNaN(atMost) || atMost === Infinity ? [] : [atMost === 0 ? 0 : atMost]
  return zeroIsMissing ? [...own, float32Below(-zeroLimit), zeroLimit] : own
}

/** Whether a number between bounds of a test with `zeroIsMissing` is taken for missing: a cell's upper bound tells. */
export const isZeroCell = (upper: number): boolean => upper >= -zeroLimit && upper <= zeroLimit

/** Category cells while one tree refines them. */
interface OpenCells {
  readonly kind: 'category'
  readonly cellOf: Map<number, number>
  /** Named codes by cell. */
  readonly sizes: Map<number, number>
  count: number
}

function openCells({ cellOf, count }: CategoryCells): OpenCells {
  const sizes = new Map<number, number>()
  for (const cell of cellOf.values()) sizes.set(cell, (sizes.get(cell) ?? 0) + 1)
  return { kind: 'category', cellOf: new Map(cellOf), sizes, count }
}

/** Codes of a set move to cells of their own where some codes of the old cell are not among them. */
function refine(open: OpenCells, { codes }: SetTest): void {
  const { cellOf, sizes } = open
  const inside = new Map<number, number[]>()
  for (const code of new Set(codes)) {
    const cell = cellOf.get(code) ?? 0
    const list = inside.get(cell)
    if (list === undefined) inside.set(cell, [code])
    else list.push(code)
  }
  for (const [cell, list] of inside) {
    // Cell 0 holds all codes that no test has named, so no set is all of it.
    if (cell !== 0 && list.length === sizes.get(cell)) continue
    if (cell !== 0) sizes.set(cell, sizes.get(cell)! - list.length)
    for (const code of list) cellOf.set(code, open.count)
    sizes.set(open.count++, list.length)
  }
}

/** The cells of the features that `tree` splits, refined by its tests; null when a feature would need too many. */
export function cellsWith(cells: readonly FeatureCells[], tree: ForeignTree): Map<number, FeatureCells> | null {
  const refined = new Map<number, FeatureCells>()
  const open = new Map<number, OpenCells>()
  const bounds = new Map<number, Set<number>>()
  for (const { feature, test } of tree.nodes) {
    if (test.kind === 'set') {
      const own = open.get(feature) ?? openCells(cells[feature] as CategoryCells)
      open.set(feature, own)
      refine(own, test)
      if (own.count > mostCells) return null
      continue
    }
    const known = bounds.get(feature) ?? new Set((cells[feature] as NumberCells).bounds)
    for (const bound of boundsOf(test)) known.add(bound)
    if (known.size >= mostCells) return null
    bounds.set(feature, known)
  }
  for (const [feature, { cellOf, count }] of open) refined.set(feature, { kind: 'category', cellOf, count })
  for (const [feature, known] of bounds) refined.set(feature, { kind: 'number', bounds: known })
  return refined
}
