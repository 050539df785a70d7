import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type {
  CatalogEntry,
  CheckResult,
  ImportanceRow,
  Leaderboard,
  Population,
  TargetSummary,
} from '../../core/artifacts.ts'
import type { AuditReport, TagReport } from '../../core/audit-artifacts.ts'
import { parseJson } from '../../core/json.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine, Row } from '../../engines/engine.ts'
import { readBackScores } from '../../pipelines/stages/publish.ts'
import { type TrainOutcome, train } from '../../pipelines/train.ts'
import { verifyPublished } from '../../store/verify.ts'
import { tinyShop, tinyShopConfig, tinyShopLines, trainRequest } from '../support/tiny-shop.ts'

const alone = tinyShopConfig
  .replace('churn:\n  labels:\n', 'churn:\n  labels:\n    bought: { kind: event_in_window, events: [purchase] }\n')
  .replace(/  boosted:.*\n  forest:.*\n  network:.*\n/, '')
  .replace('features: { lookbackDays: [30] }', 'features: { use: [transaction, lifecycle], lookbackDays: [30] }')
const several = alone.replace('  horizonDays: 30\n', '  horizonDays: 30\n  targets: [bought]\n  horizonsDays: [15]\n')

let folders: string[]
let one: TrainOutcome
let all: TrainOutcome
let engine: Engine

beforeAll(async () => {
  const lines = tinyShopLines(160)
  folders = [await tinyShop({ lines, config: alone }), await tinyShop({ lines, config: several })]
  one = await train(await trainRequest(folders[0]!))
  all = await train(await trainRequest(folders[1]!))
  engine = await openDuckDb({ threads: 1, memoryBytes: 5e8, tempDirectory: join(folders[1]!, 'spill') })
}, 120_000)
afterAll(async () => {
  await engine.close()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

const text = (run: TrainOutcome, name: string): Promise<string> => readFile(join(run.runDir, name), 'utf8')
const json = async <T>(name: string): Promise<T> => parseJson(await text(all, name)) as T
const rows = (sql: string): Promise<Row[]> => engine.rows(sql)
const scores = (run: TrainOutcome): string => `'${join(run.scoresPath, 'part-00000.parquet')}'`

test('the first target and horizon give the same bytes as a run of them alone', async () => {
  for (const name of ['metrics.json', 'leaderboard.json', 'split.json', 'importance.json'])
    expect([name, await text(all, name)]).toEqual([name, await text(one, name)])
  // Cutoffs that only a shorter horizon has are named as dropped.
  const population = async (run: TrainOutcome): Promise<Population> => ({
    ...(parseJson(await text(run, 'population.json')) as unknown as Population),
    droppedCutoffs: [],
  })
  expect(await population(all)).toEqual(await population(one))
  const columns = '* EXCLUDE (config_hash)'
  const own = await rows(
    `SELECT ${columns} FROM ${scores(all)} WHERE target = 'silent' AND horizon_days = 30 ORDER BY 1`,
  )
  expect(own).toEqual(await rows(`SELECT ${columns} FROM ${scores(one)} ORDER BY 1`))
})

test('two labels and two horizons are four predictions, each with leaderboard, metrics, predictions and model', async () => {
  const targets = await json<TargetSummary[]>('targets.json')
  expect(targets.map(({ target, horizonDays, folder }) => [target, horizonDays, folder])).toEqual([
    ['silent', 30, ''],
    ['silent', 15, 'targets/silent-15d'],
    ['bought', 15, 'targets/bought-15d'],
    ['bought', 30, 'targets/bought-30d'],
  ])
  for (const { folder, winner, metrics } of targets) {
    const board = await json<Leaderboard>(join(folder, 'leaderboard.json'))
    expect(board.winner).toBe(winner)
    expect(await json<Record<string, number>>(join(folder, 'metrics.json'))).toMatchObject({
      winner,
      [`test.${winner}.auc`]: metrics['auc']!.value,
    })
    expect((await readFile(join(all.runDir, folder, 'model', 'model.ebb'))).length).toBeGreaterThan(100)
  }
  for (const { folder, winner, strongest } of targets) {
    const importance = await json<ImportanceRow[]>(join(folder, 'importance.json'))
    expect(importance.some(({ model, method }) => model === winner && method === 'permutation')).toBe(true)
    expect(strongest.length).toBeGreaterThan(0)
    const audit = await json<AuditReport>(join(folder, 'audit.json'))
    expect([audit.passed, audit.truncation.differing, audit.randomSplit !== null]).toEqual([true, [], true])
    expect(audit.truncation.rows).toBeGreaterThan(100)
  }
  const checks = await json<CheckResult[]>('checks.json')
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'calibration',
      'calibration.bought-15d',
      'leakage.truncation.bought-30d',
      'purge.silent-15d',
    ]),
  )
  expect(await text(all, 'report.html')).toContain('Targets and horizons')
  expect(await text(one, 'report.html')).not.toContain('Targets and horizons')
})

test("each reads the user's earlier labels of its own target and horizon, and of no other", async () => {
  const earlier = async (folder: string): Promise<string[]> =>
    (await json<CatalogEntry[]>(join(folder, 'catalog.json')))
      .map(({ name }) => name)
      .filter((name) => /earlier/.test(name))
  expect(await earlier('')).toEqual(['earlier_churn_share', 'earlier_churns', 'earlier_windows'])
  const bought = ['earlier_churn_share_bought_15d', 'earlier_churns_bought_15d', 'earlier_windows_bought_15d']
  expect(await earlier('targets/bought-15d')).toEqual(bought)
  const tags = await json<TagReport>('targets/bought-15d/tags.json')
  expect(
    tags.tags
      .map(({ tag }) => tag)
      .filter((tag) => /earlier/.test(tag))
      .sort(),
  ).toEqual(bought)
})

test('bought is the opposite of silent on the same rows, and a shorter horizon holds more cutoffs', async () => {
  const part = (folder: string): string => `'${join(all.runDir, folder, 'predictions', 'test.parquet')}'`
  const labels = (folder: string): string =>
    `(SELECT DISTINCT user_id, cutoff, label FROM ${part(folder)} WHERE model = 'logistic')`
  const [found] = await rows(
    `SELECT count(*) AS n, count(*) FILTER (a.label + b.label <> 1) AS wrong FROM ${labels('')} a JOIN ${labels('targets/bought-30d')} b USING (user_id, cutoff)`,
  )
  expect(Number(found!['n'])).toBeGreaterThan(50)
  expect(Number(found!['wrong'])).toBe(0)
  const last = async (folder: string): Promise<string> =>
    (await json<{ cutoffs: { cutoff: string }[] }>(join(folder, 'population.json'))).cutoffs.at(-1)!.cutoff
  expect([await last(''), await last('targets/silent-15d')]).toEqual(['2025-09-27', '2025-10-12'])
  const { droppedCutoffs } = await json<Population>('population.json')
  const [seen] = await rows(
    `SELECT count(DISTINCT "user") AS n FROM '${join(folders[1]!, 'events.csv')}' WHERE "time" < TIMESTAMP '2025-10-12'`,
  )
  expect(droppedCutoffs.slice(0, 1)).toEqual([
    { cutoff: '2025-10-12', reason: 'prediction window not closed by 2025-10-28', users: Number(seen!['n']) },
  ])
})

test('one table of scores, unique by user, target and horizon, in this order; everybody is ranked in each', async () => {
  const verified = await verifyPublished(all.scoresPath, { readBack: readBackScores(engine) })
  const counts = await rows(
    `SELECT target, horizon_days, count(*) AS n, min(rank) AS first, max(rank) AS last FROM ${scores(all)} GROUP BY ALL ORDER BY ALL`,
  )
  const n = verified.manifest.rows / 4
  expect(counts).toEqual(
    ['bought', 'silent'].flatMap((target) =>
      [15, 30].map((horizon_days) => ({ target, horizon_days, n, first: 1, last: n })),
    ),
  )
  const keys = (await rows(`SELECT user_id, target, horizon_days FROM ${scores(all)}`)).map(
    (row) => `${row['user_id']} ${row['target']} ${row['horizon_days']}`,
  )
  expect(keys).toEqual([...keys].sort())
  const excluded = await rows(
    `SELECT target, count(*) AS n FROM '${join(folders[1]!, 'excluded', 'tiny-shop', 'v1', '*', all.runId, '*.parquet')}' GROUP BY 1 ORDER BY 1`,
  )
  expect(excluded.map(({ target }) => target)).toEqual(['bought', 'silent'])
})
