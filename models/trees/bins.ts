import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { numericBounds } from './numeric-bounds.ts'

/** Bin of missing values, and of categories that training did not see or that were too rare to get a bin. */
export const missingBin = 255

/**
 * How the values of one feature become one byte.
 * Numbers: bin b holds bounds[b-1] < v <= bounds[b]; the last bin, bounds.length, is open above; ±Infinity are values.
 * Categories: bin b is levels[b].
 */
export type FeatureBins =
  | { readonly name: string; readonly kind: 'number'; readonly bounds: Float32Array; readonly binCount: number }
  | { readonly name: string; readonly kind: 'category'; readonly levels: readonly string[]; readonly binCount: number }

/** Rows that quantiles are taken from: enough for 254 bins, quick to sort. */
const sampleSize = 200_000

/**
 * Fits the bins of every feature to the rows `rows` of `x`; at most `maxBins` <= 254 per feature. Features come sorted by
 * name, so that the order of columns never matters. Above 200,000 rows, every k-th row is looked at. A feature that is
 * missing everywhere has binCount 0. `poll` is called before every feature.
 */
export function fitBins(x: Dataset, rows: Uint32Array, maxBins: number, poll: () => void = () => {}): FeatureBins[] {
  const order = inOrderOfName(x)
  const sample = everyKth(rows)
  return order.map(({ name, at }) => {
    poll()
    const column = x.columns[at]!
    return column.kind === 'number'
      ? numberBins(name, presentValues(column.values, sample), maxBins)
      : categoryBins(name, column, { rows, maxBins })
  })
}

/** Names with the place of their column, sorted by name. */
export function inOrderOfName(x: Dataset): { readonly name: string; readonly at: number }[] {
  return x.names.map((name, at) => ({ name, at })).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function everyKth(rows: Uint32Array): Uint32Array {
  if (rows.length <= sampleSize) return rows
  const step = rows.length / sampleSize
  return Uint32Array.from({ length: sampleSize }, (_, i) => rows[Math.floor(i * step)]!)
}

function presentValues(values: Float32Array, rows: Uint32Array): Float32Array {
  const present = new Float32Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!
    if (value === value) present[count++] = value
  }
  return present.subarray(0, count)
}

function numberBins(name: string, values: Float32Array, maxBins: number): FeatureBins {
  const bounds = numericBounds(values, maxBins)
  return { name, kind: 'number', bounds, binCount: values.length === 0 ? 0 : bounds.length + 1 }
}

/** The most frequent levels get a bin each; ties by name. */
export function categoryBins(
  name: string,
  column: Extract<Column, { kind: 'category' }>,
  { rows, maxBins }: { rows: Uint32Array; maxBins: number },
): FeatureBins {
  const counts = new Float64Array(column.levels.length)
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]!]!
    if (code !== missingCode && code < counts.length) counts[code]!++
  }
  const levels = column.levels
    .map((level, code) => ({ level, count: counts[code]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.level < b.level ? -1 : 1))
    .slice(0, maxBins)
    .map(({ level }) => level)
  return { name, kind: 'category', levels, binCount: levels.length }
}
