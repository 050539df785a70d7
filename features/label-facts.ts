import { addDays } from '../core/day.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { LeafLabel } from './churn.ts'
import { returnTypes, typeIn } from './label.ts'
import type { ExamplePlan } from './plan.ts'
import type { MadeTable, TableNames } from './made-table.ts'
import { knownDay, predictionPredicate } from './window.ts'

/** What one label says of (cutoff c, user u): SQL conditions that are never NULL, over the joined relations. */
export interface LabelFacts {
  readonly tables: readonly MadeTable[]
  readonly joins: readonly string[]
  /** Null = never. */
  readonly already: string | null
  readonly inGap: string | null
  readonly churned: string | null
  /** Its churn is the user's own word. */
  readonly isActive: boolean
}

export interface LabelContext {
  readonly plan: ExamplePlan
  readonly dialect: Dialect
  readonly table: TableNames
}

/** `index` tells the tables of several labels apart. */
export function labelFacts(context: LabelContext, leaf: LeafLabel & { name: string }, index: number): LabelFacts {
  return leaf.kind === 'no_event_in_window' ? stayed(context, leaf, index) : moments(context, leaf, index)
}

function stayed(
  context: LabelContext,
  leaf: Extract<LeafLabel, { kind: 'no_event_in_window' }>,
  index: number,
): LabelFacts {
  const { plan, dialect, table } = context
  if (plan.mode === 'score')
    return { tables: [], joins: [], already: null, inGap: null, churned: null, isActive: false }
  const { gapDays, horizonDays } = plan.churn
  const first = dialect.day(addDays(plan.cutoffs[0]!, gapDays))
  const last = dialect.day(addDays(plan.cutoffs.at(-1)!, gapDays + horizonDays))
  const days = table(`window_days_${index}`)
  const name = table(`stayed_${index}`)
  const inWindow = predictionPredicate(dialect, { day: 'd.day', cutoff: 'c.cutoff' }, plan.churn)
  return {
    tables: [
      {
        name: `label-window-days-${index}`,
        table: days,
        select: `SELECT c.cutoff, d.day
FROM ${table('cutoffs')} AS c JOIN ${dialect.daySeries('day', first, last)} AS d ON ${inWindow}`,
      },
      {
        name: `label-stayed-${index}`,
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
    joins: [`LEFT JOIN ${name} AS l${index} ON l${index}.cutoff = c.cutoff AND l${index}.user_index = u.user_index`],
    already: null,
    inGap: null,
    churned: `l${index}.user_index IS NULL`,
    isActive: false,
  }
}

type MomentLeaf = Exclude<LeafLabel, { kind: 'no_event_in_window' }>

/** Labels that know a day of churn: (user_index, churn_day, known_day, returned_day). */
function moments(context: LabelContext, leaf: MomentLeaf & { name: string }, index: number): LabelFacts {
  const { plan, dialect, table } = context
  const name = table(`churns_${index}`)
  const byCutoff = table(`churned_${index}`)
  const { gapDays, horizonDays } = plan.churn
  const windowStart = dialect.addDays('c.cutoff', String(gapDays))
  const already = `m.known_day < c.cutoff AND (m.returned_day IS NULL OR m.returned_day >= c.cutoff)`
  const inGap = `m.known_day >= c.cutoff AND m.churn_day < ${windowStart}`
  const churned = predictionPredicate(dialect, { day: 'm.churn_day', cutoff: 'c.cutoff' }, plan.churn)
  // What is known late can make a silence that was none: seen as churned by the cutoff, but no churn.
  const isChurn = leaf.kind === 'churn_date' && plan.relations.hasAvailableDay === true ? ' AND m.is_churn' : ''
  const select = leaf.kind === 'explicit' ? explicitMoments(context, leaf) : silenceMoments(context, leaf)
  return {
    tables: [
      { name: `label-churns-${index}`, table: name, select },
      {
        name: `label-churned-${index}`,
        table: byCutoff,
        select: `SELECT c.cutoff, m.user_index,
  ${dialect.anyTrue(already)} AS already, ${dialect.anyTrue(`${inGap}${isChurn}`)} AS in_gap,
  ${dialect.anyTrue(`${churned}${isChurn}`)} AS churned
FROM ${name} AS m JOIN ${table('cutoffs')} AS c ON m.churn_day < ${dialect.addDays('c.cutoff', String(gapDays + horizonDays))}
GROUP BY c.cutoff, m.user_index`,
      },
    ],
    joins: [
      `LEFT JOIN ${byCutoff} AS l${index} ON l${index}.cutoff = c.cutoff AND l${index}.user_index = u.user_index`,
    ],
    already: `COALESCE(l${index}.already, FALSE)`,
    inGap: `COALESCE(l${index}.in_gap, FALSE)`,
    churned: `COALESCE(l${index}.churned, FALSE)`,
    isActive: leaf.kind === 'explicit',
  }
}

function explicitMoments(context: LabelContext, leaf: Extract<LeafLabel, { kind: 'explicit' }>): string {
  const { plan, dialect } = context
  const back = returnTypes(leaf, plan.churn)
  const isReturn =
    back === null
      ? `NOT COALESCE(${typeIn(dialect, 'r.event_type', leaf.events)}, FALSE)`
      : typeIn(dialect, 'r.event_type', back)
  const events = plan.relations.events
  const end = dialect.day(plan.dataEnd)
  return `SELECT e.user_index, e.event_day AS churn_day, e.seen_day AS known_day,
  MIN(${knownDay(dialect, plan, 'r')}) AS returned_day
FROM (
  SELECT DISTINCT e.user_index, e.event_time, e.event_day, ${knownDay(dialect, plan, 'e')} AS seen_day
  FROM ${events} AS e
  WHERE ${typeIn(dialect, 'e.event_type', leaf.events)} AND e.event_day < ${end}
) AS e
LEFT JOIN ${events} AS r
  ON r.user_index = e.user_index AND r.event_time > e.event_time AND r.event_day < ${end} AND ${isReturn}
GROUP BY e.user_index, e.event_time, e.event_day, e.seen_day`
}

function silenceMoments(context: LabelContext, leaf: Extract<LeafLabel, { kind: 'churn_date' }>): string {
  const { plan, dialect } = context
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
