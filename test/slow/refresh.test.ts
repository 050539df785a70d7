import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays } from '../../core/day.ts'
import { createRandom, type Random } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { openTestEngine } from '../features/engine.ts'
import { loadShop, Weeks } from '../features/refresh-compare.ts'
import { at, catalogContext, day, dayMs, randomWorld, testPlan, type TestEvent } from '../features/world.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const categories = ['a', 'b', "c'c", 'd']
const whole = testPlan(catalogContext({ attributes: [], families: ['activity', 'transaction', 'preference'] }))
const churns: Readonly<Record<string, ExamplePlan['churn']>> = {
  'no purchase or login in 30 days': whole.churn,
  'a silence of 20 days or an uninstall, at two horizons': {
    ...whole.churn,
    labels: {
      silent: { kind: 'churn_date', events: ['purchase', 'login', 'view'], silenceDays: 20 },
      quit: { kind: 'explicit', events: ['uninstall'] },
      either: { kind: 'any', of: ['silent', 'quit'] },
    },
    target: 'either',
    horizonDays: 14,
    horizonsDays: [28],
    gapDays: 0,
    eligible: { events: ['purchase', 'login', 'view'], withinDays: 60 },
  },
}

/** What a week may bring besides its events. */
const changes: readonly ((events: TestEvent[], random: Random, end: number) => TestEvent[])[] = [
  (events) => events,
  (events) => events,
  // Late: an event of any earlier day, and of a user who may be new.
  (events, random, end) => [
    ...events,
    {
      ...events[random.integer(events.length)]!,
      at: end - (1 + random.integer(60)) * dayMs,
      user: random.integer(400),
    },
  ],
  // Corrected.
  (events, random) => {
    const which = random.integer(events.length)
    return events.map((one, i) => (i === which ? { ...one, type: 'view', amountCents: 77 } : one))
  },
  // Deleted.
  (events, random) => events.toSpliced(random.integer(events.length), 1),
  // Forgotten.
  (events, random) => {
    const { user } = events[random.integer(events.length)]!
    return events.filter((one) => one.user !== user)
  },
]

interface Shape {
  readonly delays: number[]
  readonly isLate: boolean
  readonly churn: keyof typeof churns
}

const shapes: readonly Shape[] = [
  { delays: [0], isLate: false, churn: 'no purchase or login in 30 days' },
  { delays: [0], isLate: false, churn: 'a silence of 20 days or an uninstall, at two horizons' },
  { delays: [0, 3], isLate: false, churn: 'no purchase or login in 30 days' },
  { delays: [2], isLate: true, churn: 'no purchase or login in 30 days' },
]

test.each(shapes)('10 random weeks of %o: always the bytes of a full build', async ({ delays, isLate, churn }) => {
  const random = createRandom(`refresh/${delays.join()}/${isLate}/${churn}`)
  const world = randomWorld(random, { users: 120, delays, categories, isLate })
  const weeks = await Weeks.begin(engine)
  let pending = world.events.toSorted((a, b) => a.at - b.at)
  let events: TestEvent[] = []
  let reused = 0
  for (let week = 0; week < 10; week++) {
    const end = addDays(day('2024-03-08'), week * 7)
    // Users join under ids between those of others.
    events.push(...pending.filter((one) => one.at < at(end)).map((one) => ({ ...one, user: (one.user * 37) % 401 })))
    pending = pending.filter((one) => one.at >= at(end))
    events = changes[random.integer(changes.length)]!(events, random, at(end))
    const cutoffs = [-70, -63, -56, -49, -42, -35].map((days) => addDays(end, days - Math.max(...delays)))
    const plan: ExamplePlan = {
      ...whole,
      churn: churns[churn]!,
      relations: { ...whole.relations, hasAvailableDay: isLate },
      delaysDays: delays,
      dataEnd: end,
      cutoffs,
    }
    await loadShop(engine, events)
    const { swept, report } = await weeks.build(plan, { threads: 1 + random.integer(2), tuning: { bucketEvents: 900 } })
    reused += report.cutoffs - report.cutoffsMade
    expect([week, report, await weeks.told(swept)]).toEqual([week, report, await weeks.full(plan)])
    if (random.integer(2) === 0) continue
    const score: ExamplePlan = { ...plan, mode: 'score', cutoffs: [end] }
    const scored = await weeks.build(score, { isKept: false, tuning: { bucketEvents: 900 } })
    expect([week, await weeks.told(scored.swept)]).toEqual([week, await weeks.full(score)])
  }
  expect(weeks.warnings).toEqual([])
  expect(reused).toBeGreaterThan(10)
  await weeks.end()
})
