import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../core/artifacts.ts'
import { EbbError } from '../../core/errors.ts'
import { runLockPath } from '../../store/layout.ts'
import { inspectLock } from '../../store/lock.ts'
import { listRuns } from '../../tracking/read.ts'
import { openRun, type Run } from '../../tracking/run.ts'
import { atEveryStep, faultyFileSystem } from '../store/faulty-file-system.ts'
import { failure, openTestRun, runOptions, temporaryFolder } from './open-test-run.ts'

const onDisk = (run: Run): RunRecord => JSON.parse(readFileSync(run.path('run.json'), 'utf8')) as RunRecord
const lines = (run: Run, name: string): unknown[] =>
  readFileSync(run.path(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('openRun', () => {
  it('makes runs/<utc second>-<6 hex>/run.json with status RUNNING under a live lock', async () => {
    const runsDir = temporaryFolder()
    const run = await openTestRun(runsDir, { asOf: '2026-11-15' })
    expect(run.id).toMatch(/^20261116T030012Z-[0-9a-f]{6}$/)
    expect(run.dir).toBe(join(runsDir, run.id))
    const { environment } = runOptions(runsDir)
    expect(onDisk(run)).toEqual({
      schemaVersion: 1,
      id: run.id,
      experiment: 'shop-churn',
      command: 'ebb run shop.yaml',
      status: 'RUNNING',
      key: null,
      attempt: 1,
      asOf: '2026-11-15',
      startedAt: '2026-11-16T03:00:12.500Z',
      finishedAt: null,
      durationMs: null,
      exitCode: null,
      error: null,
      configHash: 'c0ffee',
      seed: 20261116,
      versions: { ebb: '0.1.0', node: '20.20.0', engine: null },
      git: environment.git,
      host: environment.host,
      scores: null,
      winner: null,
    })
    expect((await inspectLock(runLockPath(runsDir, run.id))).state).toBe('held')
  })

  it('two runs of the same second stand beside each other; the same id is refused', async () => {
    const runsDir = temporaryFolder()
    const a = await openTestRun(runsDir)
    const b = await openTestRun(runsDir)
    expect(a.id).not.toBe(b.id)
    expect(await failure(openRun(runOptions(runsDir, { id: a.id })))).toMatchObject({ code: 'LOCK_HELD' })
    await a.finish({ status: 'SUCCEEDED', exitCode: 0 })
    expect(await failure(openRun(runOptions(runsDir, { id: a.id })))).toMatchObject({ code: 'RUN_EXISTS' })
    expect((await inspectLock(runLockPath(runsDir, a.id))).state).toBe('free')
  })
})

describe('a run', () => {
  it('writes JSON with NaN as text, text, and files in folders', async () => {
    const run = await openTestRun(temporaryFolder())
    await run.writeJson('metrics.json', { 'test.gbdt.auc': 0.5, x: Number.NaN })
    await run.writeJson('plots/roc.json', [])
    await run.writeText('sql/features.sql', 'SELECT 1;\n')
    expect(readFileSync(run.path('metrics.json'), 'utf8')).toBe('{\n  "test.gbdt.auc": 0.5,\n  "x": "NaN"\n}\n')
    expect(readFileSync(run.path('plots', 'roc.json'), 'utf8')).toBe('[]\n')
    expect(readFileSync(run.path('sql', 'features.sql'), 'utf8')).toBe('SELECT 1;\n')
  })

  it('appends metrics in order and events with time, level and fields but no host', async () => {
    const run = await openTestRun(temporaryFolder())
    for (let step = 0; step < 3; step++)
      run.metric('fit.gbdt.log_loss', step === 2 ? Number.NaN : 0.5 - step / 10, step)
    run.events.info({ stage: 'fit', rows: 7 }, 'start')
    await run.finish({ status: 'SUCCEEDED', exitCode: 0 })
    const ts = '2026-11-16T03:00:14.000Z'
    expect(lines(run, 'metrics.jsonl')).toEqual([
      { key: 'fit.gbdt.log_loss', value: 0.5, step: 0, ts },
      { key: 'fit.gbdt.log_loss', value: 0.4, step: 1, ts },
      { key: 'fit.gbdt.log_loss', value: 'NaN', step: 2, ts },
    ])
    expect(lines(run, 'events.jsonl')).toEqual([{ level: 30, time: ts, stage: 'fit', rows: 7, msg: 'start' }])
  })

  it('takes facts on the way and how it ended; finish counts once and frees the lock', async () => {
    const runsDir = temporaryFolder()
    const run = await openTestRun(runsDir)
    await run.setKey('shop-churn/2026-11-15/abc')
    await run.update({ engine: 'duckdb 1.5.6', winner: 'boosted', asOf: '2026-11-15', attempt: 2 })
    expect(onDisk(run)).toMatchObject({ key: 'shop-churn/2026-11-15/abc', attempt: 2, status: 'RUNNING' })
    mkdirSync(run.path('tmp', 'engine'), { recursive: true })
    await run.finish({ status: 'SUCCEEDED', exitCode: 0, scores: 'scores/shop-churn' })
    await run.finish({ status: 'FAILED', exitCode: 1 })
    expect(onDisk(run)).toMatchObject({
      status: 'SUCCEEDED',
      exitCode: 0,
      error: null,
      winner: 'boosted',
      scores: 'scores/shop-churn',
      finishedAt: '2026-11-16T03:00:14.000Z',
      durationMs: 1500,
      versions: { engine: 'duckdb 1.5.6' },
    })
    expect(run.record).toEqual(onDisk(run))
    expect(existsSync(run.path('tmp'))).toBe(false)
    expect((await inspectLock(runLockPath(runsDir, run.id))).state).toBe('free')
  })

  it('records an EbbError with code and hint, anything else as INTERNAL', async () => {
    const runsDir = temporaryFolder()
    const fault = new EbbError({ code: 'X', kind: 'data', where: 'a', what: 'b', hint: 'c' })
    const ends = [
      { error: fault, expected: { code: 'X', message: 'a: b; c', hint: 'c' } },
      { error: new TypeError('oops'), expected: { code: 'INTERNAL', message: 'oops' } },
      { error: 'text', expected: { code: 'INTERNAL', message: 'text' } },
    ]
    for (const { error, expected } of ends) {
      const run = await openTestRun(runsDir)
      await run.finish({ status: 'FAILED', exitCode: 1, error })
      expect(onDisk(run).error).toEqual(expected)
    }
  })
})

describe('a full disk', () => {
  it('at every step of a whole run: no torn JSON, the original error wins, the next run works', async () => {
    const steps = await atEveryStep('full', async (fs) => {
      const runsDir = temporaryFolder()
      const original = new EbbError({ code: 'ORIGINAL', kind: 'data', where: 'x', what: 'y' })
      const work = async (): Promise<void> => {
        const run = await openRun(runOptions(runsDir, { fs }))
        try {
          run.metric('a', 1, 0)
          run.events.info('hello')
          await run.writeJson('metrics.json', { a: 1 })
          throw original
        } catch (error) {
          await run.finish({ status: 'FAILED', exitCode: 20, error })
          throw error
        }
      }
      const error = await failure(work())
      if (!fs.hasFailed()) expect(error).toBe(original)
      else expect(['ORIGINAL', 'DISK_FULL']).toContain(error.code)
      for (const entry of await listRuns(runsDir)) {
        expect(['FAILED', 'CRASHED']).toContain(entry.status)
        for (const name of readdirSync(entry.dir).filter((name) => name.endsWith('.json')))
          expect(() => JSON.parse(readFileSync(join(entry.dir, name), 'utf8')) as unknown).not.toThrow()
      }
      await openTestRun(runsDir)
    })
    expect(steps).toBeGreaterThan(10)
  })

  it('a run whose logs could not be written is not a success', async () => {
    const runsDir = temporaryFolder()
    // Steps 1-3: lock; 4-8: run.json; 9: the log.
    const run = await openRun(runOptions(runsDir, { fs: faultyFileSystem(9, 'once') }))
    run.metric('a', 1, 0)
    const error = await failure(run.finish({ status: 'SUCCEEDED', exitCode: 0 }))
    expect(error).toMatchObject({ code: 'DISK_FULL', kind: 'temporary' })
    expect(onDisk(run)).toMatchObject({ status: 'FAILED', exitCode: 75, error: { code: 'DISK_FULL' } })
    expect((await inspectLock(runLockPath(runsDir, run.id))).state).toBe('free')
  })

  it('flush tells of lost lines before scores are published; once they are, a lost line is no failure', async () => {
    const runsDir = temporaryFolder()
    const run = await openRun(runOptions(runsDir, { fs: faultyFileSystem(9, 'once') }))
    await run.flush()
    run.metric('a', 1, 0)
    expect(await failure(run.flush())).toMatchObject({ code: 'DISK_FULL' })
    await run.finish({ status: 'SUCCEEDED', exitCode: 0, scores: 'scores/shop' })
    expect(onDisk(run)).toMatchObject({ status: 'SUCCEEDED', exitCode: 0, error: null })
  })

  it('success that cannot be recorded throws, and reads as CRASHED', async () => {
    const runsDir = temporaryFolder()
    const run = await openRun(runOptions(runsDir, { fs: faultyFileSystem(9, 'full') }))
    expect(await failure(run.finish({ status: 'SUCCEEDED', exitCode: 0 }))).toMatchObject({ code: 'DISK_FULL' })
    expect((await listRuns(runsDir))[0]?.status).toBe('CRASHED')
  })
})

describe('kill -9', () => {
  it('the run reads as CRASHED, and the next run removes its scratch', async () => {
    const runsDir = temporaryFolder()
    const child = fileURLToPath(new URL('./run-child.mjs', import.meta.url))
    const { stdout, signal } = spawnSync(process.execPath, [child, runsDir], { encoding: 'utf8' })
    expect(signal).toBe('SIGKILL')
    expect(await listRuns(runsDir)).toMatchObject([{ id: stdout, status: 'CRASHED', record: { status: 'CRASHED' } }])
    expect(existsSync(join(runsDir, stdout, 'tmp', 'spill'))).toBe(true)
    const next = await openTestRun(runsDir)
    mkdirSync(next.path('tmp'))
    await openTestRun(runsDir)
    expect(existsSync(join(runsDir, stdout, 'tmp'))).toBe(false)
    expect(existsSync(next.path('tmp'))).toBe(true)
  })
})
