import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Dialect } from '../../engines/dialect.ts'
import { duckdbDialect } from '../../engines/duckdb/dialect.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'
import type { LabelDefinition } from '../../features/churn.ts'
import { compileExamples } from '../../features/compile.ts'
import type { AttributeRead, Feature, FormulaName, MeasureFeature, Measurement } from '../../features/definition.ts'
import { formulas } from '../../features/formula.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { catalogContext, contractTable, customerTable, day, testPlan } from './world.ts'

/*
 * The exact text of every kind of declaration, for every dialect, in `compiled/<dialect>/*.sql`: the records below do not
 * compile when a measure, a kind, a formula, a label or a dialect is missing. `npx vitest run <this file> -u` writes the
 * files again; read the difference.
 */
const dialects: Readonly<Record<Dialect['name'], Dialect>> = { duckdb: duckdbDialect, spark: sparkDialect }

const shared = { description: '-', family: 'activity', unit: 'count', actionable: false, whenEmpty: 'missing' } as const
const where = { op: 'compare', name: 'event_type', by: '=', value: "o'rder" } as const

const measure = (what: Measurement, i: number): MeasureFeature => ({
  ...shared,
  ...what,
  kind: 'measure',
  name: `${what.measure}_${i}`,
  lookbackDays: i % 2 === 0 ? 30 : 'lifetime',
  offsetDays: 0,
  ...(i < 2 ? { where } : {}),
})

const measures: Readonly<Record<Measurement['measure'], readonly Measurement[]>> = {
  count: [{ measure: 'count' }],
  last: [{ measure: 'last' }],
  first: [{ measure: 'first' }],
  activeDays: [{ measure: 'activeDays' }],
  sum: [{ measure: 'sum', of: 'amount' }],
  min: [{ measure: 'min', of: 'quantity' }],
  max: [{ measure: 'max', of: 'amount' }],
  mean: [{ measure: 'mean', of: 'amount' }],
  lastValue: [{ measure: 'lastValue', of: 'amount' }],
  distinct: [{ measure: 'distinct', of: 'category' }],
  lastLevel: [{ measure: 'lastLevel', of: 'channel' }],
  firstLevel: [{ measure: 'firstLevel', of: 'channel' }],
  gaps: [
    { measure: 'gaps', of: 'mean' },
    { measure: 'gaps', of: 'sd' },
    { measure: 'gaps', of: 'first' },
    { measure: 'gaps', of: 'daysSinceReturn', silentDays: 14 },
  ],
  levels: [
    { measure: 'levels', of: 'category', statistic: 'entropy' },
    { measure: 'levels', of: 'category', statistic: 'topShare' },
  ],
  intervals: [
    { measure: 'intervals', of: 'mean' },
    { measure: 'intervals', of: 'sd' },
  ],
  sessions: [
    { measure: 'sessions', of: 'count', inactivityMinutes: 30 },
    { measure: 'sessions', of: 'meanMinutes', inactivityMinutes: 30 },
  ],
}

const reads: Readonly<Record<AttributeRead, { attribute: string; type: 'category' | 'number' | 'day' }>> = {
  value: { attribute: 'age', type: 'number' },
  previous: { attribute: 'tier', type: 'category' },
  changes: { attribute: 'tier', type: 'category' },
  daysSinceChange: { attribute: 'tier', type: 'category' },
  daysSince: { attribute: 'registered', type: 'day' },
}

/** Kinds beside `measure` that are SQL; `derived` are the formulas, `fitted` are no SQL. */
const others: Readonly<Record<Exclude<Feature['kind'], 'measure' | 'derived' | 'fitted'>, readonly Feature[]>> = {
  asOf: (Object.entries(reads) as [AttributeRead, (typeof reads)['value']][]).map(([read, of]) => ({
    ...shared,
    ...of,
    kind: 'asOf',
    name: `a_${read}`,
    table: customerTable.name,
    read,
    lookbackDays: read === 'changes' ? 90 : 'lifetime',
  })),
  pastLabel: [{ ...shared, kind: 'pastLabel', name: 'churned_before', read: 'churns', windows: 2 }],
  rowSql: [
    {
      ...shared,
      kind: 'rowSql',
      name: 'big_share',
      expression: "sum(case when amount > 100 and item <> 'it''s' then 1 else 0 end) / count(*)",
      lookbackDays: 30,
      offsetDays: 0,
    },
  ],
}

const labels: Readonly<Record<LabelDefinition['kind'], LabelDefinition>> = {
  no_event_in_window: { kind: 'no_event_in_window', events: ['buy'] },
  event_in_window: { kind: 'event_in_window', events: ["up'grade"] },
  churn_date: { kind: 'churn_date', events: ['buy'], silenceDays: 30 },
  explicit: { kind: 'explicit', events: ['cancel', 'failed'], returnEvents: ['buy'], involuntaryEvents: ['failed'] },
  contract: { kind: 'contract', table: 'contracts', end: 'ends', graceDays: 5, endKnown: false },
  partial: { kind: 'partial', of: 'amount', events: ['buy'], pastDays: 60, fallPercent: 40 },
  any: { kind: 'any', of: ['no_event_in_window', 'explicit'] },
  all: { kind: 'all', of: ['no_event_in_window', 'churn_date'] },
}

const base = testPlan(catalogContext(), {
  supporting: [],
  context: [],
  hasBuiltInContext: false,
  purchaseTypes: [],
  levels: { category: ['a', "b'c"], channel: ['app', 'web'] },
  cutoffs: [day('2024-03-01'), day('2024-04-01')],
  relations: { events: 't_events', users: 't_users', attributes: [customerTable, contractTable] },
})

/** What stands in every plan, and has a test of its own. */
const common = /-(cutoffs|seen-users|label-.*|population|spine|calendar|window-flags|levels-(category|channel))(-\d+)?$/

function sqlOf(dialect: Dialect, title: string, plan: ExamplePlan, isWanted: (name: string) => boolean): string {
  const { statements, select } = compileExamples(plan, dialect)
  const wanted = statements.filter(({ name }) => isWanted(name)).map(({ sql }) => `${sql};`)
  return [`-- ${title}`, ...wanted, `${select};`].join('\n')
}

const own = (name: string): boolean => !common.test(name)
const planWith = (features: readonly Feature[], more: Partial<ExamplePlan> = {}): ExamplePlan => ({
  ...base,
  features,
  ...more,
})

const texts: Readonly<Record<string, (dialect: Dialect) => readonly string[]>> = {
  'measures-one-delay': (dialect) =>
    Object.entries(measures).map(([name, of]) => sqlOf(dialect, name, planWith(of.map(measure)), own)),
  'measures-of-all-history': (dialect) =>
    (['gaps', 'intervals'] as const).map((name) => {
      const features = measures[name].map((of, i): Feature => ({ ...measure(of, i), lookbackDays: 'lifetime' }))
      return sqlOf(dialect, name, planWith(features), own)
    }),
  'measures-several-delays': (dialect) =>
    Object.entries(measures).map(([name, of]) =>
      sqlOf(dialect, name, planWith(of.map(measure), { delaysDays: [0, 2] }), own),
    ),
  'other-kinds': (dialect) =>
    Object.entries(others).map(([name, features]) => sqlOf(dialect, name, planWith(features), own)),
  labels: (dialect) =>
    Object.keys(labels).map((target) => {
      const churn = { ...base.churn, labels, target }
      return sqlOf(dialect, target, planWith([], { churn }), (name) =>
        /-(label-.*|population|spine)(-\d+)?$/.test(name),
      )
    }),
  formulas: (dialect) =>
    (Object.keys(formulas) as FormulaName[]).map(
      (name) => `-- ${name}\nSELECT ${formulas[name].sql(['d.a', 'd.b', 'd.c', 'd.e'], dialect, 90)};`,
    ),
}

for (const [name, dialect] of Object.entries(dialects))
  test.each(Object.keys(texts))(`%s, every one of them in the words of ${name}`, async (part) => {
    const path = join(import.meta.dirname, 'compiled', name, `${part}.sql`)
    await expect(`${texts[part]!(dialect).join('\n\n')}\n`).toMatchFileSnapshot(path)
  })
