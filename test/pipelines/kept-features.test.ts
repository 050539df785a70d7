import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import { canSweep } from '../../features/sweep.ts'
import { sumOf, sumStep } from '../../features/refresh/kept-sum.ts'
import type { KeptState } from '../../features/refresh.ts'
import { KeptFeatures } from '../../pipelines/kept-features.ts'
import { openTestEngine } from '../features/engine.ts'
import { loadShop } from '../features/refresh-compare.ts'
import { catalogContext, randomWorld, testPlan } from '../features/world.ts'
import { failure, temporaryFolder } from '../store/temporary-folder.ts'

let engine: Engine & { readonly scanner: ColumnScanner }
beforeAll(async () => {
  const opened = await openTestEngine()
  if (!canSweep(opened)) throw new Error('the test engine scans')
  engine = opened
})
afterAll(() => engine.close())

const { features, ...plan } = testPlan(catalogContext({ families: ['activity'], attributes: [] }))
const small = {
  ...plan,
  features: features.filter(({ name }) => name === 'event_count_7d' || name === 'days_since_event'),
}

test('verify finds a kept value that is not what a full build gives, and removes what was kept; off removes it too', async () => {
  const { events } = randomWorld(createRandom('kept'), { users: 40, delays: [0], categories: ['a'] })
  await loadShop(engine, events)
  const runsDir = temporaryFolder()
  const kept = join(runsDir, '.store', 'features', 'shop')
  const said: string[] = []
  const emit = ({ message }: { message?: string }): void => void said.push(message ?? '')
  const open = (mode: 'auto' | 'off' | 'verify') =>
    KeptFeatures.open({ runsDir, experiment: 'shop', mode, purpose: 'test', emit })
  const making = {
    resources: { threads: 1, memoryBytes: 3e8 },
    workDir: runsDir,
    signal: new AbortController().signal,
    emit,
  }
  const build = async (mode: 'auto' | 'verify') => {
    const one = (await open(mode))!
    try {
      return (await one.examples(engine, small, making)).report
    } finally {
      await one.release()
    }
  }
  expect(await build('auto')).toMatchObject({ eventsRead: events.length, cutoffsMade: 3 })
  expect(await build('verify')).toMatchObject({ eventsRead: 0, cutoffsMade: 0 })

  // A fault that no checksum can find: the file and its checksum agree, the first label is wrong.
  const stateFile = join(kept, 'state.json')
  const state = JSON.parse(await readFile(stateFile, 'utf8')) as KeptState
  const [{ file, rows }] = state.cutoffs as [KeptState['cutoffs'][number]]
  await writeFile(stateFile, JSON.stringify({ ...state, schemaVersion: 2 }))
  expect(await build('auto')).toMatchObject({ eventsRead: events.length, reason: 'another version of Ebb kept it' })
  expect(await build('auto')).toMatchObject({ eventsRead: 0, reason: null })
  await writeFile(stateFile, '{"schemaVersion": 3, "par')
  const damaged = 'the list of what was kept is damaged, everything is computed anew'
  expect(await build('auto')).toMatchObject({ eventsRead: events.length, reason: damaged })
  expect(said).toContain(`${damaged}: ${kept}`)

  const bytes = await readFile(join(kept, file.name))
  const inSteps = (length: number): number => Math.ceil(length / sumStep) * sumStep
  bytes[inSteps(8) + inSteps(4 * rows)]! ^= 1
  await writeFile(join(kept, file.name), bytes)
  Object.assign(file, { blocks: [[bytes.length, sumOf(bytes)]] })
  await writeFile(stateFile, JSON.stringify(state))
  expect(await failure(build('verify'))).toMatchObject({ code: 'FEATURES_STALE', kind: 'stage' })
  expect(await readdir(join(runsDir, '.store', 'features'))).toEqual([])

  const first = (await open('auto'))!
  expect(await open('auto')).toBeNull()
  expect(said).toContain('another run of this experiment is at work: all features are computed anew')
  await first.examples(engine, small, making)
  await first.release()
  expect(await readdir(kept)).toContain('state.json')
  expect(await open('off')).toBeNull()
  expect(await readdir(join(runsDir, '.store', 'features'))).toEqual([])
})
