import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckResult, Leaderboard, RunRecord, SplitReport } from '../../core/artifacts.ts'
import { sha256 } from '../../core/hash.ts'
import { parseJson } from '../../core/json.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine, Row } from '../../engines/engine.ts'
import { metricNames } from '../../evaluation/registry.ts'
import { readBackScores } from '../../pipelines/stages/publish.ts'
import { type TrainOutcome, train } from '../../pipelines/train.ts'
import { verifyPublished } from '../../store/verify.ts'
import { tinyShop, trainRequest } from '../support/tiny-shop.ts'

let folder: string
let outcome: TrainOutcome
let engine: Engine

beforeAll(async () => {
  folder = await tinyShop()
  outcome = await train(await trainRequest(folder))
  engine = await openDuckDb({ threads: 1, memoryBytes: 5e8, tempDirectory: join(folder, 'spill') })
}, 120_000)

afterAll(async () => {
  await engine.close()
  await rm(folder, { recursive: true, force: true })
})

const json = async <T>(name: string): Promise<T> => parseJson(await readFile(join(outcome.runDir, name), 'utf8')) as T
const rows = (sql: string): Promise<Row[]> => engine.rows(sql)

describe('the run directory', () => {
  it('holds every file of the contract', async () => {
    const names = new Set(await readdir(outcome.runDir))
    const expected = [
      ['run.json', 'config.source.yaml', 'config.resolved.json', 'overrides.json', 'inputs.json', 'params.json'],
      ['metrics.json', 'metrics.jsonl', 'checks.json', 'stages.json', 'sql', 'predictions', 'quality.json'],
      ['catalog.json', 'leaderboard.json', 'importance.parquet', 'importance.csv', 'reference.json', 'timings.json'],
      ['model', 'plots', 'report.html', 'events.jsonl', 'population.json', 'split.json', 'slices.json', 'scoring.json'],
    ].flat()
    expect(expected.filter((name) => !names.has(name))).toEqual([])
    expect(names.has('tmp')).toBe(false)
  })

  it('says in run.json how it ended, with a key and scores relative to the working folder', async () => {
    const record = await json<RunRecord>('run.json')
    expect(record).toMatchObject({
      status: 'SUCCEEDED',
      exitCode: 0,
      error: null,
      asOf: '2025-10-28',
      winner: outcome.winner,
    })
    expect(record.key).toMatch(/^tiny-shop\/2025-10-28\/[0-9a-f]{12}$/)
  })

  it('has a value and an interval of every metric for every model on every part', async () => {
    const metrics = await json<Record<string, number>>('metrics.json')
    const models = ['base_rate', 'recency_rule', 'recency_logistic', 'logistic', 'boosted', 'forest', 'network']
    for (const part of ['train', 'calibrate', 'select', 'test'])
      for (const model of models)
        for (const metric of metricNames)
          for (const end of ['', '_low', '_high']) expect(metrics).toHaveProperty([`${part}.${model}.${metric}${end}`])
    expect(metrics.winner).toBe(outcome.winner)
    expect(metrics['train.forest.out_of_bag_log_loss']).toBeGreaterThan(metrics['train.forest.log_loss']!)
  })

  it('ranks seven models, three of them baselines, and names what ships', async () => {
    const board = await json<Leaderboard>('leaderboard.json')
    expect(
      board.models
        .filter(({ isBaseline }) => isBaseline)
        .map(({ model }) => model)
        .sort(),
    ).toEqual(['base_rate', 'recency_logistic', 'recency_rule'])
    expect(board.shipped).toMatchObject({ model: outcome.winner })
    const chosen = board.models.find(({ model }) => model === board.winner)!
    expect(chosen.tiedWithBest).toBe(true)
  })

  it('keeps the parts apart: no user of select trains, every label is known before test begins', async () => {
    const split = await json<SplitReport>('split.json')
    expect(split.mode).toBe('user_folds')
    const test = split.parts.find(({ part }) => part === 'test')!
    const last = split.parts.find(({ part }) => part === 'train')!.cutoffs.at(-1)!
    expect(Date.parse(last) + 30 * 86_400_000).toBeLessThanOrEqual(Date.parse(test.cutoffs[0]!))
    const read = (part: string) =>
      `SELECT DISTINCT user_id FROM '${join(outcome.runDir, 'predictions', `${part}.parquet`)}'`
    const [shared] = await rows(`SELECT count(*) AS n FROM (${read('train')}) JOIN (${read('select')}) USING (user_id)`)
    expect(Number(shared!.n)).toBe(0)
  })

  it('predicts each row of test once per model, with the label that the log says', async () => {
    const [found] = await rows(
      `SELECT count(*) AS n, count(DISTINCT (user_id, cutoff, model)) AS keys, count(DISTINCT model) AS models, min(probability) AS low, max(probability) AS high FROM '${join(outcome.runDir, 'predictions', 'test.parquet')}'`,
    )
    expect(found!.n).toBe(found!.keys)
    expect(Number(found!.models)).toBe(7)
    const wrong = await rows(`
      WITH e AS (SELECT "user" AS user_id, CAST("time" AS DATE) AS day FROM read_csv('${join(folder, 'events.csv')}', all_varchar = true) WHERE "type" = 'purchase'),
      p AS (SELECT DISTINCT user_id, cutoff, label FROM '${join(outcome.runDir, 'predictions', 'test.parquet')}')
      SELECT p.* FROM p WHERE label <> CASE WHEN EXISTS (SELECT 1 FROM e WHERE e.user_id = p.user_id AND e.day >= p.cutoff AND e.day < p.cutoff + 30) THEN 0 ELSE 1 END`)
    expect(wrong).toEqual([])
  })

  it('has no failed check of severity error', async () => {
    const checks = await json<CheckResult[]>('checks.json')
    expect(checks.filter(({ passed, severity }) => !passed && severity === 'error')).toEqual([])
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['purge', 'leakage', 'calibration']))
  })
})

describe('the published scores', () => {
  const scores = (): string => `'${join(outcome.scoresPath, 'part-00000.parquet')}'`

  it('have the columns and types of the contract, in order', async () => {
    const found = await rows(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${scores()})`)
    const reasons = [1, 2, 3].flatMap((k) => [
      `reason_${k} VARCHAR`,
      `reason_${k}_feature VARCHAR`,
      `reason_${k}_contribution DOUBLE`,
    ])
    expect(found.map((row) => `${row.column_name} ${row.column_type}`)).toEqual([
      'user_id VARCHAR',
      'as_of DATE',
      'target VARCHAR',
      'horizon_days INTEGER',
      'probability DOUBLE',
      'score_raw DOUBLE',
      'percentile DOUBLE',
      'decile TINYINT',
      'rank BIGINT',
      'tier VARCHAR',
      'value_at_risk DOUBLE',
      ...reasons,
      'lifecycle_stage VARCHAR',
      'segment VARCHAR',
      'holdout BOOLEAN',
      'model_name VARCHAR',
      'model_version INTEGER',
      'config_hash VARCHAR',
      'schema_version VARCHAR',
    ])
  })

  it('rank the eligible users 1 to n by falling probability, ordered by the key', async () => {
    const found = await rows(`SELECT user_id, probability, rank, tier, decile FROM ${scores()}`)
    const ids = found.map((row) => String(row.user_id))
    expect(ids).toEqual([...ids].sort())
    const byRank = [...found].sort((a, b) => Number(a.rank) - Number(b.rank))
    expect(byRank.map((row) => Number(row.rank))).toEqual(byRank.map((_, i) => i + 1))
    for (const [i, row] of byRank.entries())
      if (i > 0) expect(Number(row.probability)).toBeLessThanOrEqual(Number(byRank[i - 1]!.probability))
    expect(byRank.filter((row) => row.tier === 'high')).toHaveLength(Math.ceil(found.length / 10))
  })

  it('are exactly the users with a purchase in the 60 days before the as-of day; the others are in excluded/', async () => {
    const active = await rows(`
      SELECT DISTINCT "user" AS user_id FROM read_csv('${join(folder, 'events.csv')}', all_varchar = true)
      WHERE "type" = 'purchase' AND CAST("time" AS DATE) >= DATE '2025-10-28' - 60 AND CAST("time" AS DATE) < DATE '2025-10-28' ORDER BY 1`)
    const found = await rows(`SELECT user_id FROM ${scores()}`)
    expect(found).toEqual(active)
    const others = await rows(
      `SELECT count(*) AS n FROM '${join(folder, 'excluded', 'tiny-shop', 'v1', '2025-10-28', outcome.runId, '*.parquet')}'`,
    )
    const [users] = await rows(
      `SELECT count(DISTINCT "user") AS n FROM read_csv('${join(folder, 'events.csv')}', all_varchar = true)`,
    )
    expect(Number(others[0]!.n) + found.length).toBe(Number(users!.n))
  })

  it('give value at risk as probability x spend of the last 30 days', async () => {
    const [found] = await rows(`
      WITH spend AS (SELECT "user" AS user_id, sum(CAST(amount AS DECIMAL(18, 2))) AS spent FROM read_csv('${join(folder, 'events.csv')}', all_varchar = true)
        WHERE "type" = 'purchase' AND CAST("time" AS DATE) >= DATE '2025-10-28' - 30 GROUP BY 1)
      SELECT max(abs(value_at_risk - probability * coalesce(CAST(spent AS DOUBLE), 0))) AS off FROM ${scores()} LEFT JOIN spend USING (user_id)`)
    expect(Number(found!.off)).toBeLessThan(1e-3)
  })

  it('pass verification, and current.json and latest.json name them', async () => {
    const verified = await verifyPublished(outcome.scoresPath, { readBack: readBackScores(engine) })
    expect(verified.manifest.rows).toBeGreaterThan(50)
    for (const pointer of ['latest.json', join('2025-10-28', 'current.json')]) {
      const text = await readFile(join(folder, 'scores', 'tiny-shop', 'v1', pointer), 'utf8')
      expect(JSON.parse(text)).toMatchObject({ as_of: '2025-10-28', run: outcome.runId, rows: verified.manifest.rows })
    }
  })

  it('repeat model, schema version and config hash in the footer', async () => {
    const found = await rows(
      `SELECT CAST(key AS VARCHAR) AS key, CAST(value AS VARCHAR) AS value FROM parquet_kv_metadata(${scores()})`,
    )
    const record = await json<RunRecord>('run.json')
    expect(Object.fromEntries(found.map((row) => [row.key, row.value]))).toMatchObject({
      ebb_schema_version: '1.0',
      ebb_model: `${outcome.winner}@0`,
      ebb_config_hash: record.configHash,
    })
  })
})

describe('the same config and data', () => {
  it('give the same bytes of metrics, leaderboard and every Parquet in another folder and with 2 threads', async () => {
    const other = await tinyShop()
    const second = await train(await trainRequest(other, { threads: 2 }))
    const files = [
      'metrics.json',
      'leaderboard.json',
      'importance.json',
      'importance.parquet',
      'catalog.json',
      'reference.json',
      'slices.json',
      ...['train', 'calibrate', 'select', 'test'].map((part) => join('predictions', `${part}.parquet`)),
      join('model', 'model.ebb'),
    ]
    const hash = async (path: string): Promise<string> => sha256(await readFile(path))
    for (const file of files)
      expect([file, await hash(join(second.runDir, file))]).toEqual([file, await hash(join(outcome.runDir, file))])
    const part = 'part-00000.parquet'
    expect(await hash(join(second.scoresPath, part))).toBe(await hash(join(outcome.scoresPath, part)))
    await rm(other, { recursive: true, force: true })
  }, 120_000)
})
