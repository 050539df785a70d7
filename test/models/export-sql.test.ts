import * as fc from 'fast-check'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dataset, sharedFloat32 } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import { createRandom } from '../../core/random.ts'
import { sqlDialects } from '../../engines/dialects.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine, TableColumn } from '../../engines/engine.ts'
import { loadCalibration } from '../../models/calibrators.ts'
import { saveEnsemble } from '../../models/trees/saved-ensemble.ts'
import { exportModel } from '../../models/export.ts'
import { doubleAtMost } from '../../models/formats/sql/double-at-most.ts'
import { estimatorNamed, loadModel } from '../../models/registry.ts'
import { type StoredModel, storedModel } from '../support/stored-models.ts'
import { randomEnsemble } from './random-ensemble.ts'
import { fitOf, table, times } from './tree-tables.ts'

let engine: Engine
const { signal } = new AbortController()
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1, memoryBytes: 5e8, tempDirectory: tmpdir() })
})
afterAll(() => engine.close())

/** Rows in the engine as `features`: numbers as doubles (NULL = missing, but every seventh of them NaN), categories as text. */
async function load({ names, columns, rowCount }: Dataset): Promise<void> {
  const values = columns.map((column, j): TableColumn => {
    const name = names[j]!
    if (column.kind === 'number') return { name, type: 'double', values: Float64Array.from(column.values) }
    return { name, type: 'text', values: Array.from(column.codes, (code) => column.levels[code] ?? null) }
  })
  const row: TableColumn = { name: 'row', type: 'integer', values: Uint32Array.from({ length: rowCount }, (_, i) => i) }
  await engine.load('features', [row, ...values], { signal })
}

async function predicted(query: string): Promise<{ score: Float64Array; probability: Float64Array }> {
  const rows = await engine.rows(`SELECT score_raw, probability FROM (${query}) AS q ORDER BY "row"`)
  const column = (name: string): Float64Array => Float64Array.from(rows, (row) => Number(row[name]))
  return { score: column('score_raw'), probability: column('probability') }
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

describe('models as SQL', () => {
  it.each(['gbdt', 'forest', 'deep', 'many'])('%s: DuckDB gives scores and probabilities within 1e-9', async (name) => {
    const { saved, calibration, rows }: StoredModel = storedModel(name)
    await load(rows)
    const request = { saved, calibration, format: 'sql', about: { run: 'r' }, sql: sqlDialects.duckdb } as const
    const { bytes, suffix, isCalibrated } = exportModel(request)
    expect([suffix, isCalibrated]).toEqual(['.sql', true])
    const { score, probability } = await predicted(Buffer.from(bytes).toString())
    const p = await loadModel(saved).predict(rows)
    expect(difference(score, p)).toBeLessThan(1e-9)
    expect(difference(probability, loadCalibration(calibration).apply(p))).toBeLessThan(1e-9)
  })

  it('2,000 random rows with gaps, unseen levels, and doubles that round to either side of a cut: within 1e-9', async () => {
    const random = createRandom(9)
    const cell = (): number | null => (random.next() < 0.2 ? null : Math.fround(random.normal()))
    const plans = ["it's", 'a\\b', 'gold', 'basic']
    const plan = (): string | null => (random.next() < 0.1 ? null : plans[random.integer(4)]!)
    const train = table({ a: times(1500, cell), 'b "c"': times(1500, cell), plan: times(1500, plan) })
    const [a, , c] = train.columns
    const churned = times(1500, (i) => {
      const signal = (a as { values: Float32Array }).values[i]! + ((c as { codes: Uint16Array }).codes[i]! % 2)
      return Number(random.normal() * 0.5 + (Number.isNaN(signal) ? 0.3 : signal) > 0.5)
    })
    const estimator = estimatorNamed('gbdt')
    const parameters = estimator.parameters.parse({
      trees: 30,
      earlyStopping: 0,
      learningRate: 0.2,
      categorySmoothing: 1,
    })
    const saved = (await estimator.fit(parameters, fitOf(train, churned))).save()
    const calibration: Json = { calibrator: 'none' }
    const sql = Buffer.from(
      exportModel({ saved, calibration, format: 'sql', about: {}, sql: sqlDialects.duckdb }).bytes,
    )
    // Cuts lie between values of train: half a unit in the last place around a value is the worst a double can do.
    const doubles = Float64Array.from({ length: 2000 }, (_, i) => {
      const value = (a as { values: Float32Array }).values[i % 1500]!
      return value * (1 + (random.integer(3) - 1) * 2 ** -25)
    })
    const fresh = table({
      a: times(2000, cell),
      'b "c"': times(2000, cell),
      plan: times(2000, (i) => (i % 9 === 0 ? 'new' : plan())),
    })
    const rounded = sharedFloat32(2000)
    rounded.set(doubles)
    const rows: Dataset = { ...fresh, columns: [{ kind: 'number', values: rounded }, ...fresh.columns.slice(1)] }
    await load(rows)
    await engine.load(
      'exact',
      [
        { name: 'a', type: 'double', values: doubles },
        { name: 'row', type: 'integer', values: Uint32Array.from({ length: 2000 }, (_, i) => i) },
      ],
      { signal },
    )
    await engine.execute(
      'CREATE OR REPLACE TEMP TABLE features AS SELECT f.* REPLACE (e.a AS a) FROM features f JOIN exact e ON e."row" = f."row"',
      { signal },
    )
    const { score } = await predicted(sql.toString())
    expect(difference(score, await loadModel(saved).predict(rows))).toBeLessThan(1e-9)
  })

  it('in the dialect of Spark: its quotes, its escapes, its way to leave columns out', async () => {
    const x = table({ 'a`b': times(40, (i) => i), plan: times(40, (i) => (i % 2 === 0 ? "it's \\ one" : 'two')) })
    const estimator = estimatorNamed('tree')
    const model = await estimator.fit(
      estimator.parameters.parse({ minRowsPerLeaf: 1, maxLeaves: 2 }),
      fitOf(
        x,
        times(40, (i) => i % 2),
      ),
    )
    const written = { saved: model.save(), calibration: { calibrator: 'none' }, format: 'sql', about: {} } as const
    const text = Buffer.from(exportModel({ ...written, sql: sqlDialects.spark }).bytes).toString()
    expect(text).toContain("CASE CAST(`plan` AS STRING) WHEN 'it\\'s \\\\ one' THEN 0 WHEN 'two' THEN 1 END AS ebb_x1")
    expect(text).toMatch(/CASE WHEN \(ebb_x1 >= ([01]) AND ebb_x1 <= \1\) THEN/)
    expect(text).toContain('SELECT * EXCEPT (ebb_x1, ebb_sum), score_raw AS probability')
  })

  it('a logistic regression is refused with the formats that can, a chain of 500 splits with maxDepth', async () => {
    const { saved } = storedModel('logistic-squares')
    const request = { calibration: { calibrator: 'none' }, format: 'sql', about: {}, sql: sqlDialects.duckdb } as const
    expect(() => exportModel({ ...request, saved })).toThrow('only trees can be written as SQL')
    const nodes = 500
    const chain = randomEnsemble(createRandom(1), { features: 6, leaves: nodes + 1, trees: 1, chain: 1 })
    const { header, buffers } = saveEnsemble(chain)
    const deep = { header: { ...header, estimator: 'gbdt', description: { fixed: {}, curve: [] } }, buffers }
    expect(() => exportModel({ ...request, saved: deep })).toThrow('at most 400 levels of splits; set maxDepth')
  })

  it('v rounds to a float32 at most b exactly where v is at most the double of b', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: -3, max: 3 }),
        (bound, ulps) => {
          const limit = doubleAtMost(bound)
          const near = limit + ulps * Math.max(Number.MIN_VALUE, Math.abs(limit) * 2 ** -52)
          expect(near <= limit).toBe(Math.fround(near) <= bound)
        },
      ),
      { numRuns: 500, seed: 1 },
    )
    expect(doubleAtMost(1)).toBe(1 + 2 ** -24)
    expect(doubleAtMost(Math.fround(1 + 2 ** -23))).toBe(1 + 2 ** -23 + 2 ** -24 - 2 ** -52)
  })
})
