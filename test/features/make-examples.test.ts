import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { createRandom } from '../../core/random.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine, Row } from '../../engines/engine.ts'
import { makeExamples } from '../../features/make-examples.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { bucketUsers, cutUserSlices } from '../../features/user-slices.ts'
import { catalogContext, day, loadWorld, randomWorld, testPlan } from './world.ts'

let folder: string
let engines: readonly Engine[]
const world = randomWorld(createRandom('slices'), { users: 150, delays: [0], categories: ['a', 'b', "c'c", 'd'] })
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-make-examples-'))
  engines = await Promise.all(
    [1, 2].map((threads) => openDuckDb({ threads, memoryBytes: 1e9, tempDirectory: join(folder, 'spill') })),
  )
  for (const engine of engines) await loadWorld(engine, world)
})
afterAll(async () => {
  for (const engine of engines) await engine.close()
  await rm(folder, { recursive: true, force: true })
})

interface Made {
  readonly bytes: string
  readonly population: readonly Row[]
  readonly excluded: readonly Row[]
  readonly statements: readonly string[]
}

let calls = 0
async function make(engine: Engine, plan: ExamplePlan, sliceBytes?: number): Promise<Made> {
  const work = join(folder, `made-${calls++}`)
  const statements: string[] = []
  const made = await makeExamples(engine, plan, {
    folder: work,
    memoryBytes: 1e9,
    sliceBytes,
    onStatement: ({ statement }) => void statements.push(statement),
  })
  const { paths } = await engine.pull(made.select, work)
  const population = await engine.rows(made.populationSelect)
  const excluded = made.excludedSelect === null ? [] : await engine.rows(made.excludedSelect)
  for (const sql of made.cleanup) await engine.execute(sql)
  const bytes = sha256(await readFile(paths[0]!))
  if (sliceBytes !== undefined) expect(await readdir(join(work, 'events', 'slice=0'))).toEqual([])
  await rm(work, { recursive: true })
  return { bytes, population, excluded, statements }
}

const plan = testPlan(catalogContext({ lookbackDays: [14] }))

/** Nine tenths of all: enough for two of the three buckets of users. */
const mostBytes = (of: ExamplePlan): number =>
  0.9 * (world.events.length * 70 + 3 * bucketUsers * of.cutoffs.length * of.features.length * 16)

test('the whole catalogue: the same bytes and counts of the feature Parquet in 3 slices by 2 threads as whole by 1', async () => {
  const whole = await make(engines[0]!, plan)
  expect(whole.statements.some((name) => name.includes('events-by-segment'))).toBe(true)
  const { statements, ...made } = await make(engines[1]!, plan, 1)
  expect(made).toEqual({ bytes: whole.bytes, population: whole.population, excluded: [] })
  expect(statements.filter((name) => name.startsWith('slice ')).length).toBe(3)
})

test('2 slices or 3, by 1 thread or 2: the same bytes', async () => {
  const features = plan.features.filter(({ name }) => /^(tenure_days|session_count_14d|login_gap_mean_14d)$/.test(name))
  const few = { ...plan, features, supporting: [], context: [] }
  const made = []
  for (const engine of engines) for (const bytes of [1, mostBytes(few)]) made.push(await make(engine, few, bytes))
  expect(new Set(made.map(({ bytes }) => bytes)).size).toBe(1)
  expect(made.map(({ statements }) => statements.length)).toEqual([4, 3, 4, 3])
})

test('scoring several targets in slices: who is left out of each, and why, as when made whole', async () => {
  const eligible = { events: ['purchase'], withinDays: 20 }
  const churn = { ...plan.churn, eligible, horizonsDays: [7, 30] }
  const features = plan.features.filter(({ name }) => name === 'tenure_days')
  const score = { ...plan, churn, features, supporting: [], mode: 'score', cutoffs: [day('2024-03-31')] } as const
  const [whole, sliced] = [await make(engines[1]!, score), await make(engines[1]!, score, 1)]
  expect(whole.excluded.length).toBeGreaterThan(20)
  expect(new Set(whole.excluded.map(({ reason }) => reason))).toContain('inactive')
  expect({ ...sliced, statements: [] }).toEqual({ ...whole, statements: [] })
})

test('slices hold every bucket once, in order, and none above the limit but a single bucket', () => {
  const buckets = fc.uniqueArray(fc.nat(400), { maxLength: 40 }).chain((numbers) =>
    fc.record({
      buckets: fc
        .array(fc.nat(5_000), { minLength: numbers.length, maxLength: numbers.length })
        .map((events) => numbers.sort((a, b) => a - b).map((bucket, i) => ({ bucket, events: events[i]! + 1 }))),
      event: fc.integer({ min: 1, max: 200 }),
      user: fc.integer({ min: 1, max: 3_000 }),
      limit: fc.integer({ min: 1, max: 2_000_000 }),
    }),
  )
  fc.assert(
    fc.property(buckets, ({ buckets, event, user, limit }) => {
      const slices = cutUserSlices(buckets, { event, user }, limit)
      expect(slices.flatMap((slice) => slice.buckets)).toEqual(buckets.map(({ bucket }) => bucket))
      expect([slices[0]!.from, slices.at(-1)!.to]).toEqual([null, null])
      for (const [i, slice] of slices.entries()) {
        const next = slices[i + 1]
        expect(slice.to).toBe(next === undefined ? null : next.buckets[0]! * bucketUsers)
        const own = buckets.filter(({ bucket }) => slice.buckets.includes(bucket))
        const bytes = own.reduce((sum, { events }) => sum + events * event + bucketUsers * user, 0)
        expect(own.length < 2 || bytes <= limit).toBe(true)
      }
    }),
    { seed: 1 },
  )
})
