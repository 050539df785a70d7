import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import type { Engine, Row } from '../../engines/engine.ts'
import { lookbackOf } from '../../features/describe.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { openTestEngine } from './engine.ts'
import {
  at,
  catalogContext,
  day,
  dayMs,
  event,
  loadWorld,
  makeExamples,
  randomWorld,
  testPlan,
  type TestEvent,
} from './world.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const cutoff = day('2024-03-01')
const context = catalogContext()
const selected = testPlan(context)
const eligible = { events: ['purchase', 'login'], withinDays: 60 }
const plan = (delaysDays: readonly number[]): ExamplePlan =>
  testPlan(context, { cutoffs: [cutoff], delaysDays, mode: 'score', churn: { ...selected.churn, eligible } })

/** Events around the cutoff, often of the same instant, often exactly at a visible end. */
const log = (delays: readonly number[]): fc.Arbitrary<TestEvent[]> =>
  fc.array(
    fc
      .record({
        type: fc.constantFrom('login', 'purchase', 'purchase', 'uninstall', 'view', 'return'),
        days: fc.integer({ min: -130, max: 40 }),
        later: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: dayMs - 1 })),
        delay: fc.constantFrom(...delays),
        amountCents: fc.option(fc.integer({ min: -1_000, max: 100_000 })),
        category: fc.option(fc.constantFrom('a', 'b', "c'c", 'd')),
        channel: fc.option(fc.constantFrom('app', 'web')),
      })
      .map(({ days, later, ...more }) => ({
        ...event(0, cutoff, more.type),
        ...more,
        at: at(cutoff) + days * dayMs + later,
      })),
    { minLength: 1, maxLength: 40 },
  )

/** Mixes of delays of the sources, and so many pairs of logs for each. */
const mixes = [[0], [2], [0, 1, 5]]
const logsEach = 120

const visibleEnd = (one: TestEvent): number => at(cutoff) - one.delay * dayMs
/** Features of at most so many days are asked of the i-th log. */
const lookback = (i: number): number => [7, 14, 30, 60][i % 4]!

/** The log with events at or after the visible end added, taken away or changed. */
function otherFuture(own: TestEvent[], other: TestEvent[], i: number): TestEvent[] {
  const seen = own.filter((one) => one.at < visibleEnd(one))
  const hidden = own.filter((one) => one.at >= visibleEnd(one))
  const added = other.map((one, j) => ({
    ...one,
    at: visibleEnd(one) + (j === 0 ? 0 : Math.abs(one.at - at(cutoff))),
  }))
  const rewritten = hidden.map((one) => ({ ...one, type: 'purchase', amountCents: 7, category: 'd' }))
  return [...seen, ...[added, [], rewritten][i % 3]!]
}

/** The log with other events before the lookback. */
function otherPast(own: TestEvent[], other: TestEvent[], i: number): TestEvent[] {
  const start = (one: TestEvent): number => visibleEnd(one) - lookback(i) * dayMs
  const young = own.filter((one) => one.at >= start(one))
  const old = other.map((one, j) => ({
    ...one,
    at: start(one) - 1 - (j === 0 ? 0 : Math.abs(one.at - at(cutoff))),
  }))
  return [...young, ...old]
}

interface Trial {
  readonly i: number
  /** Features of the log as it was, with another future, with another past; null: not in the spine. */
  readonly rows: readonly (Row | null)[]
}

/** Many users at once: users are independent, so one query judges all of them. */
async function trialsOf(delays: number[]): Promise<Trial[]> {
  const logs = fc.sample(fc.tuple(log(delays), log(delays)), { numRuns: logsEach, seed: 20_261_122 })
  const events = logs.flatMap(([own, other], i) =>
    [own, otherFuture(own, other, i), otherPast(own, other, i)].flatMap((one, side) =>
      one.map((e) => ({ ...e, user: 3 * i + side })),
    ),
  )
  await loadWorld(engine, { users: 3 * logsEach, attributes: [], events })
  const { rows } = await makeExamples(engine, plan(delays))
  const byUser = new Map(rows.map((row) => [row['user_index'], { ...row, user_index: null }]))
  return logs.map((_, i) => ({ i, rows: [0, 1, 2].map((side) => byUser.get(3 * i + side) ?? null) }))
}

/** A plan of those that the examples below look at. */
const fewFeatures = (more: Partial<ExamplePlan>): ExamplePlan => ({
  ...testPlan(context, more),
  features: [...selected.features, ...selected.supporting].filter(({ name }) => looked.has(name)),
  supporting: [],
})
const looked = new Set(['days_since_login', 'login_count_7d', 'login_count_30d', 'event_count_lifetime'])

const trials: Trial[] = []
beforeAll(async () => {
  for (const delays of mixes) trials.push(...(await trialsOf(delays)))
})

test('future-blind: adding, deleting and changing events at or after the visible end leaves every feature bit-identical', () => {
  let compared = 0
  for (const { rows } of trials) {
    expect(rows[1]).toEqual(rows[0])
    if (rows[0] !== null) compared++
  }
  expect(compared).toBeGreaterThan(200)
})

test('past-blind: events older than the lookback leave every feature of finite lookback bit-identical', () => {
  const byName = new Map([...selected.features, ...selected.supporting].map((feature) => [feature.name, feature]))
  const reach = selected.features.map((feature) => ({ name: feature.name, days: lookbackOf(feature, byName) }))
  expect(reach.filter(({ days }) => typeof days === 'number').length).toBeGreaterThan(60)
  let compared = 0
  for (const { i, rows } of trials) {
    const [before, , after] = rows
    if (!before || !after) continue
    const own = reach.filter(({ days }) => typeof days === 'number' && days <= lookback(i)).map(({ name }) => name)
    expect(own.map((name) => [name, after[name]])).toEqual(own.map((name) => [name, before[name]]))
    compared++
  }
  expect(compared).toBeGreaterThan(180)
})

test('an event exactly at the cutoff is on the label side: not counted, and it makes the user stay', async () => {
  const events = [event(0, '2024-02-20', 'login'), event(0, '2024-03-01T00:00:00', 'login')]
  const before = event(1, '2024-02-29T23:59:59.999', 'login')
  await loadWorld(engine, { users: 2, attributes: [], events: [...events, event(1, '2024-02-20', 'login'), before] })
  const churn = { ...selected.churn, gapDays: 0 }
  const { rows } = await makeExamples(engine, fewFeatures({ cutoffs: [cutoff], churn }))
  expect(rows.map((row) => [row['user_index'], row['login_count_30d'], row['days_since_login'], row['label']])).toEqual(
    [
      [0, 1, 10, 0],
      [1, 2, 1, 1],
    ],
  )
})

test('with a delay of 2 days an event of 28 February is not seen on 1 March 2024, one of 27 February is', async () => {
  const more = { delay: 2 }
  const events = [
    event(0, '2024-02-01', 'login', more),
    event(0, '2024-02-28T00:00:00', 'login', more),
    event(1, '2024-02-01', 'login', more),
    event(1, '2024-02-27T23:59:59', 'login', more),
  ]
  await loadWorld(engine, { users: 2, attributes: [], events })
  const { rows } = await makeExamples(engine, fewFeatures({ cutoffs: [cutoff], delaysDays: [2] }))
  expect(
    rows.map((row) => [row['days_since_login'], row['login_count_lifetime'] ?? row['event_count_lifetime']]),
  ).toEqual([
    [29, 1],
    [3, 2],
  ])
})

test('a row of 1 February that became available on 1 March 2024 is not seen on 1 March; one of 29 February is, in its own week', async () => {
  const events = [
    event(0, '2024-01-20', 'login'),
    event(0, '2024-02-01', 'login', { available: '2024-03-01' }),
    event(1, '2024-01-20', 'login'),
    event(1, '2024-02-01', 'login', { available: '2024-02-29' }),
  ]
  await loadWorld(engine, { users: 2, attributes: [], events })
  const plan = fewFeatures({ cutoffs: [cutoff] })
  const { rows } = await makeExamples(engine, { ...plan, relations: { ...plan.relations, hasAvailableDay: true } })
  const names = ['days_since_login', 'login_count_7d', 'login_count_30d']
  expect(rows.map((row) => names.map((name) => row[name]))).toEqual([
    [41, 0, 0],
    [29, 0, 1],
  ])
})

test('the same rows for any order of events and for 1 and 2 threads', async () => {
  const delaysDays = [0, 1, 5]
  const world = randomWorld(createRandom('order'), {
    users: 60,
    delays: delaysDays,
    categories: ['a', 'b', "c'c", 'd'],
  })
  const rows = async (events: TestEvent[]): Promise<Row[]> => {
    await loadWorld(engine, { ...world, events })
    return (await makeExamples(engine, testPlan(context, { delaysDays }))).rows
  }
  const expected = await rows(world.events)
  expect(expected.length).toBeGreaterThan(60)
  const order = createRandom('shuffle').shuffle(Uint32Array.from(world.events.keys()))
  await engine.execute('SET threads = 1')
  expect(await rows(Array.from(order, (i) => world.events[i]!))).toEqual(expected)
  await engine.execute('SET threads = 2')
})
