import type { Dialect } from '../../engines/dialect.ts'
import type { LeafOf } from '../churn.ts'
import { typeIn } from '../label.ts'
import type { MadeTable, TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'
import { knownDay, knownPredicate, seenDay, windowPredicate } from '../window.ts'
import { contractsSelect } from './contract.ts'

/** (cutoff, user_index): users with a qualifying event inside the days before the cutoff, or with a running contract. */
export function activeTables(plan: ExamplePlan, dialect: Dialect, table: TableNames): MadeTable[] {
  const rule = plan.churn.eligible
  if (rule === 'any_history') return []
  if ('contract' in rule) return [runningContracts(plan, dialect, { table, label: rule.contract })]
  const window = { lookbackDays: rule.withinDays, offsetDays: 0 }
  const first = dialect.addDays(dialect.day(plan.cutoffs[0]!), String(-rule.withinDays))
  const days = dialect.daySeries('day', first, dialect.day(plan.cutoffs.at(-1)!))
  const hasKnown = plan.relations.hasAvailableDay === true
  const known = hasKnown ? `, ${knownDay(dialect, plan, 'e')} AS known_day` : ''
  const isKnown = hasKnown ? ` AND ${knownPredicate('e.known_day', 'd.cutoff')}` : ''
  return [
    {
      name: 'eligible-days',
      table: table('eligible_days'),
      select: `SELECT c.cutoff, d.day
FROM ${table('cutoffs')} AS c
JOIN ${days} AS d ON ${windowPredicate(dialect, { seen: 'd.day', cutoff: 'c.cutoff' }, window)}`,
    },
    {
      name: 'active-users',
      table: table('active'),
      select: `SELECT DISTINCT d.cutoff, e.user_index
FROM (
  SELECT DISTINCT e.user_index, ${seenDay(dialect, plan.delaysDays, 'e')} AS day${known}
  FROM ${plan.relations.events} AS e
  WHERE ${typeIn(dialect, 'e.event_type', rule.events)} AND e.event_day < ${dialect.day(plan.dataEnd)}
) AS e
JOIN ${table('eligible_days')} AS d ON d.day = e.day${isKnown}`,
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
