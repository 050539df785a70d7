import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { type TrainOutcome, train } from '../../pipelines/train.ts'
import { tinyShop, tinyShopConfig, trainRequest } from '../support/tiny-shop.ts'

let folder: string
let bySweep: TrainOutcome
let bySql: TrainOutcome

beforeAll(async () => {
  const small = tinyShopConfig.replace(/ {2}boosted.*\n {2}forest.*\n {2}network.*\n/, '')
  folder = await tinyShop({ config: small })
  bySweep = await train({
    ...(await trainRequest(folder, { threads: 2, set: ['features.compiler=sweep', 'evaluate.bootstrap=5'] })),
    useCache: true,
  })
  bySql = await train(
    await trainRequest(folder, { threads: 2, set: ['features.compiler=sql', 'evaluate.bootstrap=5'] }),
  )
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const hashes = async ({ runDir }: TrainOutcome, names: readonly string[]): Promise<[string, string][]> =>
  Promise.all(names.map(async (name) => [name, sha256(await readFile(join(runDir, name)))]))

it('a run by the sweep and one by SQL write the same metrics, population, catalogue, predictions and model, byte for byte', async () => {
  const predictions = await readdir(join(bySql.runDir, 'predictions'))
  const names = [
    'metrics.json',
    'leaderboard.json',
    'population.json',
    'split.json',
    'catalog.json',
    'reference.json',
    'slices.json',
    ...predictions.map((name) => join('predictions', name)),
  ]
  expect(predictions.length).toBeGreaterThan(0)
  expect(await hashes(bySweep, names)).toEqual(await hashes(bySql, names))
})

it('each keeps the SQL that it ran: the sweep reads events, SQL makes examples', async () => {
  const sweep = await readdir(join(bySweep.runDir, 'sql'))
  const sql = await readdir(join(bySql.runDir, 'sql'))
  expect(sweep).toContain('label-sweep-events-01.sql')
  expect(sweep).not.toContain('label-select.sql')
  expect(sql).toContain('label-select.sql')
})

it('the sweep of a run leaves its events and rows to the next: scoring already reads no event again', async () => {
  const stages = JSON.parse(await readFile(join(bySweep.runDir, 'stages.json'), 'utf8')) as {
    stage: string
    cache: string
    kept: string | null
  }[]
  const kept = Object.fromEntries(stages.map((stage) => [stage.stage, [stage.cache, stage.kept]]))
  expect(kept['label and features']).toEqual([
    'kept',
    expect.stringMatching(/^0 of \d+ cutoffs and 0 of [\d,]+ events from an earlier run; \d+ MB kept for the next$/),
  ])
  const [, events] = /of ([\d,]+) events/.exec(kept['label and features']![1]!)!
  expect(kept['features to score']).toEqual(['kept', `${events} of ${events} events from an earlier run`])
  expect(kept['extract']).toEqual(['none', null])
  const state = JSON.parse(await readFile(join(folder, 'runs/.store/features/tiny-shop/state.json'), 'utf8')) as object
  expect(state).toMatchObject({ schemaVersion: 3, serial: 1 })
  expect(await readFile(bySweep.reportPath, 'utf8')).toContain('events from an earlier run')
})
