import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { RunRecord } from '../../core/artifacts.ts'
import { lockPath, storeFolder } from '../../store/layout.ts'
import { acquireLock } from '../../store/lock.ts'
import { ebbHere } from '../cli/ebb-here.ts'
import { tinyShop } from '../support/tiny-shop.ts'
import { cases, config, lines } from './bad-input-cases.ts'

it.each(cases)('$name: exit code $code, one line, nothing published', async ({ says, code, ...given }) => {
  const folder = await tinyShop({ lines, config, ...given })
  await given.prepare?.(folder)
  const { stdout, stderr, ...finished } = await run(folder, given.argv)
  expect(stderr).toBe(`${says}\n`)
  expect([finished.code, stdout]).toEqual([code, ''])
  expect(await leftovers(folder)).toEqual(code === 2 ? { runs: [], locks: [], published: [] } : failed(code))
  await rm(folder, { recursive: true })
})

it('a lock that another holds: exit code 75, one line, no run is opened', async () => {
  const folder = await tinyShop({ lines, config })
  const lock = await acquireLock({
    path: lockPath(join(folder, 'runs'), 'scores-tiny-shop'),
    purpose: 'ebb run other.yaml',
  })
  const { code, stdout, stderr } = await run(folder)
  expect(stderr).toMatch(
    /^ebb: <folder>\/runs\/\.store\/locks\/scores-tiny-shop\.lock: held by pid \d+ on .+ \(ebb run other\.yaml\) since .+Z; try again when it has finished\n$/,
  )
  expect([code, stdout]).toEqual([75, ''])
  await lock.release()
  expect(await leftovers(folder)).toEqual({ runs: [], locks: [], published: [] })
  await rm(folder, { recursive: true })
})

const failed = (exitCode: number) => ({
  runs: [{ status: 'FAILED', exitCode, scores: null }],
  locks: [],
  published: [],
})

/** `ebb run shop.yaml`, or the config after `--`; stages that were finished are not shown. */
async function run(folder: string, argv: readonly string[] = []) {
  const [path, ...rest] =
    argv[0] === '--' ? [argv[1]!.replace('<folder>', folder)] : [join(folder, 'shop.yaml'), ...argv]
  const places = ['--runs', join(folder, 'runs'), '--out', folder, '-s', 'resources.threads=1']
  const finished = await ebbHere('run', path!, ...places, ...rest)
  const stderr = finished.stderr.replaceAll(folder, '<folder>').replaceAll(/^✓.*\n/gm, '')
  return { ...finished, stderr }
}

/** What a refused run leaves behind. */
async function leftovers(folder: string) {
  const names = (of: string): Promise<string[]> => readdir(of).catch(() => [])
  const runsDir = join(folder, 'runs')
  const runs = []
  for (const name of await names(runsDir)) {
    if (join(runsDir, name) === storeFolder(runsDir)) continue
    const record = JSON.parse(await readFile(join(runsDir, name, 'run.json'), 'utf8')) as RunRecord
    runs.push({ status: record.status, exitCode: record.exitCode, scores: record.scores })
    expect(await names(join(runsDir, name))).not.toContain('tmp')
  }
  const published = [...(await names(join(folder, 'scores'))), ...(await names(join(folder, 'excluded')))]
  return { runs, locks: await names(join(storeFolder(runsDir), 'locks')), published }
}
