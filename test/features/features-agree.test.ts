import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import { lifecycleStage } from '../../cohorts/lifecycle.ts'
import type { Feature } from '../../features/definition.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { oracle, visibleEvents } from './oracle.ts'
import { openTestEngine } from './engine.ts'
import { at, catalogContext, dayMs, loadWorld, makeExamples, randomWorld, testPlan, type World } from './world.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const manyCategories = Array.from({ length: 70 }, (_, i) => `c${String(i).padStart(3, '0')}`)
const fewCategories = ['a', 'b', "c'c", 'd']

async function compare(world: World, plan: ExamplePlan): Promise<number> {
  await loadWorld(engine, world)
  const { rows } = await makeExamples(engine, plan)
  const features = new Map([...plan.features, ...plan.supporting].map((feature) => [feature.name, feature]))
  const wrong: string[] = []
  let values = 0
  for (const row of rows) {
    const cutoff = at(row['cutoff'] as string)
    const { churn, delaysDays } = plan
    const own = { world, features, churn, maxDelay: Math.max(...delaysDays) }
    const where = { ...own, user: row['user_index'] as number, cutoff }
    for (const feature of plan.features) {
      if (feature.kind === 'fitted') continue
      const expected = oracle(feature, where)
      const got = row[feature.name] as number | string | null
      const isEqual =
        typeof expected === 'number' && typeof got === 'number'
          ? Math.abs(expected - got) <= 1e-9 * Math.max(1, Math.abs(expected))
          : expected === got
      if (expected !== null) values++
      if (!isEqual)
        wrong.push(`${feature.name} of user ${where.user} at ${row['cutoff']}: SQL ${got}, oracle ${expected}`)
    }
  }
  expect(wrong.slice(0, 10)).toEqual([])
  return values
}

test('every catalogue feature agrees with the plain formulation to 1e-9: one source', async () => {
  const world = randomWorld(createRandom('one'), { users: 45, delays: [0], categories: fewCategories })
  expect(await compare(world, testPlan(catalogContext({ trends: 'all' })))).toBeGreaterThan(5_000)
})

test('... with one delay of 2 days', async () => {
  const world = randomWorld(createRandom('two'), { users: 40, delays: [2], categories: fewCategories })
  await compare(world, testPlan(catalogContext({ lookbackDays: [30] }), { delaysDays: [2] }))
})

test('... with three sources seen 0, 1 and 5 days late', async () => {
  const world = randomWorld(createRandom('mixed'), { users: 50, delays: [0, 1, 5], categories: fewCategories })
  await compare(world, testPlan(catalogContext({ lookbackDays: [7] }), { delaysDays: [0, 1, 5] }))
})

test('... with rows that became available up to 34 days after their event, and delays of 0 and 2 days', async () => {
  const made = { users: 25, delays: [0, 2], categories: fewCategories, isLate: true }
  const world = randomWorld(createRandom('late'), made)
  const plan = testPlan(catalogContext({ lookbackDays: [30] }), { delaysDays: [0, 2] })
  const relations = { ...plan.relations, hasAvailableDay: true }
  await compare(world, { ...plan, relations })
})

test('earlier labels, also of another target and horizon, are judged from what the cutoff knows: late rows, delays of 0 and 1 days', async () => {
  const made = { users: 80, delays: [0, 1], categories: fewCategories, isLate: true }
  const of = [undefined, { target: 'bought', horizonDays: 14 }, { target: 'gone', horizonDays: 20 }]
  const reads = of.flatMap((other, i) =>
    (['churns', 'last', 'windows'] as const).map((read): Feature => ({
      kind: 'pastLabel',
      name: `past_${read}_${i}`,
      ...(other === undefined ? {} : { of: other }),
      description: '',
      family: 'lifecycle',
      unit: 'count',
      whenEmpty: read === 'last' ? 'missing' : 'zero',
      actionable: false,
      read,
      windows: 3,
    })),
  )
  const plan = testPlan(catalogContext(), { features: reads, supporting: [], context: [], delaysDays: [0, 1] })
  const bought = { kind: 'event_in_window' as const, events: ['purchase'] }
  const churn = { ...plan.churn, labels: { ...plan.churn.labels, bought }, horizonDays: 14 }
  const relations = { ...plan.relations, hasAvailableDay: true }
  expect(await compare(randomWorld(createRandom('late'), made), { ...plan, churn, relations })).toBeGreaterThan(200)
})

test('... with late rows, 70 categories and one source', async () => {
  const made = { users: 25, delays: [0], categories: manyCategories, isLate: true }
  const levels = { category: manyCategories, channel: ['app', 'web'] }
  const plan = testPlan(catalogContext({ levels, families: ['preference', 'attributes'] }), { levels })
  await compare(randomWorld(createRandom('late levels'), made), {
    ...plan,
    relations: { ...plan.relations, hasAvailableDay: true },
  })
})

test('... with 70 categories, more than a mask holds, and lookbacks of 3, 60 and 400 days', async () => {
  const world = randomWorld(createRandom('levels'), { users: 40, delays: [0], categories: manyCategories })
  const levels = { category: manyCategories, channel: ['app', 'web'] }
  const context = catalogContext({ levels, lookbackDays: [3, 60, 400], families: ['preference', 'activity'] })
  await compare(world, testPlan(context, { levels }))
})

test('... with exactly 64 categories, the last bit of the mask', async () => {
  const categories = manyCategories.slice(0, 64)
  const world = randomWorld(createRandom('64'), { users: 25, delays: [0], categories })
  const levels = { category: categories, channel: ['app', 'web'] }
  await compare(world, testPlan(catalogContext({ levels, families: ['preference'] }), { levels }))
})

test('more than 1,024 levels: the last level is told by text, not by code', async () => {
  const world = randomWorld(createRandom('one'), { users: 25, delays: [0], categories: fewCategories })
  const category = [...fewCategories, ...Array.from({ length: 1_100 }, (_, i) => `z${i}`)]
  const levels = { category, channel: ['app', 'web'] }
  const context = catalogContext({ levels, families: ['preference'] })
  await compare(world, testPlan(context, { levels }))
})

test('the context columns: lifecycle stage, spend in the last horizon, channel of the last event', async () => {
  const world = randomWorld(createRandom('stage'), { users: 60, delays: [0, 3], categories: fewCategories })
  await loadWorld(engine, world)
  const plan = testPlan(catalogContext({ families: ['lifecycle'] }), { delaysDays: [0, 3] })
  const { rows } = await makeExamples(engine, plan)
  const stages = new Set<unknown>()
  for (const row of rows) {
    const cutoff = at(row['cutoff'] as string)
    const seen = visibleEvents({ world, user: row['user_index'] as number, cutoff })
    const days = [...new Set(seen.map((event) => Math.floor(event.at / dayMs)))].sort((a, b) => a - b)
    const c = cutoff / dayMs
    const ends = days.filter((day, i) => i > 0 && day - days[i - 1]! > 14)
    const stage = lifecycleStage(
      {
        daysSinceFirst: c - days[0]!,
        daysSinceLast: c - days.at(-1)!,
        daysSinceReturn: ends.length === 0 ? null : c - ends.at(-1)!,
      },
      { newDays: 30, silentDays: 14, returnedDays: 20 },
    )
    expect(row['lifecycle_stage']).toBe(stage)
    stages.add(stage)
    const spent = seen
      .filter((event) => event.type === 'purchase' && event.at >= cutoff - (30 + event.delay) * dayMs)
      .reduce((sum, event) => sum + event.amountCents!, 0)
    expect(row['value_recent']).toBe(spent / 100)
    const withChannel = seen.filter((event) => event.channel !== null)
    const last = withChannel.filter((event) => event.at === withChannel.at(-1)!.at).map((event) => event.channel!)
    expect(row['channel_recent']).toBe(last.sort().at(-1) ?? null)
  }
  expect([...stages].sort()).toEqual(['active', 'new', 'returned', 'silent'])
})
