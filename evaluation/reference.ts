import type { ReferenceFile } from '../core/artifacts.ts'
import { type Column, type Dataset, missingCode } from '../core/dataset.ts'
import { quantileSorted } from '../core/numeric/quantile-sorted.ts'
import { sortedPresent } from '../core/numeric/sorted-present.ts'
import type { FeatureHistogram } from './drift.ts'

const bins = 10

/**
 * reference.json: a histogram of each feature, for drift. Numbers: edges at the distinct deciles of the values present,
 * counts[b] = values in [edges[b], edges[b + 1]), the last bin with its right end; no edges when all are missing.
 * Categories: counts by level, in the order of `levels`.
 */
export function referenceOf(x: Dataset): ReferenceFile {
  return { features: x.names.map((feature, j) => histogramOf(feature, x.columns[j]!)) }
}

/**
 * A column on the bins of a reference: values below the first edge count in the first bin, those above the last in the
 * last. Without a reference value there are no bins: then it gets its own.
 */
export function histogramOn(reference: FeatureHistogram, column: Column): FeatureHistogram {
  if (column.kind === 'category' || reference.edges.length === 0) return histogramOf(reference.feature, column)
  const { edges, feature } = reference
  const counts = edges.slice(1).map(() => 0)
  let missing = 0
  for (const value of column.values) {
    if (Number.isNaN(value)) missing++
    else counts[binOf(edges, value)]!++
  }
  const rows = column.values.length
  const own = missing === rows ? [] : edges
  return {
    feature,
    kind: 'number',
    missing,
    rows,
    edges: own,
    counts: own.length === 0 ? [] : counts,
    levels: [],
    ...momentsOf(column.values),
  }
}

/** The last bin whose left edge is not above the value; 0 for smaller values. */
function binOf(edges: readonly number[], value: number): number {
  let bin = 0
  while (bin < edges.length - 2 && value >= edges[bin + 1]!) bin++
  return bin
}

function histogramOf(feature: string, column: Column): FeatureHistogram {
  if (column.kind === 'number') return numberHistogram(feature, column.values)
  const counts = column.levels.map(() => 0)
  let missing = 0
  for (const code of column.codes) {
    if (code === missingCode || code >= counts.length) missing++
    else counts[code]!++
  }
  const rows = column.codes.length
  const moments = { mean: Number.NaN, sd: Number.NaN }
  return { feature, kind: 'category', missing, rows, edges: [], counts, levels: [...column.levels], ...moments }
}

function numberHistogram(feature: string, values: Float32Array): FeatureHistogram {
  const present = sortedPresent(values)
  const deciles = Array.from({ length: bins + 1 }, (_, at) => quantileSorted(present, at / bins))
  const edges = present.length === 0 ? [] : [...new Set(deciles)]
  if (edges.length === 1) edges.push(edges[0]!)
  const ends = edges
    .slice(1)
    .map((edge, bin) => (bin === edges.length - 2 ? present.length : countBelow(present, edge)))
  const counts = ends.map((end, bin) => end - (ends[bin - 1] ?? 0))
  const missing = values.length - present.length
  return { feature, kind: 'number', missing, rows: values.length, edges, counts, levels: [], ...momentsOf(values) }
}

/** How many of ascending values are below the edge. */
function countBelow(ascending: Float32Array, edge: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < edge) low = middle + 1
    else high = middle
  }
  return low
}

/** Mean and sample sd of the values present, in two passes. */
function momentsOf(values: Float32Array): { mean: number; sd: number } {
  let n = 0
  let sum = 0
  // By position, not by iterator: columns of shared memory are read several times as fast.
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    n++
    sum += value
  }
  const mean = sum / n
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isNaN(value)) squares += (value - mean) * (value - mean)
  }
  return { mean: n === 0 ? Number.NaN : mean, sd: n === 0 ? Number.NaN : n === 1 ? 0 : Math.sqrt(squares / (n - 1)) }
}
