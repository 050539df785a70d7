import type { ImportanceRow } from '../../core/artifacts.ts'
import { type Dataset, type Labels, gather, selectRows } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { Surroundings } from '../../core/stage.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { loadCalibration } from '../../models/calibrators.ts'
import { permutationImportance } from '../../models/permutation.ts'
import { ModelBundle } from './bundle.ts'

export interface ImportanceInput {
  readonly model: string
  readonly bundle: Uint8Array
  readonly calibration: Json
  readonly dataset: Dataset
  readonly labels: Labels
  /** Rows of test. */
  readonly rows: Uint32Array
  /** What the model reads at most; null: what it says itself. */
  readonly reads: readonly string[] | null
  readonly repeats: number
  /** At most so many test rows, drawn once. */
  readonly maxRows: number
}

/** Permutation importance on test, and what the model itself says: gain of trees, coefficients of linear models. */
export async function importanceTask(input: ImportanceInput, context: Surroundings): Promise<ImportanceRow[]> {
  const bundle = ModelBundle.unpack(input.bundle, input.model)
  const description = bundle.describe()
  const calibration = loadCalibration(input.calibration)
  const y = gather(input.labels, input.rows, new Uint8Array(input.rows.length))
  const named = [
    ...(description.gain ?? []).filter(({ splits }) => splits > 0),
    ...(description.coefficients ?? []),
  ].map(({ feature }) => feature)
  const permuted = await permutationImportance({
    predict: (x) => bundle.predictArranged(x, { signal: context.signal }),
    x: bundle.arrange(selectRows(input.dataset, input.rows)),
    loss: (scores, rows) => {
      const labels = gather(y, rows, new Uint8Array(rows.length))
      return metricByName('log_loss').prepare({
        y: labels,
        p: calibration.apply(scores),
        users: new Uint32Array(rows.length),
      })()
    },
    used: input.reads !== null ? new Set(input.reads) : named.length > 0 ? new Set(named) : undefined,
    repeats: input.repeats,
    maxRows: input.maxRows,
    random: context.random,
    signal: context.signal,
    emit: (event) => context.emit({ ...event, name: `importance/${input.model}` }),
  })
  const { model } = input
  const permutation = permuted.features.map(({ feature, rise, risePerRepeat }) => ({
    model,
    feature,
    method: 'permutation' as const,
    value: rise,
    ...spread(rise, risePerRepeat),
    per: null,
  }))
  const total = (description.gain ?? []).reduce((sum, { gain }) => sum + gain, 0)
  const gain = (description.gain ?? []).map(({ feature, gain }) => ({
    model,
    feature,
    method: 'gain' as const,
    value: total === 0 ? 0 : gain / total,
    low: null,
    high: null,
    per: null,
  }))
  const coefficients = (description.coefficients ?? []).map(({ feature, term, coefficient, per }) => ({
    model,
    feature,
    method: 'coefficient' as const,
    value: coefficient,
    low: null,
    high: null,
    per: per === '' ? term : per,
  }))
  return [...ranked(permutation), ...ranked(gain), ...ranked(coefficients)]
}

/** Rank 1 = the largest in size; equal ones by name. */
function ranked(rows: readonly Omit<ImportanceRow, 'rank'>[]): ImportanceRow[] {
  const key = (row: Omit<ImportanceRow, 'rank'>): number =>
    row.method === 'coefficient' ? Math.abs(row.value) : row.value
  return [...rows]
    .sort((a, b) => key(b) - key(a) || (a.feature < b.feature ? -1 : 1))
    .map((row, at) => ({ ...row, rank: at + 1 }))
}

/** Mean of the repeats +- 1.96 standard errors: the noise of shuffling; null with fewer than two repeats. */
function spread(mean: number, repeats: readonly number[]): { low: number | null; high: number | null } {
  if (repeats.length < 2) return { low: null, high: null }
  const variance = repeats.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (repeats.length - 1)
  const half = 1.96 * Math.sqrt(variance / repeats.length)
  return { low: mean - half, high: mean + half }
}
