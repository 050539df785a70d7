import { predictionPredicate } from '../window.ts'
import type { LabelContext, LabelFacts } from './facts.ts'

export interface Moments {
  /**
   * Relation of the churns (user_index, churn_day, known_day: the last day on which it is not known yet, returned_day: the
   * first day on which a return is seen), and `is_involuntary` BOOLEAN where the label tells.
   */
  readonly select: string
  readonly isActive: boolean
  readonly tellsWill: boolean
  /** Column `is_churn`: rows without it were churns only in what was known at the time, so they count as already churned alone. */
  readonly canBeFalse?: boolean
}

/** Facts of a label whose churns have a day. */
export function factsOfMoments(context: LabelContext, moments: Moments): LabelFacts {
  const { churn, dialect, table, label, id } = context
  const name = table(`churns_${label}`)
  const byCutoff = table(`churned_${id}`)
  const { gapDays, horizonDays } = churn
  const windowStart = dialect.addDays('c.cutoff', String(gapDays))
  const already = `m.known_day < c.cutoff AND (m.returned_day IS NULL OR m.returned_day >= c.cutoff)`
  const inGap = `m.known_day >= c.cutoff AND m.churn_day < ${windowStart}`
  const churned = predictionPredicate(dialect, { day: 'm.churn_day', cutoff: 'c.cutoff' }, churn)
  const isChurn = moments.canBeFalse === true ? ' AND m.is_churn' : ''
  const will = moments.tellsWill
    ? `,
  ${dialect.anyTrue(`${churned} AND NOT m.is_involuntary`)} AS voluntary, ${dialect.anyTrue(`${churned} AND m.is_involuntary`)} AS involuntary`
    : ''
  const fact = (column: string): string => `COALESCE(l${id}.${column}, FALSE)`
  return {
    tables: [
      { name: `label-churns-${label}`, table: name, select: moments.select },
      {
        name: `label-churned-${id}`,
        table: byCutoff,
        select: `SELECT c.cutoff, m.user_index,
  ${dialect.anyTrue(already)} AS already, ${dialect.anyTrue(`${inGap}${isChurn}`)} AS in_gap,
  ${dialect.anyTrue(`${churned}${isChurn}`)} AS churned${will}
FROM ${name} AS m JOIN ${table('cutoffs')} AS c ON m.churn_day < ${dialect.addDays('c.cutoff', String(gapDays + horizonDays))}
GROUP BY c.cutoff, m.user_index`,
      },
    ],
    joins: [`LEFT JOIN ${byCutoff} AS l${id} ON l${id}.cutoff = c.cutoff AND l${id}.user_index = u.user_index`],
    already: fact('already'),
    inGap: fact('in_gap'),
    churned: fact('churned'),
    isActive: moments.isActive,
    voluntary: moments.tellsWill ? fact('voluntary') : null,
    involuntary: moments.tellsWill ? fact('involuntary') : null,
  }
}
