import type { Dialect } from '../../engines/dialect.ts'
import type { ChurnConfig } from '../churn.ts'
import { labelTree, tellsWill, type LabelTree } from '../label.ts'
import type { TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'
import type { LabelFacts } from './facts.ts'

/** The facts of the target's leaves, by name. */
export type NamedFacts = ReadonlyMap<string, LabelFacts>

export interface PopulationParts {
  readonly plan: ExamplePlan
  readonly churn: ChurnConfig
  readonly dialect: Dialect
  readonly table: TableNames
  readonly facts: NamedFacts
}

/** (cutoff, user_index, status, label, churn_kind, and churn_will where a label tells). */
export function populationTable({ plan, churn, dialect, table, facts }: PopulationParts): string {
  const isLabelled = plan.mode === 'label'
  const joins = [...facts.values()].flatMap((fact) => fact.joins)
  const needsActive = churn.eligible !== 'any_history'
  if (needsActive)
    joins.unshift(`LEFT JOIN ${table('active')} AS a ON a.cutoff = c.cutoff AND a.user_index = u.user_index`)
  const whole = together(labelTree(churn, churn.target), facts)
  const leaves = [...facts.values()]
  const isInactive = needsActive ? '\n    WHEN a.user_index IS NULL THEN ' + dialect.text('inactive') : ''
  const inGap = isLabelled ? `\n    WHEN ${orFalse(whole.inGap)} THEN ${dialect.text('churned_in_gap')}` : ''
  const active = any(leaves.filter((fact) => fact.isActive).map((fact) => fact.churned))
  const kind = `CASE WHEN ${orFalse(active)} THEN ${dialect.text('active')} ELSE ${dialect.text('passive')} END`
  const nothing = (type: 'integer' | 'text'): string => dialect.cast('NULL', type)
  const isChurn = `p.status = ${dialect.text('example')} AND p.label = 1`
  const hasWill = tellsWill(churn)
  const will = isLabelled ? willSql(leaves, dialect) : nothing('text')
  return `SELECT p.cutoff, p.user_index, p.status,
  ${dialect.cast(`CASE WHEN p.status = ${dialect.text('example')} THEN p.label END`, 'integer')} AS label,
  CASE WHEN ${isChurn} THEN p.churn_kind END AS churn_kind${hasWill ? `,\n  CASE WHEN ${isChurn} THEN p.churn_will END AS churn_will` : ''}
FROM (
  SELECT c.cutoff, u.user_index,
    CASE WHEN ${orFalse(whole.already)} THEN ${dialect.text('already_churned')}${isInactive}${inGap}
    ELSE ${dialect.text('example')} END AS status,
    ${isLabelled ? `CASE WHEN ${orFalse(whole.churned)} THEN 1 ELSE 0 END` : nothing('integer')} AS label,
    ${isLabelled ? kind : nothing('text')} AS churn_kind${hasWill ? `,\n    ${will} AS churn_will` : ''}
  FROM ${table('seen')} AS u
  JOIN ${table('cutoffs')} AS c ON u.first_seen < c.cutoff
  ${joins.join('\n  ')}
) AS p`
}

type Facts = Pick<LabelFacts, 'already' | 'inGap' | 'churned'>

/** What the labels say together; null = never. */
function together(tree: LabelTree, facts: NamedFacts): Facts {
  if ('leaf' in tree) return facts.get(tree.leaf)!
  const parts = tree.of.map((inner) => together(inner, facts))
  const someChurned = any(parts.map((part) => part.churned))
  if (tree.op === 'any')
    return {
      already: any(parts.map((part) => part.already)),
      inGap: any(parts.map((part) => part.inGap)),
      churned: someChurned,
    }
  const byGap = parts.map((part) => any([part.already, part.inGap]))
  return {
    already: all(parts.map((part) => part.already)),
    inGap: all(byGap),
    churned: all([someChurned, all(parts.map((part, i) => any([byGap[i]!, part.churned])))]),
  }
}

/** Null and FALSE are the same: a part that is never true takes no part in an OR, and an AND with it never holds. */
function any(conditions: readonly (string | null)[]): string | null {
  const some = conditions.filter((condition) => condition !== null)
  return some.length === 0 ? null : `(${some.join(' OR ')})`
}

function all(conditions: readonly (string | null)[]): string | null {
  return conditions.includes(null) ? null : `(${conditions.join(' AND ')})`
}

const orFalse = (condition: string | null): string => condition ?? 'FALSE'

function willSql(leaves: readonly LabelFacts[], dialect: Dialect): string {
  const voluntary = orFalse(any(leaves.map((fact) => fact.voluntary)))
  const involuntary = orFalse(any(leaves.map((fact) => fact.involuntary)))
  return `CASE WHEN ${voluntary} THEN ${dialect.text('voluntary')} WHEN ${involuntary} THEN ${dialect.text('involuntary')} END`
}
