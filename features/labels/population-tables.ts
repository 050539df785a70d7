import type { Dialect } from '../../engines/dialect.ts'
import { predictionsOf } from '../churn.ts'
import { targetLeaves } from '../label.ts'
import type { MadeTable, TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'
import { knownDay } from '../window.ts'
import { activeTables } from './active-users.ts'
import { labelFacts } from './label-facts.ts'
import { populationTable, type NamedFacts } from './population.ts'

/** Short name of the relation of the i-th prediction. */
export const populationName = (i: number): string => (i === 0 ? 'population' : `population_${i}`)

/**
 * What makes the relations `population`, `population_1`, ... (cutoff, user_index, status, label, churn_kind), one per
 * prediction, from the relation `cutoffs`; status `already_churned`, `inactive`, `churned_in_gap` or `example`.
 */
export function populationTables(plan: ExamplePlan, dialect: Dialect, table: TableNames): MadeTable[] {
  const churns = predictionsOf(plan.churn)
  const names = [...new Set(churns.flatMap((churn) => targetLeaves(churn).map(({ name }) => name)))].sort()
  const made = churns.map((churn, i) => {
    const facts: NamedFacts = new Map(
      targetLeaves(churn).map((leaf) => {
        const label = String(names.indexOf(leaf.name))
        const id = i === 0 ? label : `${label}_${i}`
        return [leaf.name, labelFacts({ plan, churn, dialect, table, label, id }, leaf)]
      }),
    )
    const name = populationName(i)
    const select = populationTable({ plan, churn, dialect, table, facts })
    return [
      ...[...facts.values()].flatMap((fact) => fact.tables),
      { name: name.replaceAll('_', '-'), table: table(name), select },
    ]
  })
  const all = [
    { name: 'seen-users', table: table('seen'), select: seenSelect(plan, dialect) },
    ...activeTables(plan, dialect, table),
    ...made.flat(),
  ]
  return [...new Map(all.map((one) => [one.table, one])).values()]
}

/** (user_index, first_seen DATE). */
function seenSelect(plan: ExamplePlan, dialect: Dialect): string {
  return `SELECT e.user_index, MIN(${knownDay(dialect, plan, 'e')}) AS first_seen
FROM ${plan.relations.events} AS e
WHERE e.event_day < ${dialect.day(plan.dataEnd)}
GROUP BY e.user_index`
}
