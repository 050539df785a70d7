import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDay } from '../../core/day.ts'
import { createRandom } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { openTestEngine } from './engine.ts'
import { ownFeatures } from './own-features.ts'
import { bothWays } from './sweep-compare.ts'
import { catalogContext, loadWorld, randomWorld, testPlan, type World } from './world.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const manyCategories = Array.from({ length: 140 }, (_, i) => `c${String(i).padStart(3, '0')}`)
const fewCategories = ['a', 'b', "c'c", 'd']

/** Features that SQL computes for the sweep, by name: a new one has to be written here, so that none is missed. */
const joinedByName = [
  'age',
  'age_change_decay_30d',
  'age_change_decay_7d',
  'age_change_slope_30d',
  'age_change_slope_7d',
  'age_changes_30d',
  'age_changes_7d',
  'age_previous',
  'churned_in_last_window',
  'days_from_registered_to_purchase',
  'days_since_age_change',
  'days_since_registered',
  'days_since_registered_change',
  'days_since_tier_change',
  'earlier_churn_share',
  'earlier_churns',
  'earlier_windows',
  'registered_change_decay_30d',
  'registered_change_decay_7d',
  'registered_change_slope_30d',
  'registered_change_slope_7d',
  'registered_changes_30d',
  'registered_changes_7d',
  'tier',
  'tier_change_decay_30d',
  'tier_change_decay_7d',
  'tier_change_slope_30d',
  'tier_change_slope_7d',
  'tier_changes_30d',
  'tier_changes_7d',
  'tier_previous',
]

async function compare(world: World, plan: ExamplePlan): Promise<void> {
  await loadWorld(engine, world)
  const { sql, swept, differences } = await bothWays(engine, plan)
  expect(differences.slice(0, 10)).toEqual([])
  expect(swept.dataset.rowCount).toBe(sql.rows.length)
  expect(sql.rows.length).toBeGreaterThan(20)
  await swept.cleanup()
}

test('every catalogue feature is the same by SQL and by sweep: one source', async () => {
  const world = randomWorld(createRandom('one'), { users: 60, delays: [0], categories: fewCategories })
  const plan = testPlan(catalogContext({ trends: 'all' }))
  await loadWorld(engine, world)
  const { sql, swept, differences } = await bothWays(engine, plan)
  expect(differences.slice(0, 10)).toEqual([])
  expect(swept.joined.map(({ name }) => name).sort()).toEqual(joinedByName)
  expect(swept.dataset.names).toEqual(
    sql.compiled.columns.filter(({ role }) => role === 'feature' || role === 'input').map(({ name }) => name),
  )
  const counts = swept.predictions[0]!.population.map((cutoff) => Object.values(cutoff))
  expect(counts).toEqual(sql.population.map((cutoff) => Object.values(cutoff)))
})

test('... with one delay of 2 days, cutoffs within a month: all history is told by walks over the records', async () => {
  const world = randomWorld(createRandom('two'), { users: 40, delays: [2], categories: fewCategories })
  const cutoffs = ['2024-03-02', '2024-03-31', '2024-04-01'].map((day) => parseDay(day))
  await compare(world, testPlan(catalogContext({ lookbackDays: [30] }), { delaysDays: [2], cutoffs }))
})

test('... with three sources seen 0, 1 and 5 days late', async () => {
  const world = randomWorld(createRandom('mixed'), { users: 50, delays: [0, 1, 5], categories: fewCategories })
  await compare(world, testPlan(catalogContext({ lookbackDays: [7] }), { delaysDays: [0, 1, 5] }))
})

test('... with 140 categories, joined as a relation, and lookbacks of 3, 60 and 400 days', async () => {
  const world = randomWorld(createRandom('levels'), { users: 40, delays: [0], categories: manyCategories })
  const levels = { category: manyCategories, channel: ['app', 'web'] }
  const context = catalogContext({ levels, lookbackDays: [3, 60, 400], families: ['preference', 'activity'] })
  await compare(world, testPlan(context, { levels }))
})

test.each([
  { delays: [0], isLate: false },
  { delays: [3], isLate: false },
  { delays: [0, 2], isLate: false },
  { delays: [0], isLate: true },
  { delays: [1, 4], isLate: true },
])(
  "a config's own features, every measure and formula: delays $delays, late rows $isLate",
  async ({ delays, isLate }) => {
    const world = randomWorld(createRandom('own'), { users: 60, delays, categories: fewCategories, isLate })
    await loadWorld(engine, world)
    const base = testPlan(catalogContext(), { features: ownFeatures(), supporting: [], delaysDays: delays })
    const plan = { ...base, relations: { ...base.relations, hasAvailableDay: isLate } }
    const { swept, differences } = await bothWays(engine, plan)
    expect(differences.slice(0, 10)).toEqual([])
    expect(swept.joined.map(({ reason }) => reason)).toEqual(Array.from({ length: 6 }, () => 'kind rowSql'))
  },
)

const labels = {
  gone: { kind: 'no_event_in_window', events: ['purchase', 'login'] },
  back: { kind: 'event_in_window', events: ['purchase'] },
  lapsed: { kind: 'churn_date', events: ['purchase', 'login'], silenceDays: 20 },
  quit: { kind: 'explicit', events: ['uninstall', 'complaint'] },
  cheaper: { kind: 'partial', of: 'amount', events: ['purchase'], pastDays: 40, fallPercent: 50 },
  either: { kind: 'any', of: ['gone', 'quit'] },
  both: { kind: 'all', of: ['gone', 'cheaper'] },
} as const

test.each(['gone', 'cheaper'])(
  'one target alone: the rows, labels and kinds of churn of "%s" are those of the SQL, joined columns and users left out too',
  async (target) => {
    const world = randomWorld(createRandom(`label ${target}`), { users: 60, delays: [0, 2], categories: fewCategories })
    await loadWorld(engine, world)
    const whole = testPlan(catalogContext(), { delaysDays: [0, 2] })
    const few = new Set([
      'tier',
      'days_since_registered',
      'days_since_purchase',
      'purchase_count_30d',
      'login_count_7d',
    ])
    const churn = { ...whole.churn, labels: structuredClone(labels) as never, target }
    const features = whole.features.filter(({ name }) => few.has(name))
    const plan: ExamplePlan = { ...whole, churn, features, supporting: [] }
    const { sql, swept, differences } = await bothWays(engine, plan)
    expect(differences.slice(0, 5)).toEqual([])
    expect(swept.dataset.rowCount).toBe(sql.rows.length)
    expect(swept.dataset.names).toContain('tier')
    const counts = swept.predictions[0]!.population.map((cutoff) => Object.values(cutoff))
    expect(counts).toEqual(sql.population.map((cutoff) => Object.values(cutoff)))
    const scoring = await bothWays(engine, { ...plan, mode: 'score', cutoffs: plan.cutoffs.slice(-1) })
    expect(scoring.differences.slice(0, 5)).toEqual([])
    // The spine's tables are still there when the users without a row are asked for.
    const left = await engine.rows(`SELECT x.user_index FROM (${scoring.swept.predictions[0]!.excludedSelect}) AS x`)
    expect(left.length + scoring.swept.dataset.rowCount).toBe(60)
    await scoring.swept.cleanup()
  },
)

test.each([
  { how: 'judged by the sweep', target: 'gone', targets: ['back', 'lapsed', 'quit', 'either'], isLate: false },
  { how: 'of late rows', target: 'quit', targets: ['gone'], isLate: true },
  { how: 'made by SQL', target: 'gone', targets: ['cheaper', 'both'], isLate: false },
])(
  'several targets at horizons of 30, 14 and 70 days, $how: label by label the SQL',
  async ({ how, isLate, ...more }) => {
    const delays = [0, 2]
    const world = randomWorld(createRandom(how), { users: 60, delays, categories: fewCategories, isLate })
    await loadWorld(engine, world)
    const whole = testPlan(catalogContext(), { delaysDays: delays })
    const few = new Set(['tier', 'earlier_churns', 'days_since_purchase', 'purchase_count_30d'])
    const eligible = { events: ['purchase', 'login'], withinDays: 40 }
    const churn = {
      ...whole.churn,
      eligible,
      labels: structuredClone(labels) as never,
      horizonsDays: [14, 70],
      ...more,
    }
    const features = whole.features.filter(({ name }) => few.has(name))
    const relations = { ...whole.relations, hasAvailableDay: isLate }
    const plan: ExamplePlan = { ...whole, relations, churn, features, supporting: [] }
    const { sql, swept, differences } = await bothWays(engine, plan)
    expect(differences.slice(0, 5)).toEqual([])
    expect(swept.dataset.rowCount).toBe(sql.rows.length)
    expect(swept.joined.some(({ name }) => name === 'spine')).toBe(how === 'made by SQL')
    expect(swept.predictions).toHaveLength(3 * (more.targets.length + 1))
    for (const [i, prediction] of swept.predictions.entries()) {
      const { target, horizonDays, cutoffs, columns } = sql.compiled.predictions[i]!
      expect(prediction).toMatchObject({ target, horizonDays, cutoffs, columns })
      expect(cutoffs.length).toBe(horizonDays === 70 ? 1 : 3)
      const counts = prediction.population.map((cutoff) => Object.values(cutoff))
      expect(counts).toEqual(sql.populations[i]!.map((row) => Object.values(row).slice(0, 9)))
    }
    const scoring = await bothWays(engine, { ...plan, mode: 'score', cutoffs: plan.cutoffs.slice(-1) })
    expect(scoring.differences.slice(0, 5)).toEqual([])
    for (const [i, { excludedSelect }] of scoring.swept.predictions.entries()) {
      const left = await engine.rows(scoring.sql.compiled.predictions[i]!.excludedSelect!)
      expect(await engine.rows(excludedSelect!)).toEqual(left)
      expect(left.length).toBeGreaterThan(10)
    }
    await scoring.swept.cleanup()
  },
)
