import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { createRandom } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { writeExamples } from '../../features/write-examples.ts'
import { openTestEngine } from './engine.ts'
import { sweepPlan, type Sweeping } from './sweep-compare.ts'
import { catalogContext, day, loadWorld, randomWorld, testPlan } from './world.ts'

let engine: Engine
let folder: string
beforeAll(async () => {
  engine = await openTestEngine()
  folder = await mkdtemp(join(tmpdir(), 'ebb-sweep-repeats-'))
})
afterAll(async () => {
  await engine.close()
  await rm(folder, { recursive: true, force: true })
})

const world = randomWorld(createRandom('repeats'), { users: 150, delays: [0], categories: ['a', 'b', "c'c", 'd'] })
const plan = testPlan(catalogContext())

async function bytesOf(from: ExamplePlan, how: Sweeping): Promise<string> {
  const path = join(folder, 'examples.parquet')
  const byThreads = join(folder, 'by-threads.parquet')
  const swept = await sweepPlan(engine, from, { precision: 'single', parquet: byThreads, ...how })
  expect(swept.joined.map(({ reason }) => reason)).toContain('kind pastLabel')
  expect(swept.statements.some(({ name }) => name === 'joined-select-of-slice')).toBe(how.tuning?.sqlBytes === 1)
  await writeExamples(path, swept)
  await swept.cleanup()
  const hash = sha256(await readFile(path))
  expect(sha256(await readFile(byThreads))).toBe(hash)
  return hash
}

test('the same bytes for 1 and 2 threads, written by them or afterwards, one bucket or many, one slice or many, in SQL too, in memory or spilled, in any order', async () => {
  await loadWorld(engine, world)
  const once = await bytesOf(plan, { threads: 1 })
  const others: Sweeping[] = [
    { threads: 2 },
    { threads: 2, tuning: { bucketEvents: 40, sqlBytes: 1 } },
    { threads: 1, tuning: { bucketEvents: 300, sliceEvents: 500 } },
    { threads: 2, tuning: { bucketEvents: 500, sliceEvents: 1_000, recordBytes: 1 } },
  ]
  for (const how of others) expect([how, await bytesOf(plan, how)]).toEqual([how, once])
  await loadWorld(engine, { ...world, events: world.events.toReversed() })
  expect(await bytesOf(plan, { threads: 2 })).toBe(once)
})

test('money beyond 32 bits: 30 million and 25 million are added up to the cent', async () => {
  const large = world.events.map((event, i) =>
    event.amountCents === null ? event : { ...event, amountCents: i % 2 === 0 ? 3_000_000_001 : -2_500_000_003 },
  )
  await loadWorld(engine, { ...world, events: large })
  const spend = plan.features.find(({ name }) => name === 'spend_lifetime')
  const only = { ...plan, features: [spend!], supporting: [], context: [], hasBuiltInContext: false }
  const swept = await sweepPlan(engine, only)
  const at = swept.dataset.users.findIndex(
    (user) => large.filter((e) => e.user === user && e.type === 'purchase').length > 3,
  )
  const [user, cutoff] = [swept.dataset.users[at]!, swept.dataset.cutoffs[at]! * 86_400_000]
  const own = large.filter((e) => e.user === user && e.type === 'purchase' && e.at < cutoff)
  expect(swept.doubles.get('spend_lifetime')![at]).toBe(own.reduce((sum, e) => sum + e.amountCents!, 0) / 100)
})

test('one event in 1971 beside those of 2024: slices are cut by what the days hold', async () => {
  const old = { ...world.events[0]!, at: Date.parse('1971-05-05T12:00:00Z') }
  await loadWorld(engine, { ...world, events: [...world.events, old] })
  const swept = await sweepPlan(engine, plan, { tuning: { sliceEvents: 600 } })
  expect(swept.events).toBe(world.events.length + 1)
  const slices = swept.statements.filter(({ name }) => name.startsWith('sweep-events'))
  expect(slices.length).toBeGreaterThan(3)
  const row = swept.dataset.users.indexOf(old.user)
  const tenure = swept.dataset.names.indexOf('tenure_days')
  const column = swept.dataset.columns[tenure]!
  const cutoff = swept.dataset.cutoffs[row]!
  expect(column.kind === 'number' && column.values[row]).toBe(cutoff - Date.parse('1971-05-05') / 86_400_000)
})

test('scoring: nobody is labelled, and who is left out is told with the reason', async () => {
  await loadWorld(engine, world)
  const eligible = { events: ['purchase'], withinDays: 20 }
  const score: ExamplePlan = {
    ...plan,
    mode: 'score',
    cutoffs: [day('2024-03-31')],
    churn: { ...plan.churn, eligible },
  }
  const swept = await sweepPlan(engine, score)
  expect(swept.predictions[0]!.labels).toBeNull()
  const excluded = await engine.rows(swept.predictions[0]!.excludedSelect!)
  expect(excluded.length + swept.dataset.rowCount).toBe(world.users)
  expect(new Set(excluded.map(({ reason }) => reason))).toEqual(new Set(['inactive', 'no_history']))
  await swept.cleanup()
})
