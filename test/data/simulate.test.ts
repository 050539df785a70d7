import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { simulatedCutoffs, simulateParameters, type SimulationSummary } from '../../data/simulate-parameters.ts'
import { simulate } from '../../data/simulate.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine, Row } from '../../engines/engine.ts'

const parameters = simulateParameters.parse({ users: 400, days: 160, seed: 3, firstCutoffDays: 91 })
let root: string
let engine: Engine
let summary: SimulationSummary
const open = (threads: number, name: string): Promise<Engine> =>
  openDuckDb({ threads, memoryBytes: 500_000_000, tempDirectory: join(root, name) })
const rows = (sql: string): Promise<Row[]> => engine.rows(sql.replaceAll('@', join(root, 'shop')))
/** Both channels as one log with the shop's own user ids. */
const log = `(SELECT user_id, ts, name, value_cents, qty, item, cat FROM read_parquet('@/app/*.parquet')
    JOIN read_csv('@/ids-app.csv') ON app_id = app_user
  UNION ALL SELECT user_id, event_time, event, CAST(amount * 100 AS BIGINT), quantity, product, category
    FROM read_parquet('@/web/*.parquet') JOIN read_csv('@/ids-web.csv') ON web_id = visitor)`

async function hashes(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).toSorted()
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path.slice(folder.length), sha256(await readFile(path))])),
  )
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-simulate-'))
  engine = await open(2, 'spill')
  summary = await simulate({ engine, outDir: join(root, 'shop'), parameters })
})
afterAll(async () => {
  await engine.close()
  await rm(root, { recursive: true, force: true })
})

describe('simulate', () => {
  it('writes what the summary says: events by type and channel, and every event finds its user', async () => {
    const types = await rows(`SELECT name, count(*) AS n FROM ${log} GROUP BY ALL`)
    const written = Object.fromEntries(types.map((row) => [row['name'], Number(row['n'])]))
    expect(written).toEqual(Object.fromEntries(Object.entries(summary.eventsByType).filter(([, count]) => count > 0)))
    const [app] = await rows(`SELECT count(*) AS n FROM read_parquet('@/app/*.parquet')`)
    expect(Number(app!['n'])).toBe(summary.eventsByChannel['app'])
    expect(summary.events).toBe(summary.eventsByChannel['app']! + summary.eventsByChannel['web']!)
    expect(JSON.parse(await readFile(join(root, 'shop', 'simulation.json'), 'utf8'))).toEqual(summary)
  })

  it('knows all ten kinds of event, inside the days of the log, with money in whole cents only where there is an order', async () => {
    expect(Object.keys(summary.eventsByType)).toHaveLength(10)
    const [found] = await rows(`SELECT CAST(min(ts) AS DATE) AS first, CAST(max(ts) AS DATE) AS last,
      count(*) FILTER (name IN ('purchase', 'return', 'cancel_order') AND (value_cents IS NULL OR value_cents < 1 OR qty < 1 OR item IS NULL)) AS poor,
      count(*) FILTER (name NOT IN ('purchase', 'return', 'cancel_order') AND value_cents IS NOT NULL) AS odd,
      count(*) FILTER (name = 'view' AND cat IS NULL) AS blind FROM ${log}`)
    expect(found).toMatchObject({ poor: 0, odd: 0, blind: 0 })
    expect(String(found!['first']) >= summary.start && String(found!['last']) < summary.end).toBe(true)
  })

  it('has the label in the truth table that the log itself gives, eligibility and churn in the gap included', async () => {
    const facts = `SELECT t.user_id, t.cutoff, any_value(t.label) AS label, any_value(t.is_eligible) AS is_eligible, any_value(t.churned_in_gap) AS in_gap,
        coalesce(bool_or(name IN ('login', 'purchase') AND d >= t.cutoff + 3 AND d < t.cutoff + 33), false) AS came,
        coalesce(bool_or(name = 'uninstall' AND d < t.cutoff), false) AS gone_before,
        coalesce(bool_or(name = 'uninstall' AND d >= t.cutoff AND d < t.cutoff + 3), false) AS gone_in_gap,
        coalesce(bool_or(name = 'uninstall' AND d >= t.cutoff + 3 AND d < t.cutoff + 33), false) AS gone,
        coalesce(bool_or(name IN ('login', 'purchase') AND d >= t.cutoff - 90 AND d < t.cutoff), false) AS was_here,
        any_value(t.cutoff) + 33 <= DATE '${summary.end}' AS is_closed
      FROM read_parquet('@/truth/*.parquet') t LEFT JOIN (SELECT user_id, name, CAST(ts AS DATE) AS d FROM ${log}) e USING (user_id) GROUP BY ALL`
    const [found] = await rows(`SELECT count(*) AS n, count(label) AS labelled,
      count(*) FILTER (was_here AND label IS DISTINCT FROM CASE WHEN is_closed AND NOT gone_before AND NOT gone_in_gap THEN CAST(gone OR NOT came AS INTEGER) END) AS wrong_label,
      count(*) FILTER (is_eligible <> (was_here AND NOT gone_before)) AS wrong_eligible,
      count(*) FILTER (in_gap <> gone_in_gap) AS wrong_gap FROM (${facts})`)
    expect(found).toMatchObject({ wrong_label: 0, wrong_eligible: 0, wrong_gap: 0 })
    expect(Number(found!['labelled'])).toBeGreaterThan(500)
  })

  it('sums up each cutoff as the truth table does', async () => {
    const found =
      await rows(`SELECT CAST(cutoff AS VARCHAR) AS cutoff, count(*) FILTER (is_eligible) AS eligible, count(*) FILTER (is_eligible AND churned_in_gap) AS in_gap,
      avg(label) FILTER (is_eligible) AS base_rate, avg(probability) FILTER (is_eligible AND NOT churned_in_gap) AS mean_probability
      FROM read_parquet('@/truth/*.parquet') GROUP BY ALL ORDER BY ALL`)
    expect(found.map((row) => row['cutoff'])).toEqual(simulatedCutoffs(parameters))
    for (const [i, row] of found.entries()) {
      const told = summary.cutoffs[i]!
      expect([Number(row['eligible']), Number(row['in_gap'])]).toEqual([told.eligible, told.churnedInGap])
      expect(told.meanProbability).toBeCloseTo(Number(row['mean_probability']), 12)
      if (told.isClosed) expect(told.baseRate).toBeCloseTo(Number(row['base_rate']), 12)
      else expect([told.baseRate, row['base_rate']]).toEqual([null, null])
    }
  })

  it('keeps a history of attributes: one row per user and day of change, and every user of the log is in it', async () => {
    const [found] =
      await rows(`SELECT count(*) AS n, count(DISTINCT (user_id, valid_from)) AS keys, count(DISTINCT user_id) AS users,
      count(*) FILTER (valid_from < registered OR valid_from >= DATE '${summary.end}') AS outside FROM read_parquet('@/customers/*.parquet')`)
    expect(Number(found!['keys'])).toBe(Number(found!['n']))
    expect(found).toMatchObject({ users: 400, outside: 0 })
    expect(Number(found!['n'])).toBeGreaterThan(450)
    const [strangers] = await rows(
      `SELECT count(*) AS n FROM ${log} WHERE user_id NOT IN (SELECT user_id FROM read_parquet('@/customers/*.parquet'))`,
    )
    expect(strangers).toEqual({ n: 0 })
  })

  it('writes the same bytes with 1 thread and with 2, replacing an earlier simulation', async () => {
    const before = await hashes(join(root, 'shop'))
    const single = await open(1, 'spill-1')
    try {
      await simulate({ engine: single, outDir: join(root, 'shop'), parameters })
    } finally {
      await single.close()
    }
    expect(await hashes(join(root, 'shop'))).toEqual(before)
    expect(Object.keys(before)).toHaveLength(7)
  })

  it('gives user k the same history whatever the number of users: the first 100 of 400 are the 100 of 100', async () => {
    const small = join(root, 'small')
    await simulate({ engine, outDir: small, parameters: { ...parameters, users: 100 } })
    for (const file of ['app', 'web', 'customers', 'truth']) {
      const key = { app: 'app_user', web: 'visitor', customers: 'user_id', truth: 'user_id' }[file]!
      const [mine] = await rows(`SELECT count(*) AS n FROM read_parquet('${small}/${file}/*.parquet')`)
      const [both] = await rows(
        `SELECT count(*) AS n FROM (SELECT * FROM read_parquet('${small}/${file}/*.parquet') INTERSECT ALL SELECT * FROM read_parquet('@/${file}/*.parquet'))`,
      )
      const [others] = await rows(
        `SELECT count(*) AS n FROM read_parquet('@/${file}/*.parquet') WHERE ${key} IN (SELECT ${key} FROM read_parquet('${small}/${file}/*.parquet'))`,
      )
      expect([both, others], file).toEqual([mine, mine])
    }
  })

  it('refuses a folder that holds something else, and does not touch it', async () => {
    const foreign = join(root, 'foreign')
    await mkdir(foreign)
    await writeFile(join(foreign, 'thesis.txt'), 'mine')
    await expect(simulate({ engine, outDir: foreign, parameters })).rejects.toMatchObject({
      code: 'SIMULATE_FOLDER',
      kind: 'usage',
      message: expect.stringContaining('thesis.txt'),
    })
    expect(await readdir(foreign)).toEqual(['thesis.txt'])
  })

  it('leaves nothing behind when it is stopped', async () => {
    const stopper = new AbortController()
    stopper.abort()
    const outDir = join(root, 'stopped')
    await expect(simulate({ engine, outDir, parameters, signal: stopper.signal })).rejects.toMatchObject({
      kind: 'interrupted',
    })
    expect((await readdir(root)).filter((name) => name.startsWith('stopped'))).toEqual([])
  })
})

describe('parameters', () => {
  it('have defaults, and cutoffs every 14 days from day 91 to the end of the log', () => {
    const defaults = simulateParameters.parse({})
    expect(defaults).toMatchObject({ users: 40_000, start: '2025-01-06', days: 400, horizonDays: 30, gapDays: 3 })
    const cutoffs = simulatedCutoffs(defaults)
    expect(cutoffs[0]).toBe('2025-04-07')
    expect(cutoffs[1]).toBe('2025-04-21')
    expect(cutoffs.at(-1)).toBe('2026-02-10')
  })

  it('a log shorter than the first cutoff has no cutoffs', () => {
    expect(simulatedCutoffs(simulateParameters.parse({ days: 90 }))).toEqual([])
  })

  it('refuses 0 users and a start that is no day', () => {
    expect(simulateParameters.safeParse({ users: 0 }).success).toBe(false)
    expect(simulateParameters.safeParse({ start: 'tomorrow' }).success).toBe(false)
  })
})
