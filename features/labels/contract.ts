import { EbbError } from '../../core/errors.ts'
import type { Dialect } from '../../engines/dialect.ts'
import type { LeafOf } from '../churn.ts'
import type { ExamplePlan } from '../plan.ts'
import type { LabelContext } from './facts.ts'

/** SQL of the contracts (user_index, begins DATE or NULL, ends DATE or NULL, reason VARCHAR) that began before dataEnd. */
export function contractsSelect(plan: ExamplePlan, dialect: Dialect, leaf: LeafOf<'contract'>): string {
  const found = plan.relations.attributes.find((table) => table.name === leaf.table)
  const column = (name: string, type: 'day' | 'category'): string => {
    if (found?.columns.some((one) => one.name === name && one.type === type)) return `r.${dialect.identifier(name)}`
    throw new EbbError({
      code: 'CHURN_INVALID',
      kind: 'config',
      where: `label of attributes.${leaf.table}`,
      what: `needs a column "${name}" of type ${type}`,
    })
  }
  const ends = column(leaf.end, 'day')
  const reason =
    leaf.involuntary === undefined ? dialect.cast('NULL', 'text') : column(leaf.involuntary.column, 'category')
  return `SELECT r.user_index, r.valid_from AS begins, ${ends} AS ends, ${reason} AS reason
  FROM ${found!.relation} AS r
  WHERE (r.valid_from IS NULL OR r.valid_from < ${dialect.day(plan.dataEnd)}) AND (r.valid_from IS NULL OR ${ends} IS NULL OR ${ends} > r.valid_from)`
}

/** Ends of contracts that no other contract carries on, with the first begin after the grace period. */
export function contractMoments({ plan, dialect }: LabelContext, leaf: LeafOf<'contract'>): string {
  const contracts = contractsSelect(plan, dialect, leaf)
  const lastGrace = dialect.addDays('e.ends', String(leaf.graceDays))
  const carriesOn = `(o.ends IS NULL OR o.ends > e.ends) AND (o.begins IS NULL OR o.begins <= ${lastGrace})`
  const isInvoluntary =
    leaf.involuntary === undefined
      ? 'FALSE'
      : `COALESCE(e.reason IN (${leaf.involuntary.values.map((value) => dialect.text(value)).join(', ')}), FALSE)`
  const wanted =
    leaf.only === undefined
      ? ''
      : `\nWHERE ${leaf.only === 'involuntary' ? 'q.is_involuntary' : 'NOT q.is_involuntary'}`
  return `SELECT q.user_index, q.churn_day, q.known_day, q.is_involuntary, q.returned_day
FROM (
  SELECT e.user_index, e.ends AS churn_day, ${lastGrace} AS known_day, ${isInvoluntary} AS is_involuntary,
    MIN(CASE WHEN o.begins > ${lastGrace} THEN o.begins END) AS returned_day
  FROM (
  ${contracts}
  ) AS e
  LEFT JOIN (
  ${contracts}
  ) AS o ON o.user_index = e.user_index
  WHERE e.ends IS NOT NULL
  GROUP BY e.user_index, e.ends, e.reason
  HAVING COUNT(*) FILTER (WHERE ${carriesOn}) = 0
) AS q${wanted}`
}
