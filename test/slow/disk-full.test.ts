import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tinyShop } from '../support/tiny-shop.ts'
import {
  type Finished,
  ebb,
  expectWholeFiles,
  locks,
  publishedRuns,
  recordOf,
  runIds,
  smallConfig,
  stagesOf,
} from './processes.ts'

/** A disk of so many KiB at `place`; a reason where it cannot be had. */
function mount(place: string, kib: number, how = ''): string | null {
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `${how}size=${kib}k`, 'tmpfs', place])
  return status === 0 ? null : (error?.message ?? String(stderr).trim())
}
const unmount = (place: string): void => void spawnSync('umount', ['-l', place])

const disk = await mkdtemp(join(tmpdir(), 'ebb-disk-'))
const refused = mount(disk, 64)
if (refused === null) unmount(disk)
else process.stdout.write(`skipped: a small disk cannot be mounted here (${refused})\n`)

let shop: string
beforeAll(async () => {
  shop = await tinyShop()
})
afterAll(async () => {
  unmount(disk)
  await Promise.all([disk, shop].map((folder) => rm(folder, { recursive: true, force: true })))
})

const run = ['run', 'shop.yaml']
const smallestKib = 24
/** Far more than a run needs, which is about 3 MiB. */
const enoughKib = 65_536
const growth = 1.2
const laterRunEvery = 4

const full = /^ebb: (\S+): no space left on the disk; free disk space and run again\n$/

/** An empty disk of so many KiB with the config of the shop. */
async function newDisk(kib: number): Promise<void> {
  expect(mount(disk, kib)).toBe(null)
  await writeFile(join(disk, 'shop.yaml'), smallConfig.replace('events.csv', join(shop, 'events.csv')))
}

it.skipIf(refused !== null)(
  'on disks of 24 KiB and more: exit code 75 and one line that names the file, nothing published, until a run fits',
  async () => {
    const named: string[] = []
    let kib = smallestKib
    for (let attempt = 0; kib < enoughKib; kib = Math.ceil((kib * growth) / 4) * 4, attempt++) {
      await newDisk(kib)
      const { code, stdout, stderr } = await ebb(disk, run)
      if (code === 0) break
      named.push(expectFull(kib, { code, stdout, stderr }))
      await expectNothingPublished()
      if (attempt % laterRunEvery === 0) await expectLaterRunWorks()
      unmount(disk)
    }
    process.stdout.write(`a run fits on a disk of ${kib} KiB; no room before for ${named.join(', ')}\n`)
    expect(kib).toBeLessThan(enoughKib)
    expect(await publishedRuns(disk)).toHaveLength(1)
    expect(named.length).toBeGreaterThan(10)
    expect(new Set(named).size).toBeGreaterThan(5)
    unmount(disk)
  },
)

it.skipIf(refused !== null)(
  'a disk that others fill up in the middle of a run, at each stage: 75, one line, nothing published; what is published stays so',
  async () => {
    await newDisk(enoughKib)
    expect(await ebb(disk, run)).toMatchObject({ code: 0 })
    const [first] = await runIds(disk)
    const stages = [...(await stagesOf(disk, first!)).ms.keys()]
    unmount(disk)
    const named: string[] = []
    for (const stage of stages) {
      await newDisk(8_192)
      const finished = await ebb(disk, run, { fill: 'filler', stage, delayMs: 0 })
      const [id] = await runIds(disk)
      if (stage === 'publish') {
        // Publishing takes no space, and what the scratch has left is enough for the record.
        expect(finished).toMatchObject({ code: 0 })
        expect(await publishedRuns(disk)).toEqual([id])
        expect(await recordOf(disk, id!)).toMatchObject({ status: 'SUCCEEDED', exitCode: 0 })
      } else {
        named.push(`${stage}: ${expectFull(stage, finished)}`)
        await expectNothingPublished()
      }
      unmount(disk)
    }
    process.stdout.write(`filled at a stage, no room for: ${named.join(', ')}\n`)
    expect(named.length).toBe(stages.length - 1)
  },
)

/** Exit code 75 and nothing but one line; returns the file that it names, in the run's folder. */
function expectFull(when: number | string, { code, stdout, stderr }: Finished): string {
  expect([when, code, stdout]).toEqual([when, 75, ''])
  expect([when, stderr]).toEqual([when, expect.stringMatching(full)])
  return full.exec(stderr)![1]!.replace(/^runs\/\d+T\d+Z-\w+\//, '')
}

async function expectNothingPublished(): Promise<void> {
  expect([await publishedRuns(disk), await publishedRuns(disk, 'excluded'), await locks(disk)]).toEqual([[], [], []])
  await expectWholeFiles(disk)
  for (const id of await runIds(disk)) {
    // A disk without room for a record of 1 KiB keeps the first one: RUNNING without a lock reads as CRASHED.
    const { status, exitCode } = await recordOf(disk, id)
    expect([
      ['FAILED', 75],
      ['RUNNING', null],
    ]).toContainEqual([status, exitCode])
    expect(await readdir(join(disk, 'runs', id))).not.toContain('tmp')
  }
}

async function expectLaterRunWorks(): Promise<void> {
  expect(mount(disk, enoughKib, 'remount,')).toBe(null)
  const before = new Set(await runIds(disk))
  expect(await ebb(disk, run)).toMatchObject({ code: 0 })
  const id = (await runIds(disk)).find((each) => !before.has(each))
  expect(await publishedRuns(disk)).toEqual([id])
  const latest = await readFile(join(disk, 'scores', 'tiny-shop', 'v1', 'latest.json'), 'utf8')
  expect(JSON.parse(latest)).toMatchObject({ run: id })
}
