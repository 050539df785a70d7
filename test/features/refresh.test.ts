import { appendFile, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addDays } from '../../core/day.ts'
import { createRandom } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { filesOf, otherCutoffs } from '../../features/refresh.ts'
import { openTestEngine } from './engine.ts'
import { loadShop, Weeks } from './refresh-compare.ts'
import { sweepPlan } from './sweep-compare.ts'
import { at, catalogContext, day, event, randomWorld, testPlan, type TestEvent } from './world.ts'

let engine: Engine
let weeks: Weeks
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())
beforeEach(async () => {
  weeks = await Weeks.begin(engine)
})
afterEach(() => weeks.end())

const world = randomWorld(createRandom('weeks'), { users: 90, delays: [0], categories: ['a', 'b', "c'c", 'd'] })
const all = testPlan(catalogContext({ families: ['activity'], attributes: [] }))
const until = (end: string): TestEvent[] => world.events.filter((one) => one.at < at(end))

/** Four weekly cutoffs, the last one just closed at the end of the data: 33 days after it. */
function planAt(end: string, more: Partial<ExamplePlan> = {}): ExamplePlan {
  const last = addDays(day(end), -33)
  const cutoffs = [-21, -14, -7, 0].map((days) => addDays(last, days))
  return { ...all, dataEnd: day(end), cutoffs, ...more }
}

test('a week and new users later one of four cutoffs is made, only the week is read, and the bytes are those of a full build', async () => {
  const first = planAt('2024-04-08')
  await loadShop(engine, until('2024-04-08'))
  const begun = await weeks.build(first, { tuning: { bucketEvents: 1_000 } })
  expect(begun.report).toMatchObject({ reason: null, cutoffsMade: 4, eventsRead: until('2024-04-08').length })
  expect(await weeks.told(begun.swept)).toEqual(await weeks.full(first))

  const second = planAt('2024-04-15')
  await loadShop(engine, until('2024-04-15'))
  const news = until('2024-04-15').length - until('2024-04-08').length
  const usersOf = (end: string): number => new Set(until(end).map(({ user }) => user)).size
  expect(usersOf('2024-04-15')).toBeGreaterThan(usersOf('2024-04-08'))
  const later = await weeks.build(second, { threads: 1, tuning: { bucketEvents: 500 } })
  expect(later.report).toMatchObject({ reason: null, cutoffsMade: 1, cutoffs: 4, eventsRead: news })
  expect(await weeks.told(later.swept)).toEqual(await weeks.full(second))

  // The users to score, from the same events: nothing is read.
  const score: ExamplePlan = { ...second, mode: 'score', cutoffs: [day('2024-04-15')] }
  const scored = await weeks.build(score, { isKept: false, tuning: { bucketEvents: 1_000 } })
  expect(scored.report).toMatchObject({ reason: null, eventsRead: 0, stateBytes: 0 })
  const reasons = await engine.rows(scored.swept.predictions[0]!.excludedSelect!)
  expect(await weeks.told(scored.swept)).toEqual(await weeks.full(score))
  const whole = await sweepPlan(engine, score)
  expect(reasons).toEqual(await engine.rows(whole.predictions[0]!.excludedSelect!))
  expect(weeks.warnings).toEqual([])
})

test('a purchase of 10 March that comes in April: the cutoffs that can see it are made again, the two before it stand', async () => {
  const plan = planAt('2024-04-30')
  expect(plan.cutoffs).toEqual(['2024-03-07', '2024-03-14', '2024-03-21', '2024-03-28'])
  const early: ExamplePlan = { ...plan, churn: { ...plan.churn, gapDays: 0, horizonDays: 2 } }
  await loadShop(engine, until('2024-04-30'))
  await weeks.build(early)
  const [one] = world.events
  const late = event(one!.user, '2024-03-10T10:00:00', 'purchase', { amountCents: 1_000 })
  await loadShop(engine, [...until('2024-04-30'), late])
  const { swept, report } = await weeks.build(early)
  expect(report.cutoffsMade).toBe(3)
  expect(report.reason).toBe('events that 3 cutoffs from 2024-03-14 on can see have changed')
  expect(await weeks.told(swept)).toEqual(await weeks.full(early))
  // Kept events of that day were left out and all were written once more: one segment again.
  expect(weeks.state!.segments.length).toBe(1)
})

test('an earlier cutoff: the kept ones after it are made again; a schedule of other days: none is kept; the reason says so', async () => {
  const plan = planAt('2024-04-08')
  await loadShop(engine, until('2024-04-08'))
  await weeks.build(plan)
  const [first] = plan.cutoffs
  const earlier: ExamplePlan = { ...plan, cutoffs: [addDays(first!, -7), ...plan.cutoffs] }
  const longer = await weeks.build(earlier)
  expect(longer.report).toMatchObject({ cutoffsMade: 5, eventsRead: 0 })
  expect(longer.report.reason).toBe(
    'cutoff 2024-02-07 is new: 4 cutoffs after it, whose rows were kept, had to be made again',
  )
  const moved: ExamplePlan = { ...plan, cutoffs: plan.cutoffs.map((cutoff) => addDays(cutoff, -1)) }
  const { report, swept } = await weeks.build(moved)
  expect(report).toMatchObject({ cutoffsMade: 4, eventsRead: 0, reason: otherCutoffs })
  expect(await weeks.told(swept)).toEqual(await weeks.full(moved))
})

test('whoever is gone is forgotten; other features keep the events alone; another program keeps nothing', async () => {
  const plan = planAt('2024-04-08')
  await loadShop(engine, until('2024-04-08'))
  await weeks.build(plan)
  const longer = plan.features.map((one) => (one.name === 'active_days_7d' ? { ...one, lookbackDays: 8 } : one))
  const changed = await weeks.build({ ...plan, features: longer as typeof plan.features })
  expect(changed.report).toMatchObject({ eventsRead: 0, cutoffsMade: 4 })
  expect(changed.report.reason).toContain('features or labels have changed')
  const other = await weeks.build(plan, { code: 'another' })
  expect(other.report).toMatchObject({ eventsRead: until('2024-04-08').length, cutoffsMade: 4 })
  const { user } = world.events[0]!
  await loadShop(
    engine,
    until('2024-04-08').filter((one) => one.user !== user),
  )
  const { swept, report } = await weeks.build(plan, { code: 'another' })
  expect(report.reason).toBe('1 user is gone')
  expect(await weeks.told(swept)).toEqual(await weeks.full(plan))
})

test('a kept file that is cut, changed or gone: a warning, and everything anew', async () => {
  const plan = planAt('2024-04-08')
  await loadShop(engine, until('2024-04-08'))
  const harms = [
    (path: string) => appendFile(path, 'x'),
    (path: string) => rm(path),
    async (path: string) => {
      const file = await open(path, 'r+')
      await file.write('?', 40)
      await file.close()
    },
  ]
  const whole = await weeks.told((await weeks.build(plan)).swept)
  // Rows three times, then events.
  for (const [i, harm] of [...harms, harms[2]!].entries()) {
    const rows = filesOf(weeks.state!).filter(({ name }) => name.includes('rows'))
    const harmed = i < 3 ? rows[i]! : weeks.state!.segments[0]!.records
    await harm(join(weeks.folder, harmed.name))
    const again = await weeks.build(plan)
    expect(weeks.warnings.length).toBe(i + 1)
    expect(weeks.warnings[i]).not.toContain('the sweep stopped')
    expect(again.report.cutoffsMade).toBe(4)
    expect(await weeks.told(again.swept)).toEqual(whole)
  }
})
