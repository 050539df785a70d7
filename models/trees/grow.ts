import type { BinnedMatrix } from './binned-matrix.ts'
import type { FeatureBins } from './bins.ts'
import { type Gradients, gainUnit } from './gradients.ts'
import { addRows, featureStride, type Histogram, histogramLength, subtract } from './histogram.ts'
import { HistogramPool } from './histogram-pool.ts'
import { leftTable, partition } from './partition.ts'
import { findSplit } from './find-split.ts'
import { leafValue, type Split, type SplitRule } from './split.ts'
import { TreeBuilder } from './tree-builder.ts'
import type { Tree } from './tree.ts'

export interface GrowTask {
  readonly matrix: BinnedMatrix
  readonly bins: readonly FeatureBins[]
  readonly gradients: Gradients
  /** Features that may be split, ascending. */
  readonly features: Uint16Array
  readonly rule: SplitRule
  readonly maxLeaves: number
  /** Levels of splits; Infinity = no limit. */
  readonly maxDepth: number
  readonly pool: HistogramPool
  /** Called now and then: throws when the tree is no longer wanted. */
  readonly poll?: () => void
}

/** A tree, its gain by node, and where each leaf's rows ended up: leaf i holds rows[begin[i], end[i]). */
export interface GrownTree {
  readonly tree: Tree
  readonly gain: readonly number[]
  readonly begin: Uint32Array
  readonly end: Uint32Array
}

/** Rows of a histogram that are summed between two polls. */
const rowsPerPoll = 131_072

interface Leaf {
  readonly begin: number
  readonly end: number
  readonly depth: number
  readonly g: number
  readonly h: number
  /** Penalty of its value, in steps. */
  readonly l2: number
  /** Null when nothing more is asked of it, or when memory did not allow to keep it. */
  histogram: Histogram | null
  split: Split | null
}

/**
 * Grows one tree, leaf by leaf: always the leaf with the highest gain next (Shi 2007; Ke et al. 2017), until `maxLeaves`
 * or until no split beats the rule. Of two children only the smaller one's histogram is summed, the other is had by
 * subtraction. `rows` are the rows to learn from; they are reordered in place.
 */
export function growTree(task: GrowTask, rows: Uint32Array): GrownTree {
  const builder = new TreeBuilder()
  const scratch = new Uint32Array(rows.length)
  const leaves = [rootOf(task, rows)]
  while (leaves.length < task.maxLeaves) {
    const next = bestLeaf(leaves)
    if (next < 0) break
    const { split } = leaves[next]!
    const isLast = leaves.length + 1 >= task.maxLeaves
    const [left, right] = divide(task, leaves[next]!, { rows, scratch, isLast })
    builder.splitLeaf(next, split!)
    leaves[next] = left
    leaves.push(right)
  }
  for (const leaf of leaves) release(task, leaf)
  return {
    tree: builder.finish(
      valuesOf(task, leaves),
      Uint32Array.from(leaves, (leaf) => leaf.end - leaf.begin),
    ),
    gain: builder.gain.map((steps) => steps * gainUnit(task.gradients)),
    begin: Uint32Array.from(leaves, (leaf) => leaf.begin),
    end: Uint32Array.from(leaves, (leaf) => leaf.end),
  }
}

function rootOf(task: GrowTask, rows: Uint32Array): Leaf {
  const { pairs } = task.gradients
  let g = 0
  let h = 0
  for (let i = 0; i < rows.length; i++) {
    g += pairs[2 * rows[i]!]!
    h += pairs[2 * rows[i]! + 1]!
  }
  const root: Leaf = { begin: 0, end: rows.length, depth: 0, g, h, l2: task.rule.l2, histogram: null, split: null }
  if (!mayBeSplit(task, root)) return root
  root.histogram = histogramOf(task, root, rows)
  settle(task, root)
  return root
}

/** Index of the leaf with the highest gain, the first of equals; -1 when none can be split. */
function bestLeaf(leaves: readonly Leaf[]): number {
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

function divide(
  task: GrowTask,
  leaf: Leaf,
  { rows, scratch, isLast }: { rows: Uint32Array; scratch: Uint32Array; isLast: boolean },
): [Leaf, Leaf] {
  const split = leaf.split!
  const { begin, end } = leaf
  const column = task.matrix.columns[split.feature]!
  const middle = begin + partition(rows.subarray(begin, end), column, leftTable(split), scratch)
  const child = { depth: leaf.depth + 1, l2: split.l2, histogram: null, split: null }
  const left: Leaf = { ...child, begin, end: middle, g: split.g, h: split.h }
  const right: Leaf = { ...child, begin: middle, end, g: leaf.g - split.g, h: leaf.h - split.h }
  const [smaller, larger] = middle - begin <= end - middle ? [left, right] : [right, left]
  const wantsSmaller = !isLast && mayBeSplit(task, smaller)
  const wantsLarger = !isLast && mayBeSplit(task, larger)
  if (wantsSmaller || (wantsLarger && leaf.histogram !== null)) smaller.histogram = histogramOf(task, smaller, rows)
  if (wantsLarger && leaf.histogram !== null) {
    larger.histogram = leaf.histogram
    subtract(larger.histogram, smaller.histogram!)
    leaf.histogram = null
  } else if (wantsLarger) larger.histogram = histogramOf(task, larger, rows)
  release(task, leaf)
  if (wantsSmaller) settle(task, smaller)
  else release(task, smaller)
  if (wantsLarger) settle(task, larger)
  return [left, right]
}

const mayBeSplit = ({ rule, maxDepth, features }: GrowTask, leaf: Leaf): boolean =>
  leaf.depth < maxDepth && leaf.h >= 2 * rule.minH && features.length > 0

function histogramOf(task: GrowTask, leaf: Leaf, rows: Uint32Array): Histogram {
  const histogram = task.pool.take()
  for (let begin = leaf.begin; begin < leaf.end; begin += rowsPerPoll) {
    task.poll?.()
    addRows(histogram, task.matrix, task.gradients, rows.subarray(begin, Math.min(begin + rowsPerPoll, leaf.end)))
  }
  return histogram
}

/** Finds the leaf's split; keeps its histogram only if there is one and memory allows. */
function settle(task: GrowTask, leaf: Leaf): void {
  const { features, bins, rule, pool } = task
  leaf.split = findSplit(leaf.histogram!, leaf, { features, bins, rule, stride: featureStride })
  if (leaf.split === null || pool.isOverfull) release(task, leaf)
}

function release({ pool }: GrowTask, leaf: Leaf): void {
  if (leaf.histogram !== null) pool.give(leaf.histogram)
  leaf.histogram = null
}

function valuesOf({ rule, gradients }: GrowTask, leaves: readonly Leaf[]): Float64Array {
  const unit = gradients.gUnit / gradients.hUnit
  return Float64Array.from(leaves, ({ g, h, l2 }) => unit * leafValue(g, h, { l1: rule.l1, l2 }))
}

/** A pool for trees over `matrix` that keeps at most `bytes` of histograms. */
export const poolFor = (matrix: BinnedMatrix, bytes: number): HistogramPool =>
  new HistogramPool(histogramLength(matrix), bytes)
