import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Feature } from '../../features/definition.ts'
import { oracle } from './oracle.ts'
import { openTestEngine } from './engine.ts'
import { ownFeatures } from './own-features.ts'
import { at, catalogContext, loadWorld, makeExamples, randomWorld, testPlan } from './world.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const sources = [{ delays: [0] }, { delays: [2] }, { delays: [0, 2] }, { delays: [0], isLate: true }]

test.each(sources)(
  'own measures and formulas agree with the plain formulation: delays $delays, late rows $isLate',
  async ({ delays, isLate }) => {
    const features = ownFeatures()
    const world = randomWorld(createRandom('own'), { users: 60, delays, categories: ['a', 'b', "c'c", 'd'], isLate })
    await loadWorld(engine, world)
    const base = testPlan(catalogContext(), { features, supporting: [], delaysDays: delays, context: [] })
    const plan = { ...base, relations: { ...base.relations, hasAvailableDay: isLate === true } }
    const { rows } = await makeExamples(engine, plan)
    const byName = new Map<string, Feature>(features.map((feature) => [feature.name, feature]))
    const filled = new Map<string, number>()
    for (const row of rows)
      for (const feature of features) {
        const where = {
          world,
          user: row['user_index'] as number,
          cutoff: at(row['cutoff'] as string),
          features: byName,
        }
        const expected = oracle(feature, where)
        const got = row[feature.name]
        const place = `${feature.name} of ${where.user} at ${row['cutoff']}`
        if (typeof expected !== 'number') expect([place, got]).toEqual([place, expected])
        else
          expect([place, Math.abs((got as number) - expected) <= 1e-9 * Math.max(1, Math.abs(expected))]).toEqual([
            place,
            true,
          ])
        if (expected !== null && expected !== 0) filled.set(feature.name, (filled.get(feature.name) ?? 0) + 1)
      }
    expect(filled.size).toBe(features.length)
  },
)
