import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { readFile } from 'node:fs/promises'
import { learn } from '../../pipelines/learn.ts'
import { learnOthers } from '../../pipelines/other-predictions.ts'
import type { StageContext } from '../../pipelines/context.ts'
import { type Prepared, prepareExperiment } from '../../pipelines/prepare.ts'
import { predictionName } from '../../pipelines/stages/prediction-context.ts'
import { type ScoredUsers, type Scoring, scorePopulation } from '../../pipelines/stages/score-population.ts'
import { excludedSelect, scoresSelect } from '../../pipelines/stages/scored-table.ts'
import { withContext } from '../../pipelines/with-context.ts'
import { openRun } from '../../tracking/run.ts'
import { tinyShop, tinyShopConfig, tinyShopLines, trainRequest } from '../support/tiny-shop.ts'

const config = tinyShopConfig
  .replace('churn:\n  labels:\n', 'churn:\n  labels:\n    bought: { kind: event_in_window, events: [purchase] }\n')
  .replace(/  logistic:.*\n|  forest:.*\n|  network:.*\n/g, '')
  .replace(
    'features: { lookbackDays: [30] }',
    'features: { use: [transaction, lifecycle, preference], lookbackDays: [30] }',
  )
  .replace('  horizonDays: 30\n', '  horizonDays: 30\n  targets: [bought]\n')

const users = 90
let folder: string
/** Ends the context. */
let done: () => void
let finished: Promise<unknown>
let context: StageContext
let design: Prepared
let scorings: Scoring[]

beforeAll(async () => {
  folder = await tinyShop({ lines: tinyShopLines(users), config })
  const request = await trainRequest(folder, { threads: 2 })
  const run = await openRun({
    ...request,
    experiment: 'parts',
    elapsedMs: () => 0,
    seed: 7,
    configHash: request.loaded.hash.short,
  })
  const opened = new Promise<StageContext>((resolve, reject) => {
    finished = withContext(request, run, async (own) => {
      resolve(own)
      await new Promise<void>((end) => (done = end))
    })
    finished.catch(reject)
  })
  context = await opened
  design = await prepareExperiment(context, { asOf: null, older: null, strict: false })
  const first = await learn(context, { ...design, stageName: (name) => name })
  const others = await learnOthers(context, design)
  scorings = [{ ...first, context, features: design.features }, ...others].map(({ evaluation, ...one }) => ({
    ...one,
    stageName: `score (${predictionName(one.context.config.churn)})`,
    verdict: evaluation.verdict,
  }))
}, 60_000)
afterAll(async () => {
  done()
  await finished
  await rm(folder, { recursive: true, force: true })
})

interface Way {
  readonly compiler: 'sweep' | 'sql'
  readonly threads: number
  readonly usersPerPart?: number
  readonly rowsPerTable?: number
}

/** sha256 of the files that would be published, and what was scored. */
async function published({ compiler, threads, ...sizes }: Way): Promise<{ bytes: string[]; scored: ScoredUsers[] }> {
  const { engine } = context
  const own = { ...context, resources: { ...context.resources, threads } }
  const config = { ...context.config, features: { ...context.config.features, compiler } }
  const { asOf, planned, userIds, extracted } = design
  const scored = await scorePopulation({ ...own, config }, extracted, {
    asOf,
    planned,
    userIds,
    scorings: scorings.map((one) => ({ ...one, context: { ...one.context, resources: own.resources } })),
    ...sizes,
  })
  const parts = scored.map(({ relation, excluded }, i) => ({
    scored: relation,
    excluded: excluded!,
    facts: { asOf, target: `t${i}`, horizonDays: 30, modelName: 'm', modelVersion: 0, configHash: 'c' },
  }))
  const files = [join(folder, 'scores.parquet'), join(folder, 'excluded.parquet')] as const
  await engine.write(scoresSelect(engine.dialect, extracted.relations.users, parts), files[0])
  await engine.write(excludedSelect(engine.dialect, extracted.relations.users, parts), files[1])
  return { bytes: await Promise.all(files.map(async (file) => sha256(await readFile(file)))), scored }
}

test('90 users in parts of 90, 89 and 37, by sweep and by SQL, on 1 and 2 threads, tables of 7 rows: files of the same bytes', async () => {
  const whole = await published({ compiler: 'sweep', threads: 1 })
  expect(whole.scored.map(({ rows }) => rows)).toEqual([whole.scored[0]!.rows, whole.scored[1]!.rows])
  expect(whole.scored[0]!.rows).toBeGreaterThan(25)
  expect(whole.scored[0]!.rows).toBeLessThan(users)
  const ways: Way[] = [
    { compiler: 'sweep', threads: 2, usersPerPart: 37, rowsPerTable: 7 },
    { compiler: 'sql', threads: 1, usersPerPart: 89 },
  ]
  for (const way of ways) {
    const { bytes, scored } = await published(way)
    expect({ way, bytes }).toEqual({ way, bytes: whole.bytes })
    const { relation: _, excluded: _query, ...rest } = scored[1]!
    const { relation: _relation, excluded: _select, ...expected } = whole.scored[1]!
    expect(rest).toEqual(expected)
  }
})

test('a stage that runs part by part is one line of the clock, with the rows of all parts', () => {
  const names = context.clock.stages.map(({ stage }) => stage)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toContain('features to score')
})
