import { addDays } from '../../core/day.ts'
import type { LeafOf } from '../churn.ts'
import { typeIn } from '../label.ts'
import { predictionPredicate } from '../window.ts'
import { noFacts, type LabelContext, type LabelFacts } from './facts.ts'

/**
 * Money or events per day in the prediction window against the days before the cutoff: sums of integers, compared crosswise,
 * so that a fall by exactly `fallPercent` is told exactly.
 */
export function partialFacts(context: LabelContext, leaf: LeafOf<'partial'>): LabelFacts {
  const { plan, churn, dialect, table, id } = context
  if (plan.mode === 'score') return noFacts
  const name = table(`partial_${id}`)
  const wide = (expression: string): string => dialect.cast(expression, 'wide')
  const ahead = `${wide(`COALESCE(l${id}.ahead, 0)`)} * ${leaf.pastDays * 100}`
  const allowed = `${wide(`l${id}.past`)} * ${churn.horizonDays * (100 - leaf.fallPercent)}`
  return {
    ...noFacts,
    tables: [
      { name: `label-partial-days-${id}`, table: table(`partial_days_${id}`), select: daysSelect(context, leaf) },
      { name: `label-partial-${id}`, table: name, select: sumsSelect(context, leaf) },
    ],
    joins: [`LEFT JOIN ${name} AS l${id} ON l${id}.cutoff = c.cutoff AND l${id}.user_index = u.user_index`],
    churned: `(COALESCE(l${id}.past, 0) > 0 AND ${ahead} <= ${allowed})`,
  }
}

/** (cutoff, day, is_past): the days of both stretches. */
function daysSelect({ plan, churn, dialect, table }: LabelContext, leaf: LeafOf<'partial'>): string {
  const first = dialect.addDays(dialect.day(plan.cutoffs[0]!), String(-leaf.pastDays))
  const last = dialect.day(addDays(plan.cutoffs.at(-1)!, churn.gapDays + churn.horizonDays))
  const inWindow = predictionPredicate(dialect, { day: 'd.day', cutoff: 'c.cutoff' }, churn)
  const inPast = `(d.day >= ${dialect.addDays('c.cutoff', String(-leaf.pastDays))} AND d.day < c.cutoff)`
  return `SELECT c.cutoff, d.day, d.day < c.cutoff AS is_past
FROM ${table('cutoffs')} AS c JOIN ${dialect.daySeries('day', first, last)} AS d ON ${inWindow} OR ${inPast}`
}

/** (cutoff, user_index, past, ahead): BIGINT sums, NULL over nothing. */
function sumsSelect({ plan, dialect, table, id }: LabelContext, leaf: LeafOf<'partial'>): string {
  const value = leaf.of === 'amount' ? dialect.sumInteger('e.amount_cents') : 'COUNT(*)'
  const part = (condition: string): string => dialect.sumInteger(`CASE WHEN ${condition} THEN e.v END`)
  return `SELECT d.cutoff, e.user_index, ${part('d.is_past')} AS past, ${part('NOT d.is_past')} AS ahead
FROM (
  SELECT e.user_index, e.event_day, ${value} AS v
  FROM ${plan.relations.events} AS e
  WHERE ${typeIn(dialect, 'e.event_type', leaf.events)} AND e.event_day < ${dialect.day(plan.dataEnd)}
  GROUP BY e.user_index, e.event_day
) AS e
JOIN ${table(`partial_days_${id}`)} AS d ON d.day = e.event_day
GROUP BY d.cutoff, e.user_index`
}
