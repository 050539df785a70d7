import type { LeafOf } from '../churn.ts'
import { returnTypes, typeIn } from '../label.ts'
import { knownDay } from '../window.ts'
import type { LabelContext } from './facts.ts'

/** Every event of `events`, with the first later event by which the user is back. */
export function explicitMoments({ plan, churn, dialect }: LabelContext, leaf: LeafOf<'explicit'>): string {
  const back = returnTypes(leaf, churn)
  const isReturn =
    back === null
      ? `NOT COALESCE(${typeIn(dialect, 'r.event_type', leaf.events)}, FALSE)`
      : typeIn(dialect, 'r.event_type', back)
  const events = plan.relations.events
  const end = dialect.day(plan.dataEnd)
  const { involuntaryEvents } = leaf
  const told = involuntaryEvents === undefined ? '' : ', e.is_involuntary'
  const tells =
    involuntaryEvents === undefined ? '' : `, ${typeIn(dialect, 'e.event_type', involuntaryEvents)} AS is_involuntary`
  return `SELECT e.user_index, e.event_day AS churn_day, e.seen_day AS known_day${told},
  MIN(${knownDay(dialect, plan, 'r')}) AS returned_day
FROM (
  SELECT DISTINCT e.user_index, e.event_time, e.event_day, ${knownDay(dialect, plan, 'e')} AS seen_day${tells}
  FROM ${events} AS e
  WHERE ${typeIn(dialect, 'e.event_type', leaf.events)} AND e.event_day < ${end}
) AS e
LEFT JOIN ${events} AS r
  ON r.user_index = e.user_index AND r.event_time > e.event_time AND r.event_day < ${end} AND ${isReturn}
GROUP BY e.user_index, e.event_time, e.event_day, e.seen_day${told}`
}
