import { setImmediate } from 'node:timers/promises'
import type { Labels, Probabilities } from '../core/dataset.ts'
import { quantileSorted } from '../core/numeric/quantile-sorted.ts'
import type { Random } from '../core/random.ts'
import type { Emit } from '../core/stage.ts'
import type { Interval, Metric, RowMetric, RowWeights } from './metric.ts'
import { sortRows, weighRows } from './sorted-rows.ts'

export interface BootstrapInput {
  /** Rows of one part; all models are judged on the same rows. */
  readonly y: Labels
  /** Dense user index per row: resamples draw users, with all their rows. */
  readonly users: Uint32Array
  readonly models: readonly ModelScores[]
  readonly metrics: readonly Metric[]
  /** Resamples; 0 = values alone, intervals NaN. */
  readonly replicates: number
  /** A child made for this purpose: the resamples depend on its path alone. */
  readonly random: Random
  readonly signal?: AbortSignal
  readonly emit?: Emit
}

export interface ModelScores {
  readonly name: string
  readonly p: Probabilities
  /** Chosen on select; needed by f1, precision and recall. */
  readonly threshold?: number
}

export interface EvaluatedModel {
  readonly name: string
  /** By metric name. */
  readonly metrics: Readonly<Record<string, Interval>>
  /** By metric name, one number per resample; resample r is the same users for every model. NaN where undefined. */
  readonly replicates: Readonly<Record<string, Float64Array>>
}

interface PreparedModel {
  readonly name: string
  readonly y: Labels
  readonly users: Uint32Array
  readonly rowWeights: Float32Array
  readonly measures: readonly { name: string; value: number; evaluate: RowMetric; replicates: Float64Array }[]
}

/** Rows x metrics between two looks at the event loop: some 20 ms of work. */
const workPerTurn = 20_000_000

/**
 * Metrics with 95 % percentile intervals from resampled users (Efron and Tibshirani 1993, ch. 13), the same resamples
 * for all models. Gives way to the event loop and reads `signal` as it goes. Models in the order given.
 */
export async function evaluateModels(input: BootstrapInput): Promise<EvaluatedModel[]> {
  const { rows, userCount } = denseUsers(input.users)
  const prepared = input.models.map((model) => prepareModel(input, model, rows))
  const counts = new Float32Array(userCount)
  const work = input.y.length * input.metrics.length * Math.max(input.models.length, 1)
  const replicatesPerTurn = Math.max(1, Math.floor(workPerTurn / Math.max(work, 1)))
  for (let r = 0; r < input.replicates; r++) {
    if (r % replicatesPerTurn === 0) {
      input.emit?.({ name: 'evaluate/bootstrap', done: r, total: input.replicates })
      await setImmediate()
      input.signal?.throwIfAborted()
    }
    resampleUsers(counts, input.random)
    replicate(prepared, counts, r)
  }
  return prepared.map(finish)
}

function prepareModel(input: BootstrapInput, model: ModelScores, users: Uint32Array): PreparedModel {
  const rows = sortRows({ y: input.y, p: model.p, users, threshold: model.threshold })
  const measures = input.metrics.map((metric) => {
    const evaluate = metric.overSorted(rows)
    return { name: metric.name, value: evaluate(), evaluate, replicates: new Float64Array(input.replicates) }
  })
  return { name: model.name, y: rows.y, users: rows.users, rowWeights: new Float32Array(rows.users.length), measures }
}

/** One resample for all models: the sums of its weights are the same whatever the order of rows. */
function replicate(models: readonly PreparedModel[], counts: Float32Array, r: number): void {
  let sums: RowWeights | null = null
  for (const { y, users, rowWeights, measures } of models) {
    for (let i = 0; i < rowWeights.length; i++) rowWeights[i] = counts[users[i]!]!
    sums ??= weighRows(y, rowWeights)
    const weights = { ...sums, rows: rowWeights }
    for (const measure of measures) measure.replicates[r] = measure.evaluate(weights)
  }
}

function finish(model: PreparedModel): EvaluatedModel {
  return {
    name: model.name,
    metrics: Object.fromEntries(model.measures.map((m) => [m.name, percentileInterval(m.value, m.replicates)])),
    replicates: Object.fromEntries(model.measures.map((m) => [m.name, m.replicates])),
  }
}

/**
 * Multiplicities of `counts.length` users drawn with replacement; sums to counts.length. Multiply-and-shift instead of
 * `random.integer`: five times as fast, and a user's chance is off by less than users / 2^32.
 */
function resampleUsers(counts: Float32Array, random: Random): void {
  const users = counts.length
  counts.fill(0)
  for (let i = 0; i < users; i++) counts[Math.floor((random.uint32() / 4_294_967_296) * users)]! += 1
}

/** Users renumbered 0.. in ascending order of their index, so that resamples do not depend on the order of rows. */
function denseUsers(users: Uint32Array): { rows: Uint32Array; userCount: number } {
  const distinct = Uint32Array.from(new Set(users)).sort()
  const position = new Map<number, number>()
  distinct.forEach((user, at) => position.set(user, at))
  return { rows: users.map((user) => position.get(user)!), userCount: distinct.length }
}

/**
 * The 2.5 % and 97.5 % quantiles of the replicates around `value`. Replicates that are NaN (a resample of one class)
 * are left out; when they are more than half of all, or there are none, the interval is NaN.
 */
export function percentileInterval(value: number, replicates: Float64Array): Interval {
  const defined = replicates.filter((replicate) => !Number.isNaN(replicate)).sort()
  if (defined.length * 2 <= replicates.length) return { value, low: Number.NaN, high: Number.NaN }
  return { value, low: quantileSorted(defined, 0.025), high: quantileSorted(defined, 0.975) }
}
