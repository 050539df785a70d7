import type { LeafOf } from '../churn.ts'
import { typeIn } from '../label.ts'
import { knownDay } from '../window.ts'
import type { LabelContext } from './facts.ts'

/** The last days of runs of `silenceDays` silent days. */
export function silenceMoments({ plan, dialect }: LabelContext, leaf: LeafOf<'churn_date'>): string {
  const churnDay = dialect.addDays('q.event_day', String(leaf.silenceDays))
  const silenceKnown = dialect.addDays('q.event_day', String(leaf.silenceDays + Math.max(...plan.delaysDays)))
  const isChurn = `q.next_day IS NULL OR q.next_day > ${churnDay}`
  const hasKnown = plan.relations.hasAvailableDay === true
  const columns = hasKnown
    ? `GREATEST(${silenceKnown}, q.seen_day) AS known_day, q.returned_day, (${isChurn}) AS is_churn`
    : `${silenceKnown} AS known_day, q.returned_day`
  return `SELECT q.user_index, ${churnDay} AS churn_day, ${columns}
FROM (
  SELECT e.user_index, e.event_day,${hasKnown ? ' e.seen_day,' : ''}
    LEAD(e.event_day) OVER (PARTITION BY e.user_index ORDER BY e.event_day) AS next_day,
    MIN(e.seen_day) OVER (PARTITION BY e.user_index ORDER BY e.event_day
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS returned_day
  FROM (
    SELECT e.user_index, e.event_day, MIN(${knownDay(dialect, plan, 'e')}) AS seen_day
    FROM ${plan.relations.events} AS e
    WHERE ${typeIn(dialect, 'e.event_type', leaf.events)} AND e.event_day < ${dialect.day(plan.dataEnd)}
    GROUP BY e.user_index, e.event_day
  ) AS e
) AS q${hasKnown ? '' : `\nWHERE ${isChurn}`}`
}
