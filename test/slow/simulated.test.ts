import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { locate } from '../../core/locate.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { ebb, runIds } from './processes.ts'

// One seed takes some four minutes. All that the bars name: EBB_SEEDS=1,2,3,4,5 npm run test:slow -- simulated
const seeds = (process.env['EBB_SEEDS'] ?? '1').split(',').map(Number)
const checkout = join(locate('cli/main.js'), '..', '..', '..')

interface TestRow {
  readonly label: number
  readonly truth: number
  readonly winner: number
  readonly recency: number
}

describe.each(seeds)('the simulated shop of seed %i, through the product', (seed) => {
  let folder: string
  let winner: string
  let metrics: Record<string, number>
  let rows: readonly TestRow[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-simulated-'))
    await mkdir(join(folder, 'configs'))
    await copyFile(join(checkout, 'configs', 'simulated.yaml'), join(folder, 'configs', 'simulated.yaml'))
    expect(await ebb(folder, ['simulate', 'data/simulated', '--seed', String(seed)])).toMatchObject({ code: 0 })
    expect(await ebb(folder, ['run', 'configs/simulated.yaml'])).toMatchObject({ code: 0 })
    const run = join(folder, 'runs', (await runIds(folder))[0]!)
    const saved = JSON.parse(await readFile(join(run, 'metrics.json'), 'utf8')) as Record<string, number | string>
    winner = String(saved['winner'])
    metrics = saved as Record<string, number>
    rows = await testRows(run, { folder, winner })
  }, 20 * 60_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const aucOf = (p: (row: TestRow) => number): number =>
    metricByName('auc').prepare({
      y: Uint8Array.from(rows, ({ label }) => label),
      p: Float64Array.from(rows, p),
      users: Uint32Array.from(rows.keys()),
    })()

  it('has 20,000 users in test or more, 5 to 25 % of whom churn, and a truth of AUC .75 to .90', () => {
    expect(rows.length).toBeGreaterThanOrEqual(20_000)
    const base = rows.reduce((sum, { label }) => sum + label, 0) / rows.length
    expect(base).toBeGreaterThan(0.05)
    expect(base).toBeLessThan(0.25)
    expect(aucOf(({ truth }) => truth)).toBeGreaterThan(0.75)
    expect(aucOf(({ truth }) => truth)).toBeLessThan(0.9)
  })

  it('recency alone covers at most .7 of the way from .5 to the truth, the winner at least .9, with an ECE of .02 at most', () => {
    const way = aucOf(({ truth }) => truth) - 0.5
    expect((aucOf(({ recency }) => recency) - 0.5) / way).toBeLessThanOrEqual(0.7)
    expect((aucOf(({ winner }) => winner) - 0.5) / way).toBeGreaterThanOrEqual(0.9)
    expect(metrics[`test.${winner}.ece`]).toBeLessThanOrEqual(0.02)
  })
})

/** The rows of test with the truth of the simulator beside two models' probabilities. */
async function testRows(
  run: string,
  { folder, winner }: { folder: string; winner: string },
): Promise<readonly TestRow[]> {
  const engine = await openDuckDb({ threads: 2, memoryBytes: 2e9, tempDirectory: join(folder, 'spill') })
  try {
    const of = (model: string): string => `max(p.probability) FILTER (p.model = '${model}')`
    const found = await engine.rows(
      `SELECT CAST(p.user_id AS VARCHAR) AS u, any_value(p.label) AS label, any_value(t.probability) AS truth,
         ${of(winner)} AS winner, ${of('recency_logistic')} AS recency
       FROM '${run}/predictions/test.parquet' p
       JOIN '${folder}/data/simulated/truth/part-*.parquet' t
         ON CAST(t.user_id AS VARCHAR) = CAST(p.user_id AS VARCHAR) AND t.cutoff = p.cutoff
       GROUP BY u ORDER BY u`,
      { limit: 1_000_000 },
    )
    return found.map(({ label, truth, winner, recency }) => ({
      label: Number(label),
      truth: Number(truth),
      winner: Number(winner),
      recency: Number(recency),
    }))
  } finally {
    await engine.close()
  }
}
