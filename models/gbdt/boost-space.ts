import { type Dataset, type Labels, gather } from '../../core/dataset.ts'
import type { FeatureBins } from '../trees/bins.ts'
import { type BinTask, binRowsInSpace } from '../trees/bin-space.ts'
import { weightUnit } from '../trees/gradients.ts'
import { listRareRows } from '../trees/rare-space.ts'
import type { TreeSpace } from '../trees/tree-space.ts'

/** Rows of a table with labels; only the rows in `rows` take part. */
export interface Part {
  readonly x: Dataset
  readonly y: Labels
  readonly rows: Uint32Array
}

/** A part as the kernels see it: addresses, and what they need to know of weights. */
export interface PartInSpace {
  readonly rows: number
  readonly scores: number
  readonly labels: number
  /** 0 = all 1. */
  readonly weights: number
  /** The power of two that weights are counted in. */
  readonly unit: number
  readonly matrix: number
}

/** Bins and copies the rows to learn from and the rows to watch; the watched ones first, they borrow the columns. */
export function placeParts(
  space: TreeSpace,
  {
    bins,
    learn,
    watch,
    churnWeight,
    poll,
  }: {
    bins: readonly FeatureBins[]
    learn: Part
    watch: Part | null
    churnWeight: number
    poll: () => void
  },
): { learning: PartInSpace; watching: PartInSpace | null } {
  const task = (part: Part, isWatch: boolean): BinTask => {
    return { x: part.x, rows: part.rows, bins, isWatch, where: isWatch ? 'fit gbdt, valid' : 'fit gbdt', poll }
  }
  if (watch !== null) binRowsInSpace(space, task(watch, true))
  binRowsInSpace(space, task(learn, false))
  listRareRows(space)
  const { layout } = space
  const { scores, labels, weights, matrix } = layout
  const learning = { scores, labels, weights, matrix }
  const watching = {
    scores: layout.watchScores,
    labels: layout.watchLabels,
    weights: layout.watchWeights,
    matrix: layout.watchMatrix,
  }
  return {
    learning: copyPart(space, learn, { at: learning, churnWeight }),
    watching: watch && copyPart(space, watch, { at: watching, churnWeight: 1 }),
  }
}

/** Labels and weights; churned rows weigh `churnWeight` times their weight. */
function copyPart(
  { pool }: TreeSpace,
  { x, y, rows }: Part,
  { at, churnWeight }: { at: Pick<PartInSpace, 'scores' | 'labels' | 'weights' | 'matrix'>; churnWeight: number },
): PartInSpace {
  const { u8, f32 } = pool.memory
  const labels = u8.subarray(at.labels, at.labels + rows.length)
  gather(y, rows, labels)
  const part = { ...at, rows: rows.length }
  if (at.weights === 0) return { ...part, unit: 1 }
  const weights = f32.subarray(at.weights / 4, at.weights / 4 + rows.length)
  if (x.weights === undefined) weights.fill(1)
  else gather(x.weights, rows, weights)
  if (churnWeight !== 1) for (let i = 0; i < rows.length; i++) if (labels[i] === 1) weights[i]! *= churnWeight
  const all = Uint32Array.from(weights.keys())
  return { ...part, unit: weightUnit(weights, all) }
}
