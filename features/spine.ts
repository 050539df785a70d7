import type { Dialect } from '../engines/dialect.ts'
import { tellsWill } from './label.ts'
import { populationName, populationTables } from './labels/population-tables.ts'
import type { MadeTable, TableNames } from './made-table.ts'
import type { ExamplePlan, Prediction } from './plan.ts'
import { plannedPredictions, type PlannedPrediction } from './predictions.ts'

export interface SpineSql {
  readonly tables: readonly MadeTable[]
  /**
   * Relation (cutoff, user_index, label SMALLINT, churn_kind VARCHAR, ...): the examples. Of several predictions, the
   * rows of all, with the columns that `predictions` name; a row that is no example of one has no label there.
   */
  readonly spine: string
  /** Label columns of the spine. */
  readonly columns: readonly { readonly name: string; readonly kind: 'number' | 'category' }[]
  readonly predictions: readonly Prediction[]
}

/** Who is in the spine, and with what labels. */
export function compileSpine(plan: ExamplePlan, dialect: Dialect, table: TableNames): SpineSql {
  const tables = populationTables(plan, dialect, table)
  const parts = plannedPredictions(plan).map((prediction, i) => spinePart(plan, prediction, i))
  const select = parts.length === 1 ? spineTable(dialect, table, parts[0]!) : jointSpine(dialect, table, parts)
  return {
    tables: [...tables, { name: 'spine', table: table('spine'), select }],
    spine: table('spine'),
    columns: parts.flatMap((part) => part.labels.map(({ name, kind }) => ({ name, kind }))),
    predictions: parts.map((part) => ({
      target: part.target,
      horizonDays: part.horizonDays,
      cutoffs: part.cutoffs,
      columns: part.columns,
      populationSelect: populationSelect(dialect, table, part),
      excludedSelect: plan.mode === 'score' ? excludedSelect(plan, dialect, { table, part }) : null,
    })),
  }
}

/** What one prediction adds to the spine. */
interface SpinePart extends PlannedPrediction {
  /** Short name of its population. */
  readonly population: string
  /** Closed at every cutoff of the plan. */
  readonly isWhole: boolean
  readonly labels: readonly { readonly name: string; readonly from: string; readonly kind: 'number' | 'category' }[]
}

function spinePart(plan: ExamplePlan, prediction: PlannedPrediction, i: number): SpinePart {
  const { churn, suffix, cutoffs, columns } = prediction
  const will = tellsWill(churn) ? [{ name: `churn_will${suffix}`, from: 'churn_will', kind: 'category' } as const] : []
  const { isExample } = columns
  const example = isExample === null ? [] : [{ name: isExample, from: 'is_example', kind: 'number' } as const]
  return {
    ...prediction,
    population: populationName(i),
    isWhole: cutoffs.length === plan.cutoffs.length,
    labels: [
      { name: columns.label, from: 'label', kind: 'number' },
      { name: columns.churnKind, from: 'churn_kind', kind: 'category' },
      ...will,
      ...example,
    ],
  }
}

function spineTable(dialect: Dialect, table: TableNames, { labels }: SpinePart): string {
  return `SELECT p.cutoff, p.user_index, ${labels.map(({ name }) => `p.${name}`).join(', ')}
FROM ${table('population')} AS p
WHERE p.status = ${dialect.text('example')}`
}

/** Rows that are an example of at least one prediction, with the labels of each. */
function jointSpine(dialect: Dialect, table: TableNames, parts: readonly SpinePart[]): string {
  const isExample = parts.map((part, i) => {
    const days = part.cutoffs.map((cutoff) => dialect.day(cutoff)).join(', ')
    const closed = part.isWhole ? '' : days === '' ? ' AND FALSE' : ` AND p${i}.cutoff IN (${days})`
    return `(p${i}.status = ${dialect.text('example')}${closed})`
  })
  const columns = parts.flatMap((part, i) =>
    part.labels.map(({ name, from }) =>
      from === 'is_example'
        ? `CASE WHEN ${isExample[i]!} THEN 1 ELSE 0 END AS ${name}`
        : `CASE WHEN ${isExample[i]!} THEN p${i}.${from} END AS ${name}`,
    ),
  )
  const joins = parts
    .slice(1)
    .map(
      ({ population }, i) =>
        `\nJOIN ${table(population)} AS p${i + 1} ON p${i + 1}.cutoff = p0.cutoff AND p${i + 1}.user_index = p0.user_index`,
    )
  return `SELECT p0.cutoff, p0.user_index,
  ${columns.join(',\n  ')}
FROM ${table('population')} AS p0${joins.join('')}
WHERE ${isExample.join(' OR ')}`
}

function populationSelect(dialect: Dialect, table: TableNames, part: SpinePart): string {
  const count = (condition: string, name: string): string => `  COUNT(*) FILTER (WHERE ${condition}) AS ${name}`
  const is = (status: string): string => `p.status = ${dialect.text(status)}`
  const will = tellsWill(part.churn)
    ? [
        count(`p.churn_will = ${dialect.text('voluntary')}`, 'voluntary_churned'),
        count(`p.churn_will = ${dialect.text('involuntary')}`, 'involuntary_churned'),
      ]
    : []
  const lines = [
    `  COUNT(p.user_index) AS users`,
    count(`p.status IN (${dialect.text('example')}, ${dialect.text('churned_in_gap')})`, 'eligible'),
    count(is('inactive'), 'ineligible'),
    count(is('already_churned'), 'already_churned'),
    count(is('churned_in_gap'), 'churned_in_gap'),
    count('p.label = 1', 'churned'),
    count(`p.churn_kind = ${dialect.text('active')}`, 'active_churned'),
    count(`p.churn_kind = ${dialect.text('passive')}`, 'passive_churned'),
    ...will,
  ]
  const days = part.cutoffs.map((cutoff) => dialect.day(cutoff)).join(', ')
  const closed = part.isWhole ? '' : `\nWHERE ${days === '' ? 'FALSE' : `c.cutoff IN (${days})`}`
  return `SELECT c.cutoff,
${lines.join(',\n')}
FROM ${table('cutoffs')} AS c LEFT JOIN ${table(part.population)} AS p ON p.cutoff = c.cutoff${closed}
GROUP BY c.cutoff
ORDER BY c.cutoff`
}

function excludedSelect(
  plan: ExamplePlan,
  dialect: Dialect,
  { table, part }: { table: TableNames; part: SpinePart },
): string {
  return `SELECT u.user_index, COALESCE(p.status, ${dialect.text('no_history')}) AS reason
FROM ${plan.relations.users} AS u LEFT JOIN ${table(part.population)} AS p ON p.user_index = u.user_index
WHERE p.status IS NULL OR p.status <> ${dialect.text('example')}
ORDER BY u.user_index`
}
