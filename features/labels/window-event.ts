import { addDays } from '../../core/day.ts'
import type { LeafOf } from '../churn.ts'
import { typeIn } from '../label.ts'
import { predictionPredicate } from '../window.ts'
import { noFacts, type LabelContext, type LabelFacts } from './facts.ts'

/** Whether an event of `events` falls in the prediction window: to stay by it, or to be meant by it. */
export function windowEventFacts(
  { plan, churn, dialect, table, id }: LabelContext,
  leaf: LeafOf<'no_event_in_window' | 'event_in_window'>,
): LabelFacts {
  if (plan.mode === 'score') return noFacts
  const { gapDays, horizonDays } = churn
  const first = dialect.day(addDays(plan.cutoffs[0]!, gapDays))
  const last = dialect.day(addDays(plan.cutoffs.at(-1)!, gapDays + horizonDays))
  const days = table(`window_days_${id}`)
  const name = table(`stayed_${id}`)
  const inWindow = predictionPredicate(dialect, { day: 'd.day', cutoff: 'c.cutoff' }, churn)
  const isMeant = leaf.kind === 'event_in_window'
  return {
    ...noFacts,
    tables: [
      {
        name: `label-window-days-${id}`,
        table: days,
        select: `SELECT c.cutoff, d.day
FROM ${table('cutoffs')} AS c JOIN ${dialect.daySeries('day', first, last)} AS d ON ${inWindow}`,
      },
      {
        name: `label-stayed-${id}`,
        table: name,
        select: `SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, e.event_day
  FROM ${plan.relations.events} AS e
  WHERE ${typeIn(dialect, 'e.event_type', leaf.events)} AND e.event_day < ${dialect.day(plan.dataEnd)}
) AS e
JOIN ${days} AS d ON d.day = e.event_day`,
      },
    ],
    joins: [`LEFT JOIN ${name} AS l${id} ON l${id}.cutoff = c.cutoff AND l${id}.user_index = u.user_index`],
    churned: `l${id}.user_index IS ${isMeant ? 'NOT ' : ''}NULL`,
    isActive: isMeant,
  }
}
