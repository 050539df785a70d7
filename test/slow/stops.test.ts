import { execFile } from 'node:child_process'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { locate } from '../../core/locate.ts'
import { tinyShop } from '../support/tiny-shop.ts'
import {
  type Act,
  ebb,
  expectWholeFiles,
  locks,
  publishedRuns,
  recordOf,
  runIds,
  smallConfig,
  stagesOf,
  startEbb,
  testFile,
} from './processes.ts'

const run = ['run', 'shop.yaml']
let folder: string
/** Stages in their order, with the milliseconds that each takes here. */
let stages: Map<string, number>
const published: string[] = []

beforeAll(async () => {
  folder = await tinyShop({ config: smallConfig })
  expect(await ebb(folder, run)).toMatchObject({ code: 0 })
  const [first] = await runIds(folder)
  stages = (await stagesOf(folder, first!)).ms
  published.push(first!)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const rounds = 3

/**
 * Hits a run in the middle of a stage; where the stage was over too soon, once more and earlier. A stage of few
 * milliseconds is over before its beginning is in the log: it is hit when its task is handed over. A moment that this
 * machine missed is tried again, in all so many rounds.
 */
async function hit(stage: string, signal: NodeJS.Signals) {
  const order = [...stages.keys()]
  const acts: readonly Act[] = [
    ...[0.5, 0.2].map((share) => ({ signal, stage, delayMs: Math.floor(share * stages.get(stage)!) })),
    { signal, stage, delayMs: 0 },
    { signal, task: stage },
  ]
  for (const act of Array.from({ length: rounds }, () => acts).flat()) {
    const before = new Set(await runIds(folder))
    const finished = await ebb(folder, run, act)
    const id = (await runIds(folder)).find((each) => !before.has(each))!
    const last = (await stagesOf(folder, id)).begun.at(-1)
    const isUnlogged = 'task' in act && signal === 'SIGKILL' && last === order[order.indexOf(stage) - 1]
    if (last === stage || isUnlogged) return { ...finished, id }
    // Beyond the last stage the run is published, as good as any other.
    if ((await publishedRuns(folder)).includes(id)) published.push(id)
  }
  throw new Error(`stage ${stage} could not be hit`)
}

const sorted = (names: readonly string[]): string[] => [...names].sort()

async function expectNothingNew(): Promise<void> {
  expect(sorted(await publishedRuns(folder))).toEqual(sorted(published))
  await publishedRuns(folder, 'excluded')
  await expectWholeFiles(folder)
}

/** A run from start to end: published, the latest, and no scratch of anybody left. */
async function expectNextRunWorks(): Promise<void> {
  const before = new Set(await runIds(folder))
  expect(await ebb(folder, run)).toMatchObject({ code: 0 })
  const id = (await runIds(folder)).find((each) => !before.has(each))
  published.push(id!)
  expect(await recordOf(folder, id!)).toMatchObject({ status: 'SUCCEEDED', exitCode: 0 })
  for (const root of ['scores', 'excluded'] as const) {
    const version = join(folder, root, 'tiny-shop', 'v1')
    expect(JSON.parse(await readFile(join(version, 'latest.json'), 'utf8'))).toMatchObject({ run: id })
    expect(await readdir(join(folder, root, 'tiny-shop', '.staging'))).toEqual([])
  }
  for (const each of await runIds(folder)) expect(await readdir(join(folder, 'runs', each))).not.toContain('tmp')
  await expectNothingNew()
}

describe('SIGINT and SIGTERM', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in every stage: exit code %i, INTERRUPTED, nothing published, no lock', async (signal, code) => {
    for (const stage of stages.keys()) {
      if (stage === 'publish') continue
      const finished = await hit(stage, signal)
      const said = finished.stderr.trimEnd().split('\n')
      expect([stage, finished.code, finished.stdout]).toEqual([stage, code, ''])
      expect(said).toHaveLength(2)
      expect(said[0]).toMatch(/^stopping at the next safe point/)
      expect(said[1]).toMatch(/^ebb: .+: stopped.*$/)
      expect(await recordOf(folder, finished.id)).toMatchObject({ status: 'INTERRUPTED', exitCode: code, scores: null })
      expect(await readdir(join(folder, 'runs', finished.id))).not.toContain('tmp')
      expect(await locks(folder)).toEqual([])
      await expectNothingNew()
    }
    await expectNextRunWorks()
  })
})

/** After kill -9: the run is shown as crashed; scores of it are there or not, but whole. */
async function expectCrashed(id: string, arePublished: boolean | null): Promise<void> {
  const { stdout } = await ebb(folder, ['runs', '--json'])
  const listed = (JSON.parse(stdout) as { runs: { id: string; status: string }[] }).runs
  expect(listed.find((each) => each.id === id)).toMatchObject({ status: 'CRASHED' })
  const isThere = (await publishedRuns(folder)).includes(id)
  if (arePublished !== null) expect([id, isThere]).toEqual([id, arePublished])
  if (isThere) published.push(id)
  await expectNothingNew()
}

describe('kill -9', () => {
  it('in every stage: nothing is torn, the run reads as CRASHED, the next run works and publishes', async () => {
    for (const stage of stages.keys()) {
      const { id, code } = await hit(stage, 'SIGKILL')
      expect([stage, code]).toEqual([stage, 'SIGKILL'])
      await expectCrashed(id, stage === 'publish' ? null : false)
      await expectNextRunWorks()
    }
  })

  it('at each of the six renames of a publication: whole folders under final names, the next run works', async () => {
    const moments: readonly (Act & { rename: number })[] = [
      { signal: 'SIGKILL', rename: 1, when: 'before' },
      ...[1, 2, 3, 4, 5, 6].map((rename) => ({ signal: 'SIGKILL', rename, when: 'after' }) as const),
    ]
    for (const act of moments) {
      const before = new Set(await runIds(folder))
      expect(await ebb(folder, run, act)).toMatchObject({ code: 'SIGKILL' })
      const id = (await runIds(folder)).find((each) => !before.has(each))
      // Excluded users come first: folder, current, latest; then the scores.
      await expectCrashed(id!, act.rename >= 4)
      await expectNextRunWorks()
    }
    const before = new Set(await runIds(folder))
    expect(await ebb(folder, run, { signal: 'SIGKILL', rename: 7, when: 'before' })).toMatchObject({ code: 0 })
    published.push(...(await runIds(folder)).filter((each) => !before.has(each)))
  })
})

describe('two runs at once', () => {
  it('the second is told who holds the lock in one line, exit code 75; afterwards it works', async () => {
    const first = startEbb(folder, run)
    // A lock is made empty, and its holder written into it.
    const lock = join(folder, 'runs', '.store', 'locks', 'scores-tiny-shop.lock')
    while (!(await readFile(lock, 'utf8').catch(() => '')).endsWith('}\n'))
      await new Promise((resolve) => setTimeout(resolve, 5))
    // Stopped, so that it surely holds the lock as long as the second one looks.
    process.kill(first.pid, 'SIGSTOP')
    const second = await ebb(folder, run)
    expect(second).toMatchObject({ code: 75, stdout: '' })
    expect(second.stderr).toMatch(
      new RegExp(
        `^ebb: runs/\\.store/locks/scores-tiny-shop\\.lock: held by pid ${first.pid} on \\S+ \\(ebb run shop\\.yaml\\) since \\S+; try again when it has finished\\n$`,
      ),
    )
    process.kill(first.pid, 'SIGCONT')
    expect(await first.finished).toMatchObject({ code: 0 })
    published.push(...(await publishedRuns(folder)).filter((each) => !published.includes(each)))
    await expectNextRunWorks()
  })

  it('of four that start at the same moment each publishes or gets 75, and one at least publishes', async () => {
    const before = published.length
    const finished = await Promise.all([1, 2, 3, 4].map(() => ebb(folder, run)))
    const codes = finished.map(({ code }) => code)
    expect(codes.filter((code) => code !== 0 && code !== 75)).toEqual([])
    for (const { code, stderr } of finished) if (code === 75) expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    published.push(...(await publishedRuns(folder)).filter((each) => !published.includes(each)))
    expect(published.length - before).toBe(codes.filter((code) => code === 0).length)
    expect(published.length - before).toBeGreaterThan(0)
    await expectNothingNew()
  })
})

describe('the main thread while models train', () => {
  it('is never away from the event loop for more than 250 ms in a run of the quickstart', async () => {
    const dist = join(locate('cli/main.js'), '..', '..')
    const config = join(dist, '..', 'configs', 'quickstart.yaml')
    const measure = async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [testFile('loop-delay.mjs'), dist, config, folder])
      return JSON.parse(stdout) as { maxMs: number; byStage: Record<string, number> }
    }
    // A machine that swaps or shares its cores can take a thread away; twice at the same length it was ours.
    const first = await measure()
    const best = first.maxMs <= 250 ? first : await measure()
    process.stdout.write(`longest time without an event loop: ${best.maxMs} ms ${JSON.stringify(best.byStage)}\n`)
    expect(best.maxMs).toBeLessThanOrEqual(250)
  })
})
