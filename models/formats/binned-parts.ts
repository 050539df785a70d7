import type { FeatureBins } from '../trees/bins.ts'
import { createEnsemble, type TreeEnsemble } from '../trees/ensemble.ts'
import { bySet, missingLeft, type Tree } from '../trees/tree.ts'
import { boundsOf, cellsWith, type FeatureCells, isZeroCell, noCells } from './feature-cells.ts'
import type { ForeignModel, ForeignNode, ForeignTree } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'
import { joinPath } from './join-path.ts'
import { leafOrder, parentsFirst, pruneTree } from './prune-tree.ts'

/** Trees over bins of their own. The parts of a model add up to it. */
export interface BinnedPart {
  readonly ensemble: TreeEnsemble
  /** By category feature of the ensemble: the cell (level of its bins) of each code; other codes are in cell 0. */
  readonly cellOf: ReadonlyMap<string, ReadonlyMap<number, number>>
}

const missingBin = 255
/** Nodes name their feature in 16 bits. */
const mostFeatures = 65_535
/** Where a file has weights for numbers of training rows, a root has so many in all; a leaf with less than one counts as one. */
const rowUnits = 2 ** 30

/**
 * A foreign model in our own terms: each tree's tests on at most 254 cells of each feature. One set of cells seldom serves
 * all trees, so they are dealt out to as many parts as needed; a tree that needs too many cells by itself becomes several,
 * each with some of its leaves.
 */
export function binnedParts(model: ForeignModel, where: string): BinnedPart[] {
  if (model.features.length > mostFeatures)
    throw foreignFault(where, 'too many features', {
      expected: `at most ${mostFeatures}`,
      received: model.features.length,
    })
  const parts: BinnedPart[] = []
  const empty = model.features.map(({ kind }) => noCells(kind))
  let cells = [...empty]
  let trees: ForeignTree[] = []
  const close = (): void => {
    parts.push(partOf(model, { cells, trees, base: parts.length === 0 ? model.base : 0 }))
    cells = [...empty]
    trees = []
  }
  const queue = [...model.trees].reverse()
  for (let tree = queue.pop(); tree !== undefined; tree = queue.pop()) {
    const refined = cellsWith(cells, tree)
    if (refined !== null) {
      for (const [feature, cell] of refined) cells[feature] = cell
      trees.push(tree)
      continue
    }
    queue.push(...(trees.length > 0 ? [tree] : halves(tree, { empty, where })))
    if (trees.length > 0) close()
  }
  if (trees.length > 0 || parts.length === 0) close()
  return parts
}

/** Smaller trees that add up to one that needs too many cells. */
function halves(tree: ForeignTree, { empty, where }: { empty: readonly FeatureCells[]; where: string }): ForeignTree[] {
  const kept = leafOrder(tree).filter((leaf) => tree.values[leaf] !== 0)
  if (kept.length === 0) return []
  const middle = kept.length >> 1
  if (kept.length > 1) return [kept.slice(0, middle), kept.slice(middle)].map((part) => pruneTree(tree, new Set(part)))
  const path = joinPath(pruneTree(tree, new Set(kept)))
  if (cellsWith(empty, path) !== null) return [path]
  throw foreignFault(where, 'a path through a tree tests one feature against more than 253 values', {
    expected: 'at most 253',
  })
}

/** Only features that some tree of the part splits: no other column need be there. */
function partOf(
  { features }: ForeignModel,
  { cells, trees, base }: { cells: readonly FeatureCells[]; trees: readonly ForeignTree[]; base: number },
): BinnedPart {
  const used = [...new Set(trees.flatMap(({ nodes }) => nodes.map(({ feature }) => feature)))].sort((a, b) => a - b)
  const bins = new Map(used.map((f) => [f, binsOf(features[f]!.name, cells[f]!)]))
  const place = new Map(used.map((f, at) => [f, at]))
  const layout = { place, testOf: (node: ForeignNode) => testOf(node, { bins, cells }) }
  const built = trees.map((tree) => builtTree(tree, layout))
  const gains = built.map((tree) => Array.from(tree.feature, () => 0))
  const categories = used.flatMap((f) => {
    const cell = cells[f]!
    return cell.kind === 'category' ? [[features[f]!.name, cell.cellOf] as const] : []
  })
  return { ensemble: createEnsemble([...bins.values()], base, { trees: built, gains }), cellOf: new Map(categories) }
}

export interface TreeLayout {
  /** Feature of the file -> its place in the ensemble. */
  readonly place: ReadonlyMap<number, number>
  readonly testOf: (node: ForeignNode) => BinTest
}

interface CellLayout {
  readonly bins: ReadonlyMap<number, FeatureBins>
  readonly cells: readonly FeatureCells[]
}

function binsOf(name: string, cells: FeatureCells): FeatureBins {
  if (cells.kind === 'number') {
    const bounds = Float32Array.from(cells.bounds).sort()
    return { name, kind: 'number', bounds, binCount: bounds.length + 1 }
  }
  const levels = Array.from({ length: cells.count }, (_, cell) => String(cell))
  return { name, kind: 'category', levels, binCount: levels.length }
}

/** Nodes get the numbers of a walk from the top, so that a child's is above its parent's. */
export function builtTree(tree: ForeignTree, layout: TreeLayout): Tree {
  const order = parentsFirst(tree)
  const number = new Map(order.map((node, at) => [node, at]))
  const placed = (child: number): number => (child < 0 ? child : number.get(child)!)
  const tests = order.map((node) => layout.testOf(tree.nodes[node]!))
  const sets = tests.flatMap(({ set }) => (set === null ? [] : [set]))
  let setCount = 0
  const total = tree.rows.reduce((sum, rows) => sum + rows, 0)
  const areCounts = tree.rows.every(Number.isInteger) && total < 2 ** 32
  return {
    feature: Uint16Array.from(order, (node) => layout.place.get(tree.nodes[node]!.feature)!),
    cut: Uint32Array.from(tests, ({ set, cut }) => (set === null ? cut : setCount++)),
    flags: Uint8Array.from(tests, ({ flags }) => flags),
    left: Int32Array.from(order, (node) => placed(tree.nodes[node]!.left)),
    right: Int32Array.from(order, (node) => placed(tree.nodes[node]!.right)),
    sets: Uint32Array.from(sets.flatMap((set) => [...set])),
    values: tree.values,
    leafRows: areCounts ? Uint32Array.from(tree.rows) : tree.rows.map((rows) => (rows * rowUnits) / (total || 1)),
  }
}

/** A test on bins, as a node of a tree has it. */
export interface BinTest {
  readonly cut: number
  readonly flags: number
  readonly set: Uint32Array | null
}

function testOf({ feature, test }: ForeignNode, { bins, cells }: CellLayout): BinTest {
  const own = bins.get(feature)!
  const flags = test.missingLeft ? missingLeft : 0
  if (test.kind === 'set') {
    const { cellOf } = cells[feature] as Extract<FeatureCells, { kind: 'category' }>
    const members = new Set(test.codes.map((code) => cellOf.get(code)!))
    return bySetOf(own.binCount, test.missingLeft, (cell) => members.has(cell) === test.membersLeft)
  }
  const { bounds } = own as Extract<FeatureBins, { kind: 'number' }>
  const upper = (bin: number): number => bounds[bin] ?? Infinity
  const isLeft = (bin: number): boolean => upper(bin) <= test.atMost
  if (test.zeroIsMissing)
    return bySetOf(own.binCount, test.missingLeft, (bin) => (isZeroCell(upper(bin)) ? test.missingLeft : isLeft(bin)))
  if (Number.isNaN(test.atMost)) return bySetOf(own.binCount, test.missingLeft, () => false)
  if (test.atMost === Infinity) return { cut: own.binCount - 1, flags, set: null }
  return { cut: bounds.indexOf(boundsOf(test)[0]!), flags, set: null }
}

/** The set of bins that go left. */
export function bySetOf(binCount: number, missingGoesLeft: boolean, isLeft: (bin: number) => boolean): BinTest {
  const set = new Uint32Array(8)
  const add = (bin: number): void => void (set[bin >>> 5]! |= 1 << (bin & 31))
  for (let bin = 0; bin < binCount; bin++) if (isLeft(bin)) add(bin)
  if (missingGoesLeft) add(missingBin)
  return { cut: 0, flags: bySet, set }
}
