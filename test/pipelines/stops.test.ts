import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunRecord } from '../../core/artifacts.ts'
import { EbbError } from '../../core/errors.ts'
import { train } from '../../pipelines/train.ts'
import { acquireLock } from '../../store/lock.ts'
import { lockPath } from '../../store/layout.ts'
import { tinyShop, trainRequest } from '../support/tiny-shop.ts'

let folder: string
beforeAll(async () => {
  folder = await tinyShop()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const quick = [
  ...['boosted', 'forest', 'network'].map((model) => `models.${model}=null`),
  'evaluate.bootstrap=10',
  'features.use=[transaction]',
]
/** The rest of the stages is stopped, as processes, in `test/slow/stops.test.ts`. */
const moments = [
  ...['extract', 'fit', 'features to score', 'write scores', 'report'].map((stage) => [stage, 'start']),
  // What is asked of the engine next belongs to no stage.
  ['write scores', 'done'],
]

it('a stop in five stages or between two publishes nothing, says so, is recorded as INTERRUPTED and frees the locks', async () => {
  for (const [stage, moment] of moments) {
    const stop = new AbortController()
    const request = await trainRequest(folder, {
      set: quick,
      signal: stop.signal,
      emit: (event) => {
        if (event.name === stage && event.message === moment)
          stop.abort(new DOMException('stopped by SIGTERM', 'AbortError'))
      },
    })
    const error = await train(request).catch((thrown: unknown) => thrown)
    expect([stage, error instanceof EbbError && error.kind]).toEqual([stage, 'interrupted'])
    const where = moment === 'start' ? `stage ${stage}` : 'run'
    expect((error as EbbError).message).toBe(`${where}: stopped on request; nothing was published`)
  }
  const runs = (await readdir(join(folder, 'runs'))).filter((name) => name.startsWith('2026'))
  expect(runs).toHaveLength(moments.length)
  for (const run of runs) {
    const record = JSON.parse(await readFile(join(folder, 'runs', run, 'run.json'), 'utf8')) as RunRecord
    expect(record).toMatchObject({ status: 'INTERRUPTED', exitCode: 143, scores: null })
  }
  expect(await readdir(join(folder, 'runs', '.store', 'locks'))).toEqual([])
  await expect(readFile(join(folder, 'scores', 'tiny-shop', 'v1', 'latest.json'))).rejects.toThrow('ENOENT')
}, 120_000)

it('a stop at the start of publish comes too late: the run is published and SUCCEEDED', async () => {
  const stop = new AbortController()
  const request = await trainRequest(folder, {
    set: quick,
    signal: stop.signal,
    emit: (event) => {
      if (event.name === 'publish' && event.message === 'start') stop.abort(new DOMException('stopped', 'AbortError'))
    },
  })
  const { runDir, runId } = await train(request)
  const record = JSON.parse(await readFile(join(runDir, 'run.json'), 'utf8')) as RunRecord
  expect(record).toMatchObject({ status: 'SUCCEEDED', exitCode: 0 })
  const latest = JSON.parse(await readFile(join(folder, 'scores', 'tiny-shop', 'v1', 'latest.json'), 'utf8')) as object
  expect(latest).toMatchObject({ run: runId })
})

it('a second run of the same scores while one is under way is told who holds the lock, kind temporary', async () => {
  const lock = await acquireLock({
    path: lockPath(join(folder, 'runs'), 'scores-tiny-shop'),
    purpose: 'ebb run shop.yaml',
  })
  const error = await train(await trainRequest(folder, { set: quick })).catch((thrown: unknown) => thrown)
  await lock.release()
  expect(error).toMatchObject({ kind: 'temporary', code: 'LOCK_HELD' })
  expect(String(error)).toContain(`held by pid ${process.pid}`)
})
