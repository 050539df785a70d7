import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findRun, listRuns, readMetrics } from '../../tracking/read.ts'
import { failure, finishedRun, openTestRun, temporaryFolder } from './open-test-run.ts'

describe('listRuns', () => {
  it('a missing folder has none; newest first; other folders are not runs', async () => {
    const runsDir = temporaryFolder()
    expect(await listRuns(join(runsDir, 'none'))).toEqual([])
    const a = await finishedRun(runsDir, 1)
    const b = await finishedRun(runsDir, 2)
    mkdirSync(join(runsDir, 'notes'))
    expect((await listRuns(runsDir)).map(({ id }) => id)).toEqual([b.id, a.id])
  })

  it('RUNNING with a live lock is RUNNING, without one CRASHED', async () => {
    const runsDir = temporaryFolder()
    const run = await openTestRun(runsDir)
    expect((await listRuns(runsDir))[0]?.status).toBe('RUNNING')
    rmSync(join(runsDir, '.store'), { recursive: true })
    expect((await listRuns(runsDir))[0]).toMatchObject({ id: run.id, status: 'CRASHED', record: { status: 'CRASHED' } })
  })

  it.each([
    ['no run.json', undefined, 'run.json is missing'],
    ['half of one', '{"schemaVersion": 1, "id"', /^run.json: .*JSON/],
    ['another document', '{"schemaVersion": 1}', /^run.json: id: /],
    ['a later schema', '{"schemaVersion": 2}', /^run.json: schemaVersion: /],
    ['not even an object', '7', /^run.json: document: /],
  ])('%s is CORRUPT, said so, and harms nobody', async (_name, text, problem) => {
    const runsDir = temporaryFolder()
    const good = await finishedRun(runsDir, 1)
    const dir = join(runsDir, '20261116T030059Z-abcdef')
    mkdirSync(dir)
    if (text !== undefined) writeFileSync(join(dir, 'run.json'), text)
    const runs = await listRuns(runsDir)
    expect(runs.map(({ status }) => status)).toEqual(['CORRUPT', 'SUCCEEDED'])
    expect(runs[0]!.problem).toMatch(problem)
    expect((await findRun(runsDir, '@latest')).id).toBe(good.id)
    expect((await failure(findRun(runsDir, '20261116T030059Z'))).message).toContain('the run cannot be read: run.json')
  })
})

describe('findRun', () => {
  it('takes an id, the unique start of one, and @latest', async () => {
    const runsDir = temporaryFolder()
    const a = await finishedRun(runsDir, 1)
    const b = await finishedRun(runsDir, 2)
    expect((await findRun(runsDir, a.id)).id).toBe(a.id)
    expect((await findRun(runsDir, '20261116T030001')).id).toBe(a.id)
    expect((await findRun(runsDir, '@latest')).id).toBe(b.id)
  })

  it('an ambiguous start, an unknown one and an empty folder are usage errors that help', async () => {
    const runsDir = temporaryFolder()
    const none = await failure(findRun(runsDir, '@latest'))
    expect(none).toMatchObject({ code: 'RUN_UNKNOWN', kind: 'usage' })
    expect(none.message).toBe(`run "@latest": no such run; there are no runs in ${runsDir}`)
    await finishedRun(runsDir, 1)
    await finishedRun(runsDir, 2)
    expect((await failure(findRun(runsDir, '2026'))).message).toMatch(
      /^run "2026": 2 runs start like this: \S+, \S+; give/,
    )
    expect((await failure(findRun(runsDir, ''))).message).toContain('no such run')
    expect((await failure(findRun(runsDir, '1999'))).message).toBe('run "1999": no such run; ebb runs lists them')
  })

  it('@best takes the winner on test: highest auc, lowest log_loss, calibration_slope nearest 1', async () => {
    const runsDir = temporaryFolder()
    const metrics = (winner: string, auc: number, logLoss: number, slope: number) => ({
      'metrics.json': {
        winner,
        [`test.${winner}.auc`]: auc,
        [`test.${winner}.log_loss`]: logLoss,
        [`test.${winner}.calibration_slope`]: slope,
        'test.other.auc': 0.99,
        'select.boosted.auc': auc / 2,
      },
    })
    const a = await finishedRun(runsDir, 1, metrics('boosted', 0.8, 0.5, 1.3))
    const b = await finishedRun(runsDir, 2, metrics('logistic', 0.7, 0.4, 1.5))
    const c = await finishedRun(runsDir, 3, metrics('boosted', 0.6, 0.6, 0.9))
    await finishedRun(runsDir, 4, metrics('boosted', Number.NaN, Number.NaN, Number.NaN))
    await finishedRun(runsDir, 5)
    const failed = await openTestRun(runsDir)
    await failed.writeJson('metrics.json', metrics('boosted', 1, 0, 1)['metrics.json'])
    await failed.finish({ status: 'FAILED', exitCode: 1 })
    expect((await findRun(runsDir, '@best:auc')).id).toBe(a.id)
    expect((await findRun(runsDir, '@best:log_loss')).id).toBe(b.id)
    expect((await findRun(runsDir, '@best:calibration_slope')).id).toBe(c.id)
    expect((await findRun(runsDir, '@best:select.boosted.auc')).id).toBe(a.id)
    expect((await failure(findRun(runsDir, '@best:nonsense'))).message).toContain('no such metric, expected one of auc')
    expect((await failure(findRun(runsDir, '@best:select.none.auc'))).message).toContain('no such run')
  })
})

describe('readMetrics', () => {
  it('is empty when the file is missing, torn or no map', async () => {
    const dir = temporaryFolder()
    expect(await readMetrics(dir)).toEqual({})
    writeFileSync(join(dir, 'metrics.json'), '{"a"')
    expect(await readMetrics(dir)).toEqual({})
    writeFileSync(join(dir, 'metrics.json'), '3')
    expect(await readMetrics(dir)).toEqual({})
    writeFileSync(join(dir, 'metrics.json'), '{"a": "NaN"}')
    expect(await readMetrics(dir)).toEqual({ a: Number.NaN })
  })
})
