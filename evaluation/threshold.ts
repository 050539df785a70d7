import { z } from 'zod'
import type { Labels, Probabilities } from '../core/dataset.ts'
import { EbbError } from '../core/errors.ts'
import { sortRows } from './sorted-rows.ts'

/** How the decision threshold is chosen, always on the select part. */
export const thresholdSchema = z
  .discriminatedUnion('rule', [
    z.strictObject({ rule: z.literal('max_f1').describe('The threshold with the highest F1') }),
    z
      .strictObject({
        rule: z.literal('capacity').describe('As many users as can be contacted'),
        users: z.int().min(1).optional().describe('Rows of select that can be contacted'),
        fraction: z.number().gt(0).max(1).optional().describe('The same as a fraction of the rows'),
      })
      .refine((rule) => (rule.users === undefined) !== (rule.fraction === undefined), {
        error: 'give either users or fraction',
      }),
    z.strictObject({
      rule: z.literal('cost').describe('The least expected cost'),
      falsePositive: z.number().gt(0).describe('Cost of contacting one who stays'),
      falseNegative: z.number().gt(0).describe('Cost of missing one who churns'),
    }),
  ])
  .prefault({ rule: 'max_f1' })

export type ThresholdRule = z.output<typeof thresholdSchema>

export interface ThresholdInput {
  readonly y: Labels
  readonly p: Probabilities
  readonly rule: ThresholdRule
}

/** Counts when churn is predicted for the `rows` rows with the highest p. */
interface Cut {
  threshold: number
  rows: number
  churners: number
}

/**
 * The threshold t of the rule "contact where p >= t", among the p that occur and one above them all (contact nobody).
 * max_f1: the highest F1; capacity: as many rows as fit, rows of equal p stay together; cost: the least
 * falsePositive x contacted stayers + falseNegative x missed churners. Equal merit: the higher threshold, so fewer
 * contacts. Throws an EbbError of kind `data` without rows.
 */
export function chooseThreshold({ y, p, rule }: ThresholdInput): number {
  const cuts = cutsOf(y, p)
  const churners = cuts.at(-1)!.churners
  const merit = meritOf(rule, y.length, churners)
  return cuts.reduce((best, cut) => (merit(cut) > merit(best) ? cut : best)).threshold
}

function meritOf(rule: ThresholdRule, rows: number, churners: number): (cut: Cut) => number {
  if (rule.rule === 'max_f1') return (cut) => (cut.rows === 0 ? 0 : (2 * cut.churners) / (cut.rows + churners))
  if (rule.rule === 'cost')
    return (cut) => -rule.falsePositive * (cut.rows - cut.churners) - rule.falseNegative * (churners - cut.churners)
  const capacity = rule.users ?? Math.floor((rule.fraction ?? 0) * rows)
  return (cut) => (cut.rows <= capacity ? cut.rows : -1)
}

/** From contacting nobody to contacting all: one cut per distinct p. */
function cutsOf(y: Labels, p: Probabilities): Cut[] {
  if (y.length === 0)
    throw new EbbError({
      code: 'THRESHOLD_NO_ROWS',
      kind: 'data',
      where: 'threshold',
      what: 'the select part has no rows',
    })
  const rows = sortRows({ y, p, users: new Uint32Array(y.length) })
  const highest = rows.p[rows.p.length - 1]!
  const cuts: Cut[] = [{ threshold: Math.max(highest * (1 + 2 ** -52), Number.MIN_VALUE), rows: 0, churners: 0 }]
  let churners = 0
  for (let i = rows.p.length - 1; i >= 0; i--) {
    churners += rows.y[i]!
    if (i === 0 || rows.endsGroup[i - 1] === 1) cuts.push({ threshold: rows.p[i]!, rows: rows.p.length - i, churners })
  }
  return cuts
}
