import * as z from 'zod'
import { type Column, type Dataset, sharedFloat32 } from '../core/dataset.ts'
import { EbbError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { columnNamed } from './guards.ts'
import { weightedQuantiles } from './prepare/weighted-quantiles.ts'

/** A tag that has to be fitted on training rows; the names are those of `features`. */
export interface TransformSpec {
  readonly transform: 'quantile_score'
  /** The number feature that is scored. */
  readonly from: string
  /** Scores run from 1 to this, e.g. 5. */
  readonly bins: number
  /** The smallest values get the highest score, as for recency. */
  readonly descending: boolean
}

/** A fitted tag; existing means fitted. */
export interface FittedTransform {
  /** The tag's column for the rows of `x`; the column that it reads is found by name (EbbError `data` if missing). */
  apply(x: Dataset): Column
  /** Plain JSON for `loadTransform`, which gives the same column bit for bit. */
  save(): Json
}

const savedTransform = z.object({
  transform: z.literal('quantile_score'),
  from: z.string(),
  descending: z.boolean(),
  /** Ascending; a value above cuts[k] scores at least k + 2. */
  cuts: z.array(z.number()),
})
type QuantileScore = z.infer<typeof savedTransform>

/**
 * RFM-like scores 1..bins by the train quantiles k / bins (the least value whose cumulated weight reaches them): score =
 * 1 + number of cuts below the value, turned round when `descending`. Equal values score equal; missing and infinite
 * values stay missing.
 */
export function fitTransform(spec: TransformSpec, train: Dataset): FittedTransform {
  const { from, bins, descending } = spec
  if (!(Number.isInteger(bins) && bins >= 2))
    throw new RangeError(`quantile_score of "${from}": bins must be an integer >= 2, got ${bins}`)
  const { values } = columnNamed(train, from, { kind: 'number', where: `fit quantile_score of "${from}"` })
  const shares = Array.from({ length: bins - 1 }, (_, k) => (k + 1) / bins)
  const quantiles = weightedQuantiles(values, train.weights, shares)
  // Without a single known value there is nothing to compare with: every score is missing.
  const cuts = quantiles.every(Number.isFinite) ? quantiles : []
  return quantileScore({ transform: 'quantile_score', from, descending, cuts })
}

/** Brings back what `FittedTransform.save` gave; an EbbError of kind `data` when it is something else. */
export function loadTransform(saved: Json): FittedTransform {
  const parsed = savedTransform.safeParse(saved)
  if (parsed.success) return quantileScore(parsed.data)
  throw new EbbError({
    code: 'TRANSFORM_UNREADABLE',
    kind: 'data',
    where: 'saved transform',
    what: 'not a fitted transform',
    received: parsed.error.issues[0]!.message,
  })
}

function quantileScore(fitted: QuantileScore): FittedTransform {
  const { from, descending, cuts } = fitted
  const score = (value: number): number => {
    if (!Number.isFinite(value) || cuts.length === 0) return Number.NaN
    let above = 0
    while (above < cuts.length && value > cuts[above]!) above++
    return descending ? cuts.length + 1 - above : above + 1
  }
  return {
    apply(x) {
      const { values } = columnNamed(x, from, { kind: 'number', where: `quantile_score of "${from}"` })
      const scores = sharedFloat32(x.rowCount)
      for (let i = 0; i < scores.length; i++) scores[i] = score(values[i]!)
      return { kind: 'number', values: scores }
    },
    save: () => fitted,
  }
}
