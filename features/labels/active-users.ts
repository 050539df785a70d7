import type { Dialect } from '../../engines/dialect.ts'
import { calendarSelect, createCalendar, flagsSelect, segmentColumn, segmentJoin } from '../calendar.ts'
import type { LeafOf } from '../churn.ts'
import { typeIn } from '../label.ts'
import type { MadeTable, TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'
import { knownDay, knownPredicate, seenDay, windowKey } from '../window.ts'
import { contractsSelect } from './contract.ts'

/** (cutoff, user_index): users with a qualifying event inside the days before the cutoff, or with a running contract. */
export function activeTables(plan: ExamplePlan, dialect: Dialect, table: TableNames): MadeTable[] {
  const rule = plan.churn.eligible
  if (rule === 'any_history') return []
  if ('contract' in rule) return [runningContracts(plan, dialect, { table, label: rule.contract })]
  const window = { lookbackDays: rule.withinDays, offsetDays: 0 }
  const calendar = createCalendar(plan.cutoffs, [window])
  const tables = { cutoffs: table('cutoffs'), calendar: table('eligible_calendar') }
  const events = { seen: seenDay(dialect, plan.delaysDays, 'e'), last: dialect.day(plan.cutoffs.at(-1)!) }
  const hasKnown = plan.relations.hasAvailableDay === true
  const known = hasKnown ? `, ${knownDay(dialect, plan, 'e')} AS known_day` : ''
  const isKnown = hasKnown ? ` AND ${knownPredicate('e.known_day', 'f.cutoff')}` : ''
  return [
    { name: 'eligible-calendar', table: tables.calendar, select: calendarSelect(calendar, dialect) },
    { name: 'eligible-flags', table: table('eligible_flags'), select: flagsSelect(calendar, dialect, tables) },
    {
      name: 'active-users',
      table: table('active'),
      // By segment, of which a user has far fewer than days.
      select: `SELECT DISTINCT f.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, ${segmentColumn} AS segment${known}
  FROM ${plan.relations.events} AS e
  ${segmentJoin(tables.calendar, events.seen)}
  WHERE ${typeIn(dialect, 'e.event_type', rule.events)} AND e.event_day < ${dialect.day(plan.dataEnd)} AND ${events.seen} < ${events.last}
) AS e
JOIN ${table('eligible_flags')} AS f ON f.segment = e.segment AND f.in_${windowKey(window)}${isKnown}`,
    },
  ]
}

/** A contract runs at the cutoff when it began before that day and ends after it. */
function runningContracts(
  plan: ExamplePlan,
  dialect: Dialect,
  { table, label }: { table: TableNames; label: string },
): MadeTable {
  const contracts = contractsSelect(plan, dialect, plan.churn.labels[label] as LeafOf<'contract'>)
  return {
    name: 'active-users',
    table: table('active'),
    select: `SELECT DISTINCT c.cutoff, k.user_index
FROM (
  ${contracts}
) AS k
JOIN ${table('cutoffs')} AS c ON (k.begins IS NULL OR k.begins < c.cutoff) AND (k.ends IS NULL OR k.ends > c.cutoff)`,
  }
}
