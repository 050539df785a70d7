import type { ReferenceFile } from '../core/artifacts.ts'
import type { TagAtCutoff, TagMeasures, TagReport } from '../core/audit-artifacts.ts'
import { type Column, type Dataset, gather, missingCode, selectRows } from '../core/dataset.ts'
import { dayFromNumber } from '../core/day.ts'
import { quantileSorted } from '../core/numeric/quantile-sorted.ts'
import { sortedPresent } from '../core/numeric/sorted-present.ts'
import { featureDrift, type FeatureHistogram } from './drift.ts'
import { populationStability } from './drift-measures.ts'
import type { FeatureAuc } from './one-feature-auc.ts'
import { histogramOn } from './reference.ts'
import { findRepeats } from './repeats.ts'
import { rowsByCutoff } from './rows-by-cutoff.ts'

/** A cutoff with more rows is looked at through every k-th of them, evenly over its users. */
const mostRowsPerCutoff = 5_000

export interface TagsInput {
  /** All labelled rows, ordered by cutoff. */
  readonly dataset: Dataset
  readonly train: Dataset
  readonly testRows: Uint32Array
  /** Of train, in the order of the dataset. */
  readonly reference: ReferenceFile
  readonly aucs: readonly FeatureAuc[]
  /** Share of all rows with a value, by feature. */
  readonly coverage: readonly number[]
}

/** tags.json: what is watched in the life of every tag. */
export function measureTags(input: TagsInput): TagReport {
  const { dataset, train, testRows, reference, aucs } = input
  const repeats = findRepeats(train, aucs)
  const cutoffs = rowsByCutoff(dataset, mostRowsPerCutoff)
  const test = selectRows(dataset, testRows)
  const tags = dataset.names.map((tag, j): TagMeasures => {
    const column = dataset.columns[j]!
    const histogram = reference.features[j]!
    const { auc, low, high } = aucs[j]!
    const repeat = repeats.get(tag)
    return {
      tag,
      coverage: input.coverage[j]!,
      auc: { value: auc, low, high },
      byCutoff: cutoffs.map(({ day, rows }) => atCutoff(dayFromNumber(day), pick(column, rows), histogram)),
      drift: featureDrift(histogram, histogramOn(histogram, test.columns[j]!)),
      repeats: repeat === undefined ? null : { tag: repeat.feature, correlation: repeat.correlation },
    }
  })
  return { trainRows: train.rowCount, testRows: testRows.length, tags }
}

function pick(column: Column, rows: Uint32Array): Column {
  if (column.kind === 'number')
    return { kind: 'number', values: gather(column.values, rows, new Float32Array(rows.length)) }
  return { ...column, codes: gather(column.codes, rows, new Uint16Array(rows.length)) }
}

function atCutoff(cutoff: string, column: Column, reference: FeatureHistogram): TagAtCutoff {
  const own = histogramOn(reference, column)
  const psi =
    own.counts.length === reference.counts.length ? populationStability(reference.counts, own.counts) : Number.NaN
  const shared = { cutoff, rows: own.rows, coverage: 1 - own.missing / own.rows, psi }
  if (column.kind === 'category')
    return { ...shared, mean: null, p10: null, p50: null, p90: null, top: topLevel(column.codes, column.levels) }
  const present = sortedPresent(column.values)
  const at = (p: number): number | null => (present.length === 0 ? null : quantileSorted(present, p))
  const mean = present.length === 0 ? null : own.mean
  return { ...shared, mean, p10: at(0.1), p50: at(0.5), p90: at(0.9), top: null }
}

/** Ties: the level that comes first. */
function topLevel(codes: Uint16Array, levels: readonly string[]): TagAtCutoff['top'] {
  const counts = levels.map(() => 0)
  let present = 0
  for (const code of codes)
    if (code !== missingCode && code < levels.length) {
      counts[code]!++
      present++
    }
  if (present === 0) return null
  const most = Math.max(...counts)
  return { level: levels[counts.indexOf(most)]!, share: most / present }
}
