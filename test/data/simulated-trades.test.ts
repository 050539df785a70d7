import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { createRandom } from '../../core/random.ts'
import { simulateTrade } from '../../data/simulate-trade.ts'
import { tradeNames, tradeParameters } from '../../data/trade-parameters.ts'
import { EventBuffer } from '../../data/simulator/event-buffer.ts'
import { liveTradeUser } from '../../data/simulator/trades/life.ts'
import { TradeRows } from '../../data/simulator/trades/rows.ts'
import { createTradeWorld } from '../../data/simulator/trades/simulation.ts'
import { tradeEventTypes } from '../../data/simulator/trades/trade.ts'
import { trades } from '../../data/simulator/trades/trades.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine } from '../../engines/engine.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

describe.each(tradeNames)('the trade %s', (name) => {
  const trade = trades[name]

  it('has shares that sum to 1, and weekdays of mean 1', () => {
    for (const shares of [trade.kinds, trade.causes, trade.channels, trade.contract?.plans ?? [{ share: 1 }]])
      expect(sum(shares.map(({ share }) => share))).toBeCloseTo(1, 12)
    for (const trait of trade.traits) expect(sum(trait.shares)).toBeCloseTo(1, 12)
    expect(sum(trade.weekdays) / 7).toBeCloseTo(1, 1)
  })

  it('tells the truth: summed over users, labels are within 4 standard errors of their probabilities', () => {
    const { label, contract } = trade
    const reach = label.gapDays + label.horizonDays + (contract?.graceDays ?? 0)
    const world = createTradeWorld(trade, { ...tradeParameters(name).parse({ users: 1 }), days: 120 + reach })
    const one = { ...world, cutoffs: [world.logEnd - reach] }
    const rows = new TradeRows(one)
    const buffer = new EventBuffer({ eventTypes: tradeEventTypes(trade), items: [], categories: trade.categories })
    const codes = new Map(tradeEventTypes(trade).map((type, code) => [type, code]))
    for (let slot = 0; slot < 350; slot++)
      rows.add(liveTradeUser(one, createRandom(`test/${slot}`), { buffer, slot, codes }))
    const found = new Map(rows.tables([]).truth.map((column) => [column.name, column]))
    const values = (column: string): readonly number[] => {
      const it = found.get(column)!
      return Array.from(it.type === 'double' || it.type === 'boolean' ? it.values : [])
    }
    const [eligible, inGap, labels] = [values('is_eligible'), values('churned_in_gap'), values('label')]
    const isUsed = labels.map((one, i) => eligible[i] === 1 && inGap[i] === 0 && !Number.isNaN(one))
    const of = (column: string): number[] => values(column).filter((_, i) => isUsed[i])
    const p = of('probability')
    expect(p.length).toBeGreaterThan(50)
    const spread = Math.sqrt(sum(p.map((q) => q * (1 - q))))
    expect(Math.abs(sum(of('label')) - sum(p))).toBeLessThan(4 * spread)
    expect(sum(p) / p.length).toBeGreaterThan(0.03)
    expect(sum(p) / p.length).toBeLessThan(0.6)
  })
})

describe('simulateTrade', () => {
  let root: string
  let engine: Engine
  const parameters = tradeParameters('telecom').parse({ users: 250, days: 150 })
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'ebb-trade-'))
    engine = await openDuckDb({ threads: 1, memoryBytes: 500_000_000, tempDirectory: join(root, 'spill') })
    await simulateTrade({ engine, outDir: join(root, 'a'), parameters })
  })
  afterAll(async () => {
    await engine.close()
    await rm(root, { recursive: true, force: true })
  })

  it('has the label in the truth table that the subscriptions give: an end in the window, not renewed within the grace', async () => {
    const { gapDays, horizonDays } = trades.telecom.label
    const { graceDays } = trades.telecom.contract!
    const [found] = await engine.rows(`
      WITH p AS (
        SELECT user_id, start_day, end_day, lead(start_day) OVER (PARTITION BY user_id ORDER BY start_day) AS next_start
        FROM read_parquet('${root}/a/subscriptions/*.parquet')),
      lost AS (SELECT * FROM p WHERE next_start IS NULL OR next_start > end_day + ${graceDays}),
      f AS (
        SELECT t.user_id, t.cutoff, any_value(t.label) AS label, any_value(t.is_eligible) AS is_eligible,
          coalesce(bool_or(end_day >= cutoff + ${gapDays} AND end_day < cutoff + ${gapDays + horizonDays}), false) AS ended,
          coalesce(bool_or(end_day >= cutoff AND end_day < cutoff + ${gapDays}), false) AS in_gap
        FROM read_parquet('${root}/a/truth/*.parquet') t LEFT JOIN lost USING (user_id) GROUP BY ALL)
      SELECT count(*) FILTER (is_eligible AND label IS NOT NULL) AS n,
        count(*) FILTER (is_eligible AND label IS NOT NULL AND (in_gap OR label <> CAST(ended AS INTEGER))) AS wrong FROM f`)
    expect(found).toMatchObject({ wrong: 0 })
    expect(Number(found!['n'])).toBeGreaterThan(300)
  })

  it('writes the same bytes again, and user k is the same whatever the number of users', async () => {
    await simulateTrade({ engine, outDir: join(root, 'b'), parameters })
    const hashes = async (folder: string): Promise<string[]> => {
      const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
      const paths = entries.map((one) => join(one.parentPath, one.name)).toSorted()
      return Promise.all(paths.map(async (path) => sha256(await readFile(path))))
    }
    expect(await hashes(join(root, 'a'))).toHaveLength(5)
    expect(await hashes(join(root, 'b'))).toEqual(await hashes(join(root, 'a')))
    await simulateTrade({ engine, outDir: join(root, 'c'), parameters: { ...parameters, users: 60 } })
    const of = (folder: string): string =>
      `SELECT * FROM read_parquet('${root}/${folder}/events/*.parquet') WHERE subscriber <= 'm0000060'`
    const [same] = await engine.rows(
      `SELECT (SELECT count(*) FROM (${of('c')} EXCEPT ALL ${of('a')})) + (SELECT count(*) FROM (${of('a')} EXCEPT ALL ${of('c')})) AS n`,
    )
    expect(same).toEqual({ n: 0 })
  })
})
