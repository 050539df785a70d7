import { type FeatureBins, missingBin } from '../trees/bins.ts'
import { scanFeature } from '../trees/find-split.ts'
import type { Gradients } from '../trees/gradients.ts'
import { featureStride, type Histogram } from '../trees/histogram.ts'
import { leftTable, partition } from '../trees/partition.ts'
import type { NodeSums, Scan, Split, SplitRule } from '../trees/split.ts'
import { TreeBuilder } from '../trees/tree-builder.ts'
import type { Tree } from '../trees/tree.ts'
import type { ForestDraws } from './forest-draws.ts'
import { splitAtRandom } from './random-split.ts'

export interface DeepTask {
  /** Bins by feature and row. */
  readonly columns: readonly Uint8Array[]
  readonly bins: readonly FeatureBins[]
  /** g = -(weight of churned rows), h = weight of rows: the gain is the fall of the Gini impurity. */
  readonly gradients: Gradients
  readonly rule: SplitRule
  /** Features looked at for each split, >= 1. */
  readonly featuresPerSplit: number
  readonly maxDepth: number
  /** One cut at random per feature instead of the best. */
  readonly isRandom: boolean
  readonly draws: ForestDraws
  /** Throws when the tree is no longer wanted. */
  readonly poll: () => void
}

interface Node extends NodeSums {
  readonly leaf: number
  readonly begin: number
  readonly end: number
  readonly depth: number
}

/** What one tree needs again and again: features to draw from, histograms of those drawn, room to partition. */
interface Workspace {
  readonly deck: Uint16Array
  readonly histogram: Histogram
  readonly scratch: Uint32Array
}

/**
 * Grows one tree of a forest (Breiman 2001), depth first, as far as the rule lets it: for each node `featuresPerSplit`
 * features are drawn, and more only while none of them differs among the node's rows, as in scikit-learn (to replace
 * every constant one would make the trees alike). Only these are summed, so there is nothing to subtract from. `rows` is
 * reordered. Leaf values are churn rates. Twin of assembly/training/grow-forest-tree.ts.
 */
export function growDeepTree(task: DeepTask, rows: Uint32Array): { tree: Tree; gainSteps: readonly number[] } {
  const builder = new TreeBuilder()
  const space = workspaceFor(task, rows)
  const leaves: Node[] = []
  const pending: Node[] = [rootOf(task, rows)]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    leaves[node.leaf] = node
    task.poll()
    const split = searchNode(task, node, { rows, space })
    if (split === null) continue
    const column = task.columns[split.feature]!
    const middle = node.begin + partition(rows.subarray(node.begin, node.end), column, leftTable(split), space.scratch)
    const depth = node.depth + 1
    const added = builder.splitLeaf(node.leaf, split)
    pending.push({ leaf: added, begin: middle, end: node.end, depth, g: node.g - split.g, h: node.h - split.h })
    pending.push({ leaf: node.leaf, begin: node.begin, end: middle, depth, g: split.g, h: split.h })
  }
  const unit = task.gradients.gUnit / task.gradients.hUnit
  const rates = Float64Array.from(leaves, ({ g, h }) => (h === 0 ? 0 : (-g / h) * unit))
  const leafRows = Uint32Array.from(leaves, ({ begin, end }) => end - begin)
  return { tree: builder.finish(rates, leafRows), gainSteps: builder.gain }
}

function workspaceFor({ bins, featuresPerSplit }: DeepTask, rows: Uint32Array): Workspace {
  return {
    deck: Uint16Array.from(bins, (_, f) => f),
    histogram: new Int32Array(featureStride * featuresPerSplit),
    scratch: new Uint32Array(rows.length),
  }
}

function rootOf({ gradients: { pairs } }: DeepTask, rows: Uint32Array): Node {
  let g = 0
  let h = 0
  for (let i = 0; i < rows.length; i++) {
    g += pairs[2 * rows[i]!]!
    h += pairs[2 * rows[i]! + 1]!
  }
  return { leaf: 0, begin: 0, end: rows.length, depth: 0, g, h }
}

/** The best split over features drawn for this node; null for pure and for small nodes. */
function searchNode(
  { columns, bins, gradients, rule, featuresPerSplit, maxDepth, isRandom, draws }: DeepTask,
  node: Node,
  { rows, space }: { rows: Uint32Array; space: Workspace },
): Split | null {
  const isPure = node.g === 0 || -node.g * gradients.gUnit === node.h * gradients.hUnit
  if (isPure || node.depth >= maxDepth || node.h < 2 * rule.minH) return null
  const { deck, histogram } = space
  const here = rows.subarray(node.begin, node.end)
  let best: Split | null = null
  let isVaried = false
  for (let drawn = 0; drawn < deck.length && !isVaried;) {
    const count = Math.min(drawn === 0 ? featuresPerSplit : 1, deck.length - drawn)
    for (let k = 0; k < count; k++) draw(deck, drawn + k, draws)
    const features = deck.subarray(drawn, drawn + count)
    drawn += count
    for (let k = 0; k < count; k++) clear(histogram, k * featureStride, bins[features[k]!]!.binCount)
    for (let k = 0; k < count; k++)
      addFeature(histogram, k * featureStride, { pairs: gradients.pairs, rows: here, column: columns[features[k]!]! })
    for (let k = 0; k < count; k++) {
      const feature = features[k]!
      const base = k * featureStride
      if (isConstant(histogram, base, bins[feature]!.binCount)) continue
      isVaried = true
      const scan: Scan = { feature, bins: bins[feature]!, rule, base, best }
      best = (isRandom ? splitAtRandom(histogram, node, scan, draws) : scanFeature(histogram, node, scan)) ?? best
    }
  }
  return best
}

/** One step of a shuffle: puts one of the features at or after `at` at `at`. */
function draw(deck: Uint16Array, at: number, draws: ForestDraws): void {
  const other = at + draws.below(deck.length - at)
  const drawn = deck[other]!
  deck[other] = deck[at]!
  deck[at] = drawn
}

function addFeature(
  histogram: Histogram,
  base: number,
  { pairs, rows, column }: { pairs: Int32Array; rows: Uint32Array; column: Uint8Array },
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const entry = base + 2 * column[row]!
    histogram[entry]! += pairs[2 * row]!
    histogram[entry + 1]! += pairs[2 * row + 1]!
  }
}

function clear(histogram: Histogram, base: number, binCount: number): void {
  histogram.fill(0, base, base + 2 * binCount)
  histogram.fill(0, base + 2 * missingBin, base + 2 * missingBin + 2)
}

function isConstant(histogram: Histogram, base: number, binCount: number): boolean {
  let occupied = histogram[base + 2 * missingBin + 1]! > 0 ? 1 : 0
  for (let bin = 0; bin < binCount && occupied < 2; bin++) if (histogram[base + 2 * bin + 1]! > 0) occupied++
  return occupied < 2
}
