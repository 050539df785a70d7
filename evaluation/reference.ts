import type { ReferenceFile } from '../core/artifacts.ts'
import { type Column, type Dataset, missingCode } from '../core/dataset.ts'
import { quantileSorted } from '../core/numeric/quantile-sorted.ts'

const bins = 10

type FeatureHistogram = ReferenceFile['features'][number]

/**
 * reference.json: a histogram of each feature, for drift. Numbers: edges at the distinct deciles of the values present,
 * counts[b] = values in [edges[b], edges[b + 1]), the last bin with its right end; no edges when all are missing.
 * Categories: counts by level, in the order of `levels`.
 */
export function referenceOf(x: Dataset): ReferenceFile {
  return { features: x.names.map((feature, j) => histogramOf(feature, x.columns[j]!)) }
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
  return { feature, kind: 'category', missing, rows, edges: [], counts, levels: [...column.levels] }
}

function numberHistogram(feature: string, values: Float32Array): FeatureHistogram {
  const present = values.filter((value) => !Number.isNaN(value)).sort()
  const deciles = Array.from({ length: bins + 1 }, (_, at) => quantileSorted(present, at / bins))
  const edges = present.length === 0 ? [] : [...new Set(deciles)]
  if (edges.length === 1) edges.push(edges[0]!)
  const counts = edges.slice(1).map(() => 0)
  let bin = 0
  for (const value of present) {
    while (bin < counts.length - 1 && value >= edges[bin + 1]!) bin++
    counts[bin]!++
  }
  const missing = values.length - present.length
  return { feature, kind: 'number', missing, rows: values.length, edges, counts, levels: [] }
}
