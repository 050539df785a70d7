import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CheckResult, ImportanceRow, Leaderboard, ScoringSummary } from '../../core/artifacts.ts'
import { sha256 } from '../../core/hash.ts'
import { parseJson } from '../../core/json.ts'
import { createRandom } from '../../core/random.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import { importModel } from '../../models/import.ts'
import { ModelBundle } from '../../pipelines/compute/bundle.ts'
import { exportRun } from '../../pipelines/export.ts'
import { readGivenModels } from '../../pipelines/given-models.ts'
import { importForeignModel } from '../../pipelines/import-model.ts'
import type { FeatureSet } from '../../pipelines/stages/examples-type.ts'
import { originsOf } from '../../pipelines/stages/model-origins.ts'
import { planModels } from '../../pipelines/stages/models.ts'
import { type TrainOutcome, train } from '../../pipelines/train.ts'
import { tinyShop, tinyShopConfig, trainRequest } from '../support/tiny-shop.ts'

const dayMs = 86_400_000

/**
 * Every other user buys each 40 days and never leaves: whoever has just bought will not buy within 30 days. The others buy
 * each 6 days until they stop. Recency alone cannot tell them apart, two splits of a tree can.
 */
function twoKinds(users: number): string[] {
  const random = createRandom(4)
  const lines: string[] = []
  for (let user = 0; user < users; user++) {
    const pace = user % 2 === 0 ? 40 : 6
    const leaves = pace === 40 ? 400 : 60 + random.integer(240)
    for (let day = random.integer(pace); day < Math.min(300, leaves); day += pace + random.integer(3) - 1) {
      const time = new Date(Date.parse('2025-01-01T00:00:00Z') + day * dayMs).toISOString().slice(0, 19)
      lines.push(`u${String(user).padStart(4, '0')},${time},purchase,${10 + random.integer(90)},app`)
    }
  }
  return lines
}

const config = tinyShopConfig
  .replace(
    /models:\n[\s\S]*(?=evaluate:)/,
    'models:\n  boosted: { kind: gbdt, trees: 20, learningRate: 0.2, maxLeaves: 4, earlyStopping: 0 }\n',
  )
  .replace('features: {', 'features: { use: [activity],')

let folder: string
let first: TrainOutcome
/** The features that the first run's model reads, as LightGBM text with the first one under another name. */
let read: readonly string[]

const modelOf = async (run: TrainOutcome) => {
  const bytes = await readFile(join(run.runDir, 'model', 'model.ebb'))
  return { bytes, ...ModelBundle.contents(bytes) }
}
const json = async <T>(run: TrainOutcome, name: string): Promise<T> =>
  parseJson(await readFile(join(run.runDir, name), 'utf8')) as T
const entryOf = async (run: TrainOutcome, name: string) =>
  (await json<Leaderboard>(run, 'leaderboard.json')).models.find(({ model }) => model === name)!

beforeAll(async () => {
  folder = await tinyShop({ lines: twoKinds(80), config })
  first = await train(await trainRequest(folder, { asOf: '2025-08-01' }))
  const file = join(folder, 'lightgbm.txt')
  await exportRun({ runsDir: join(folder, 'runs'), run: first.runId, format: 'lightgbm', dialect: 'duckdb', out: file })
  const text = await readFile(file)
  read = importModel(text, file).summary.features.map(({ name }) => name)
  await writeFile(join(folder, 'theirs.txt'), text.toString('utf8').replaceAll(read[0]!, 'their_name'))
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the first run ships boosted trees that say what their features and their target were', async () => {
  expect(first.winner).toBe('boosted')
  const { about, features } = await modelOf(first)
  expect(about).toMatchObject({ target: { name: 'silent', horizonDays: 30, gapDays: 0 }, startedFrom: null })
  expect(features.filter((name) => !/^[0-9a-f]{64}$/.test(about!.definitions[name]!))).toEqual([])
})

test('startFrom goes on from the run: its 20 trees stay bit for bit, 10 more follow, and run, report and model say so', async () => {
  const set = [`models.boosted.startFrom=${first.runId}`, 'models.boosted.trees=30']
  const run = await train(await trainRequest(folder, { set }))
  const start = await modelOf(first)
  const origin = { kind: 'started', from: first.runId, sha256: sha256(start.bytes), trees: 20 }
  const entry = await entryOf(run, 'boosted')
  expect(entry.origin).toMatchObject({ ...origin, trainedUntil: '2025-07-29', hasSeenLabels: 'yes' })
  const check = (await json<CheckResult[]>(run, 'checks.json')).find(({ name }) => name === 'models.boosted.origin')
  expect(check).toMatchObject({ passed: false, severity: 'warn', observed: 'trained until 2025-07-29' })
  expect(await readFile(join(run.runDir, 'report.html'), 'utf8')).toContain('may know the answers')
  expect(run.winner).toBe('boosted')
  expect((await json<Leaderboard>(run, 'leaderboard.json')).winnerReason).toContain('it may know labels')
  expect(await json(run, 'model/description.json')).toMatchObject({ origin })
  const now = await modelOf(run)
  expect(now.about!.startedFrom).toBe(origin.sha256)
  expect((now.model.header as { trees: number }).trees).toBe(30)
  const values = start.model.buffers.get('values')!
  expect(now.model.buffers.get('values')!.subarray(0, values.length)).toEqual(values)
}, 60_000)

test('a model of LightGBM takes part like any other: leaderboard, calibration, importance, reasons, scores', async () => {
  const theirs = `{ kind: imported, file: ${folder}/theirs.txt, features: { their_name: ${read[0]} } }`
  const run = await train(await trainRequest(folder, { set: [`models={ theirs: ${theirs} }`] }))
  expect(run.winner).toBe('theirs')
  const entry = await entryOf(run, 'theirs')
  expect(entry).toMatchObject({
    kind: 'imported',
    complexity: 8,
    origin: { trainedUntil: null, hasSeenLabels: 'unknown' },
  })
  expect(entry.metrics.test['auc']!.value).toBeGreaterThan(0.8)
  const importance = await json<ImportanceRow[]>(run, 'importance.json')
  const permuted = importance.filter(({ model, method }) => model === 'theirs' && method === 'permutation')
  expect(permuted.filter(({ feature, value }) => value !== 0 && !read.includes(feature))).toEqual([])
  expect(permuted.some(({ value }) => value > 0.01)).toBe(true)
  const { rows, top } = await json<ScoringSummary>(run, 'scoring.json')
  expect(rows).toBeGreaterThan(20)
  expect(top[0]!.reasons.length).toBeGreaterThan(0)
}, 60_000)

/** What a config would do without training: the models that it brings along, and the plans of all. */
async function plansWith(set: string[], change: (features: FeatureSet) => Partial<FeatureSet> = () => ({})) {
  const { loaded, runsDir } = await trainRequest(folder, { set: set.map((one) => one.replace('RUN', first.runId)) })
  const { about, features: names, tags } = await modelOf(first)
  const features = { measured: [], fitted: [], inUse: names, recency: names[0]!, definitions: about!.definitions }
  expect(tags).toEqual([])
  const given = await readGivenModels(loaded, runsDir)
  return planModels(loaded.config, { ...features, ...change(features) }, given)
}

describe('startFrom', () => {
  const set = ['models.boosted.startFrom=RUN', 'models.boosted.trees=30']

  test('takes the features in the order of the earlier model, also one that does not vary any more', async () => {
    const { features } = await modelOf(first)
    const plans = await plansWith(set, ({ inUse }) => ({ inUse: inUse.toReversed().slice(1) }))
    expect(plans.find(({ name }) => name === 'boosted')!.recipe.features).toEqual(features)
  })

  test.each([
    [
      'a run that is not there',
      ['models.boosted.startFrom=20200101T000000Z-000000'],
      'config',
      /is neither a run \(no such run\) nor a path/,
    ],
    [
      'a file that is not there',
      ['models.boosted.startFrom=old/model.ebb'],
      'data',
      /the model cannot be read, expected .*old\/model.ebb, got ENOENT/,
    ],
    [
      'no tree left to add',
      [set[0]!, 'models.boosted.trees=20'],
      'config',
      /trees: more than the 20 that it starts with, got 20/,
    ],
    [
      'another horizon',
      [...set, 'churn.horizonDays=20'],
      'config',
      /another target, expected silent within 20 days .* got silent within 30 days/,
    ],
    [
      'a second target',
      [...set, 'churn.horizonsDays=[30, 60]'],
      'config',
      /expected silent within 60 days .* a start fits one target and horizon/,
    ],
    [
      'another eligibility',
      [...set, 'churn.eligible.withinDays=50'],
      'config',
      /got the same name with another definition/,
    ],
  ])('%s is one clear error', async (_, wrong, kind, message) => {
    await expect(plansWith(wrong)).rejects.toMatchObject({ kind, message: expect.stringMatching(message) })
  })

  test.each([
    [
      'a feature that is gone',
      ({ definitions: { [read[0]!]: _, ...rest } }: FeatureSet) => ({ definitions: rest }),
      /not here any more: \w+$/,
    ],
    ['a new feature', ({ inUse }: FeatureSet) => ({ inUse: [...inUse, 'brand_new'] }), /new here: brand_new$/],
    [
      'a feature with another definition',
      ({ definitions }: FeatureSet) => ({ definitions: { ...definitions, [read[0]!]: '0' } }),
      /defined otherwise: \w+$/,
    ],
  ])('%s is an error of kind data that names it', async (_, change, received) => {
    await expect(plansWith(set, change)).rejects.toMatchObject({
      kind: 'data',
      code: 'START_FEATURES',
      details: { received: expect.stringMatching(received) },
    })
  })

  test('labels that end by the first judged cutoff are no warning', async () => {
    const plans = await plansWith(set)
    const parts = (day: string) => ({ train: [], calibrate: [day], select: [day], test: ['2025-12-01'] }) as never
    expect(originsOf(plans, parts('2025-07-29')).get('boosted')!.hasSeenLabels).toBe('no')
    expect(originsOf(plans, parts('2025-07-28')).get('boosted')!.hasSeenLabels).toBe('yes')
  })
})

describe('kind imported', () => {
  const imported = (file: string, more = ''): string[] => [
    `models={ theirs: { kind: imported, file: ${folder}/${file}${more} } }`,
  ]

  test('what ebb models import kept is taken too, and the config says until when it was trained', async () => {
    const out = join(folder, 'theirs.ebb')
    const resources = { threads: 1, memoryBytes: 1e9 }
    const { signal } = new AbortController()
    await importForeignModel({ file: join(folder, 'theirs.txt'), out, score: null, signal, resources })
    const plans = await plansWith(
      imported('theirs.ebb', `, features: { their_name: ${read[0]} }, trainedUntil: 2025-07-01`),
    )
    expect(plans.at(-1)).toMatchObject({
      name: 'theirs',
      given: { reads: read, trees: 20, trainedUntil: '2025-07-01' },
    })
  })

  test('ebb models import scores 5,000 rows in parts of 1,000 as in one piece, the id of every row beside its probability', async () => {
    const names = ['their_name', ...read.slice(1)]
    const random = createRandom(2)
    const cells = Array.from({ length: 5000 }, () => names.map(() => (random.next() < 0.2 ? '' : random.integer(60))))
    const score = { table: join(folder, 'rows.csv'), id: null, to: join(folder, 'p.parquet') }
    await writeFile(
      score.table,
      [['id', ...names], ...cells.map((row, at) => [`u${at}`, ...row])].map((row) => row.join(',')).join('\n'),
    )
    const { signal } = new AbortController()
    const around = { file: join(folder, 'theirs.txt'), out: null, signal, resources: { threads: 1, memoryBytes: 5e8 } }
    const engine = await openDuckDb({ threads: 1, memoryBytes: 5e8, tempDirectory: join(folder, 'spill') })
    const scored = async (rowsPerPart: number, id: string | null) => {
      const { scored: done } = await importForeignModel({ ...around, score: { ...score, id, rowsPerPart } })
      expect(done!.rows).toBe(5000)
      return engine.rows(`SELECT * FROM '${score.to}'`)
    }
    const whole = await scored(5000, null)
    expect(whole.map(({ row }) => row)).toEqual([...whole.keys()])
    expect(new Set(whole.map(({ probability }) => probability)).size).toBeGreaterThan(3)
    expect(await scored(1000, null)).toEqual(whole)
    const named = whole.map(({ probability }, at) => ({ id: `u${at}`, probability }))
    expect(await scored(1000, 'id')).toEqual(named)
    await engine.close()
  })

  test.each([
    [
      'a name that the file does not have',
      'theirs.txt',
      ', features: { nothing: other }',
      /no feature is called "nothing"/,
    ],
    ['a file that is no model', 'events.csv', '', /not a model of LightGBM or XGBoost/],
    ['a file that is not there', 'none.txt', '', /the model cannot be read, expected .*none.txt, got ENOENT/],
  ])('%s is one clear error of kind data', async (_, file, more, message) => {
    await expect(plansWith(imported(file, more))).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(message),
    })
  })

  test('two features under one name, and a model of ebb itself, are refused', async () => {
    const twice = `, features: { their_name: ${read[1]} }`
    await expect(plansWith(imported('theirs.txt', twice))).rejects.toThrow(`two features are called "${read[1]}"`)
    const own = imported(`runs/${first.runId}/model/model.ebb`)
    await expect(plansWith(own)).rejects.toThrow('a model of ebb, not of another program')
  })

  test('a feature that the data do not have is named', async () => {
    const [given] = (await plansWith(imported('theirs.txt'))).flatMap(({ recipe }) => recipe.start ?? [])
    const train = { names: ['other'], columns: [{ kind: 'number', values: new Float32Array(1) }], rowCount: 1 } as const
    const rows = { ...train, users: new Uint32Array(1), cutoffs: new Uint16Array(1) }
    const recipe = { kind: 'imported', parameters: {}, features: ['other'], fitted: [], start: given! }
    const fit = { train: rows, y: new Uint8Array(1), random: createRandom(1), emit: () => undefined }
    const resources = { threads: 1, memoryBytes: 1e9 }
    const { signal } = new AbortController()
    await expect(ModelBundle.fit(recipe, { ...fit, resources, signal })).rejects.toThrow(
      'feature "their_name" is missing',
    )
  })
})
