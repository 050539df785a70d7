import { type Column, type Dataset, gather } from '../core/dataset.ts'
import { denseRanks } from '../core/numeric/dense-ranks.ts'
import type { FeatureAuc } from './one-feature-auc.ts'

/** At this rank correlation, in size, two features say the same. */
export const sameAbove = 0.95
const mostRows = 5_000

export interface Repeat {
  /** The feature that says the same and more of the label by itself (equal ones: the earlier in the dataset). */
  readonly feature: string
  /** Spearman's rho between the two. */
  readonly correlation: number
}

/**
 * Numbers that repeat a stronger one, by name. Features are taken in falling order of their one-feature AUC; each repeats
 * the first kept one with |rho| >= .95 (Spearman 1904, ties at their mean rank, missing as the lowest value), or is kept.
 * Groups so have one member that stands for all, and no chains. Judged on at most 5,000 evenly drawn rows; categories
 * and constants repeat nothing.
 */
export function findRepeats(x: Dataset, aucs: readonly FeatureAuc[]): ReadonlyMap<string, Repeat> {
  const step = Math.max(1, Math.ceil(x.rowCount / mostRows))
  const rows = Uint32Array.from({ length: Math.ceil(x.rowCount / step) }, (_, i) => i * step)
  const repeats = new Map<string, Repeat>()
  const kept: { feature: string; ranks: Float64Array }[] = []
  const strength = ({ auc }: FeatureAuc): number => (Number.isNaN(auc) ? 0.5 : auc)
  const strongestFirst = aucs
    .map((one, at) => ({ ...one, at }))
    .sort((a, b) => strength(b) - strength(a) || a.at - b.at)
  for (const { feature, at } of strongestFirst) {
    const ranks = unitRanks(x.columns[at]!, rows)
    if (ranks === null) continue
    const same = kept
      .map((other) => ({ feature: other.feature, correlation: Math.max(-1, Math.min(1, dot(ranks, other.ranks))) }))
      .find(({ correlation }) => Math.abs(correlation) >= sameAbove)
    if (same === undefined) kept.push({ feature, ranks })
    else repeats.set(feature, same)
  }
  return repeats
}

/** Mean ranks, centred, of length 1: their dot product is Spearman's rho. Null for categories and constants. */
function unitRanks(column: Column, rows: Uint32Array): Float64Array | null {
  if (column.kind === 'category') return null
  const { ranks, count } = denseRanks(gather(column.values, rows, new Float32Array(rows.length)))
  const sizes = new Float64Array(count + 1)
  for (const rank of ranks) sizes[rank]!++
  let before = 0
  const meanRanks = sizes.map((size) => {
    before += size
    return before - (size - 1) / 2
  })
  const centre = (rows.length + 1) / 2
  const centred = Float64Array.from(ranks, (rank) => meanRanks[rank]! - centre)
  const length = Math.sqrt(dot(centred, centred))
  return length === 0 ? null : centred.map((value) => value / length)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
