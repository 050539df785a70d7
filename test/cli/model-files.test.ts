import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { loadModel } from '../../models/registry.ts'
import { ebbHere } from './ebb-here.ts'
import { writeRun } from './write-run.ts'

const golden = fileURLToPath(new URL('../golden/', import.meta.url))
const run = '20260101T000000Z-aaaaaa'
let folder = ''
let runs = ''

/** A run that shipped the stored boosted model; `recency` is taken for a tag that is computed from `days`. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-models-'))
  runs = join(folder, 'runs')
  writeRun(runs, { id: run, logLoss: 0.4, seed: 1 })
  writeRun(runs, { id: '20260102T000000Z-bbbbbb', logLoss: 0.4, seed: 1 })
  const { header: model, buffers } = unpackModel(readFileSync(join(golden, 'exported/gbdt.ebb')))
  const transform = { transform: 'quantile_score', from: 'days', descending: false, cuts: [3, 9] }
  const bundle = { tags: [{ name: 'recency', transform }], features: ['recency', 'amount', 'trend', 'city'] }
  const into = join(runs, run, 'model')
  mkdirSync(into)
  writeFileSync(join(into, 'model.ebb'), packModel({ header: { bundle, model }, buffers }))
  writeFileSync(join(into, 'calibration.json'), JSON.stringify({ calibrator: 'platt', slope: 1.3, intercept: -0.2 }))
  writeFileSync(join(into, 'description.json'), JSON.stringify({ model: 'boosted' }))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('ebb export', () => {
  it('writes the model and beside it the columns, the tags to compute, the calibration and the hash', async () => {
    const file = join(folder, 'churn.onnx')
    const { code, stdout, stderr } = await ebbHere('export', '@latest', '--runs', runs, '--out', file)
    expect([code, stderr]).toEqual([2, expect.stringContaining('model/model.ebb cannot be read')])
    expect(stdout).toBe('')
    const done = await ebbHere('export', run, '--runs', runs, '--out', file)
    expect(done).toEqual({ code: 0, stdout: `model  ${file}\nabout  ${file}.about.json\n`, stderr: '' })
    const about = JSON.parse(readFileSync(`${file}.about.json`, 'utf8')) as Record<string, unknown>
    expect(about).toMatchObject({
      schemaVersion: 1,
      file: 'churn.onnx',
      sha256: sha256(readFileSync(file)),
      format: 'onnx',
      run,
      model: 'boosted',
      computed: [{ name: 'recency', transform: { cuts: [3, 9] } }],
      isCalibrated: true,
      calibration: { calibrator: 'platt', slope: 1.3, intercept: -0.2 },
    })
    const inputs = about['inputs'] as { name: string; kind: string }[]
    expect(inputs.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'amount number',
      'city category',
      'recency number',
      'trend number',
    ])
    expect(readFileSync(file).includes('20260101T000000Z-aaaaaa')).toBe(true)
  })

  it('--format lightgbm says that the calibration is outside; --json is one document; xml is bad usage', async () => {
    const file = join(folder, 'churn.txt')
    const text = await ebbHere('export', run, '--runs', runs, '--format', 'lightgbm', '--out', file)
    expect(text.stderr).toBe('the file gives scores before calibration; the map is in the about file\n')
    const json = await ebbHere(
      'export',
      run,
      '--runs',
      runs,
      '--format',
      'json',
      '--out',
      join(folder, 'a.json'),
      '--json',
    )
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      run,
      format: 'json',
      isCalibrated: false,
      inputs: 4,
    })
    const query = join(folder, 'churn.sql')
    const sql = ['--format', 'sql', '--dialect', 'spark', '--out', query]
    expect(await ebbHere('export', run, '--runs', runs, ...sql)).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(query, 'utf8')).toMatch(
      /^-- P\(churn\) of every row[\s\S]*`recency`[\s\S]* AS probability\nFROM ebb_scores\n$/,
    )
    expect((await ebbHere('export', run, '--runs', runs, '--format', 'xml')).code).toBe(2)
    expect(readdirSync(folder).filter((name) => name.includes('.tmp-'))).toEqual([])
  })
})

describe('ebb show', () => {
  it('prints the rules of single trees: rate, rows, condition', async () => {
    const rules = [{ when: 'days > 22', rate: 0.5, rows: 3000 }]
    writeFileSync(join(runs, run, 'rules.json'), JSON.stringify([{ model: 'simple', rules }]))
    const { stdout } = await ebbHere('show', run, '--runs', runs)
    expect(stdout).toContain('\nrules of simple\n 50.0 % of 3,000: days > 22\n')
  })
})

describe('ebb models import', () => {
  const lightgbm = join(golden, 'foreign/lightgbm-codes.txt')

  it('says what a model is and reads, and keeps it as one that loads again', async () => {
    const out = join(folder, 'kept.ebb')
    const { code, stdout } = await ebbHere('models', 'import', lightgbm, '--out', out)
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'lightgbm v4, binary sigmoid:1: 4 trees, 4 features',
      expect.stringMatching(/^ {2}recency {2}number {4}\d+ splits$/),
      expect.stringMatching(/^ {2}orders {3}number {4}\d+ splits$/),
      expect.stringMatching(/^ {2}trend {4}number {4}\d+ splits$/),
      expect.stringMatching(/^ {2}plan {5}category {2}\d+ splits$/),
      `model   ${out}`,
      '',
    ])
    expect(loadModel(unpackModel(readFileSync(out))).estimator).toBe('imported')
    const stopped = await ebbHere('models', 'import', join(golden, 'foreign/xgboost-3.2.0-stopped.json'))
    expect(stopped.stderr).toMatch(/^the first \d+ of \d+ trees: its best iteration is \d+\n$/)
  })

  it('scores a CSV of 40 rows, codes as numbers, as LightGBM did within 1e-6', async () => {
    const rows = JSON.parse(readFileSync(join(golden, 'foreign/lightgbm-codes.rows.json'), 'utf8')) as {
      columns: Record<string, { values: (number | string | null)[] }>
      probability: number[]
    }
    const names = Object.keys(rows.columns)
    // A table has no infinities: those rows are left out.
    const kept = rows.probability.flatMap((_, i) =>
      names.every((name) => typeof rows.columns[name]!.values[i] !== 'string') ? [i] : [],
    )
    const lines = kept.map((i) => [`u${i}`, ...names.map((name) => rows.columns[name]!.values[i] ?? '')].join(','))
    const table = join(folder, 'users.csv')
    writeFileSync(table, [['user_id', ...names].join(','), ...lines, ''].join('\n'))
    const to = join(folder, 'p.parquet')
    const args = ['--score', table, '--id', 'user_id', '--scores', to]
    const { code, stdout } = await ebbHere('models', 'import', lightgbm, ...args, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      program: 'lightgbm',
      scored: { rows: kept.length, file: to },
    })
    const engine = await openDuckDb({ threads: 1, memoryBytes: 5e8, tempDirectory: join(folder, 'spill') })
    const scored = await engine.rows(`SELECT * FROM read_parquet('${to}')`)
    await engine.close()
    expect(kept.length).toBeGreaterThan(30)
    expect(scored.map((row) => row['user_id'])).toEqual(kept.map((i) => `u${i}`))
    for (const [k, i] of kept.entries()) expect(scored[k]!['probability']).toBeCloseTo(rows.probability[i]!, 6)
  })

  it('a missing column, a missing file, a file of something else, half of the options: one line each', async () => {
    const table = join(folder, 'few.csv')
    writeFileSync(table, 'user_id,recency\nu1,3\n')
    const score = (...args: string[]) => ebbHere('models', 'import', lightgbm, ...args)
    expect(await score('--score', table, '--scores', join(folder, 'q.parquet'))).toMatchObject({
      code: 20,
      stderr: expect.stringContaining(
        'few.csv: 3 columns are missing: orders, trend, plan, expected 4 columns by name',
      ),
    })
    expect(await score('--score', join(folder, 'no.csv'), '--scores', 'x')).toMatchObject({ code: 20 })
    expect(await score('--score', table)).toMatchObject({ code: 2 })
    expect(await score('--iterations', '0')).toMatchObject({ code: 2 })
    expect(await ebbHere('models', 'import', join(folder, 'none.txt'))).toMatchObject({ code: 20, stdout: '' })
    expect(await ebbHere('models', 'import', table)).toMatchObject({
      code: 20,
      stderr: expect.stringContaining('few.csv: not a model of LightGBM or XGBoost'),
    })
    expect(await ebbHere('models', 'train', lightgbm)).toMatchObject({ code: 2 })
  })

  it('--levels names the categories of a file that knows codes', async () => {
    const file = join(golden, 'foreign/xgboost-2.1.4-codes.json')
    const levels = join(folder, 'levels.json')
    writeFileSync(levels, JSON.stringify({ plan: ['basic', 'plus', 'gold'] }))
    const json = await ebbHere('models', 'import', file, '--levels', levels, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      features: expect.arrayContaining([
        { name: 'plan', kind: 'category', isCoded: false, splits: expect.any(Number) },
      ]),
    })
    writeFileSync(levels, '{"plan": 3}')
    expect(await ebbHere('models', 'import', file, '--levels', levels)).toMatchObject({ code: 2, stdout: '' })
  })
})
