import { addDays, type Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import type { Dialect } from '../engines/dialect.ts'
import { targetLeaves, typeIn } from './label.ts'
import { labelFacts, type LabelFacts } from './label-facts.ts'
import type { ExamplePlan } from './plan.ts'
import type { MadeTable, TableNames } from './made-table.ts'
import { knownDay, knownPredicate, seenDay, type Visibility, windowPredicate } from './window.ts'

export interface SpineSql {
  readonly tables: readonly MadeTable[]
  /** Relation (cutoff, user_index, label SMALLINT, churn_kind VARCHAR): the examples. */
  readonly spine: string
  readonly populationSelect: string
  readonly excludedSelect: string | null
}

/** Who is in the spine, and with what label. */
export function compileSpine(plan: ExamplePlan, dialect: Dialect, table: TableNames): SpineSql {
  if (plan.mode === 'label') checkClosed(plan)
  const tables = populationTables(plan, dialect, table)
  tables.push({ name: 'spine', table: table('spine'), select: spineTable(plan, dialect, table) })
  return {
    tables,
    spine: table('spine'),
    populationSelect: populationSelect(dialect, table),
    excludedSelect: plan.mode === 'score' ? excludedSelect(plan, dialect, table) : null,
  }
}

/**
 * What makes the relation `population` (cutoff, user_index, status, label, churn_kind) from the relation `cutoffs`; status
 * `already_churned`, `inactive`, `churned_in_gap` or `example`.
 */
export function populationTables(plan: ExamplePlan, dialect: Dialect, table: TableNames): MadeTable[] {
  const facts = targetLeaves(plan.churn).map((leaf, i) => labelFacts({ plan, dialect, table }, leaf, i))
  const active = activeTables(plan, dialect, table)
  return [
    { name: 'seen-users', table: table('seen'), select: seenSelect(plan, dialect) },
    ...active,
    ...facts.flatMap((fact) => fact.tables),
    { name: 'population', table: table('population'), select: populationTable(plan, dialect, { table, facts }) },
  ]
}

function checkClosed(plan: ExamplePlan): void {
  const days = plan.churn.gapDays + plan.churn.horizonDays + Math.max(...plan.delaysDays)
  const open = plan.cutoffs.find((cutoff) => addDays(cutoff, days) > plan.dataEnd)
  if (open === undefined) return
  throw new EbbError({
    code: 'CUTOFF_NOT_CLOSED',
    kind: 'data',
    where: `cutoff ${open}`,
    what: 'its prediction window is not closed',
    expected: `at most ${addDays(plan.dataEnd, -days)}`,
    received: open,
  })
}

/** (user_index, first_seen DATE). */
function seenSelect(plan: ExamplePlan, dialect: Dialect): string {
  return `SELECT e.user_index, MIN(${knownDay(dialect, plan, 'e')}) AS first_seen
FROM ${plan.relations.events} AS e
WHERE e.event_day < ${dialect.day(plan.dataEnd)}
GROUP BY e.user_index`
}

/** (cutoff, user_index): users with a qualifying event inside the days before the cutoff. */
function activeTables(plan: ExamplePlan, dialect: Dialect, table: TableNames): MadeTable[] {
  const rule = plan.churn.eligible
  if (rule === 'any_history') return []
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

interface PopulationParts {
  readonly table: TableNames
  readonly facts: readonly LabelFacts[]
}

function populationTable(plan: ExamplePlan, dialect: Dialect, { table, facts }: PopulationParts): string {
  const any = (conditions: readonly (string | null)[]): string => {
    const some = conditions.filter((condition) => condition !== null)
    return some.length === 0 ? 'FALSE' : `(${some.join(' OR ')})`
  }
  const isLabelled = plan.mode === 'label'
  const joins = facts.flatMap((fact) => fact.joins)
  const needsActive = plan.churn.eligible !== 'any_history'
  if (needsActive)
    joins.unshift(`LEFT JOIN ${table('active')} AS a ON a.cutoff = c.cutoff AND a.user_index = u.user_index`)
  const active = any(facts.filter((fact) => fact.isActive).map((fact) => fact.churned))
  const isInactive = needsActive ? '\n    WHEN a.user_index IS NULL THEN ' + dialect.text('inactive') : ''
  const inGap = isLabelled
    ? `\n    WHEN ${any(facts.map((fact) => fact.inGap))} THEN ${dialect.text('churned_in_gap')}`
    : ''
  return `SELECT p.cutoff, p.user_index, p.status,
  ${dialect.cast(`CASE WHEN p.status = ${dialect.text('example')} THEN p.label END`, 'integer')} AS label,
  CASE WHEN p.status = ${dialect.text('example')} AND p.label = 1 THEN p.churn_kind END AS churn_kind
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN ${any(facts.map((fact) => fact.already))} THEN ${dialect.text('already_churned')}${isInactive}${inGap}
    ELSE ${dialect.text('example')} END AS status,
    ${isLabelled ? `CASE WHEN ${any(facts.map((fact) => fact.churned))} THEN 1 ELSE 0 END` : dialect.cast('NULL', 'integer')} AS label,
    ${isLabelled ? `CASE WHEN ${active} THEN ${dialect.text('active')} ELSE ${dialect.text('passive')} END` : dialect.cast('NULL', 'text')} AS churn_kind
  FROM ${table('seen')} AS u
  JOIN ${table('cutoffs')} AS c ON u.first_seen < c.cutoff
  ${joins.join('\n  ')}
) AS p`
}

function spineTable(_plan: ExamplePlan, dialect: Dialect, table: TableNames): string {
  return `SELECT p.cutoff, p.user_index, p.label, p.churn_kind
FROM ${table('population')} AS p
WHERE p.status = ${dialect.text('example')}`
}

function populationSelect(dialect: Dialect, table: TableNames): string {
  const count = (condition: string, name: string): string => `  COUNT(*) FILTER (WHERE ${condition}) AS ${name}`
  const is = (status: string): string => `p.status = ${dialect.text(status)}`
  const lines = [
    `  COUNT(p.user_index) AS users`,
    count(`p.status IN (${dialect.text('example')}, ${dialect.text('churned_in_gap')})`, 'eligible'),
    count(is('inactive'), 'ineligible'),
    count(is('already_churned'), 'already_churned'),
    count(is('churned_in_gap'), 'churned_in_gap'),
    count('p.label = 1', 'churned'),
    count(`p.churn_kind = ${dialect.text('active')}`, 'active_churned'),
    count(`p.churn_kind = ${dialect.text('passive')}`, 'passive_churned'),
  ]
  return `SELECT c.cutoff,
${lines.join(',\n')}
FROM ${table('cutoffs')} AS c LEFT JOIN ${table('population')} AS p ON p.cutoff = c.cutoff
GROUP BY c.cutoff
ORDER BY c.cutoff`
}

function excludedSelect(plan: ExamplePlan, dialect: Dialect, table: TableNames): string {
  return `SELECT u.user_index, COALESCE(p.status, ${dialect.text('no_history')}) AS reason
FROM ${plan.relations.users} AS u LEFT JOIN ${table('population')} AS p ON p.user_index = u.user_index
WHERE p.status IS NULL OR p.status <> ${dialect.text('example')}
ORDER BY u.user_index`
}

/** (cutoff DATE, users BIGINT), ascending: users with a visible event before each cutoff, e.g. of dropped ones. */
export function usersSeenSelect(
  relations: Pick<ExamplePlan, 'relations' | 'dataEnd'> & Visibility,
  cutoffs: readonly Day[],
  dialect: Dialect,
): string {
  const days = dialect.values(
    'c',
    ['cutoff'],
    cutoffs.map((cutoff) => [dialect.day(cutoff)]),
  )
  return `SELECT c.cutoff, COUNT(u.user_index) AS users
FROM ${days} LEFT JOIN (
  SELECT e.user_index, MIN(${knownDay(dialect, relations, 'e')}) AS first_seen
  FROM ${relations.relations.events} AS e
  WHERE e.event_day < ${dialect.day(relations.dataEnd)}
  GROUP BY e.user_index
) AS u ON u.first_seen < c.cutoff
GROUP BY c.cutoff
ORDER BY c.cutoff`
}
