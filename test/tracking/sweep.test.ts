import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { lockPath, runLockPath } from '../../store/layout.ts'
import { processIdentity } from '../../store/process-identity.ts'
import { openTestRun, temporaryFolder } from './open-test-run.ts'

it('the next run, of whatever experiment, removes the locks and scratch of killed runs, never those of a living one', async () => {
  const runsDir = temporaryFolder()
  const [killed, living] = ['20261115T030012Z-aaaaaa', '20261115T030012Z-bbbbbb']
  const lockOf = (path: string, holder: object): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${JSON.stringify({ token: 'x', purpose: 'test', ...processIdentity(), ...holder })}\n`)
  }
  // No process has this number: the largest that Linux gives out is 2^22.
  const gone = { pid: 2 ** 22 + 1, startTicks: null }
  lockOf(runLockPath(runsDir, killed), gone)
  lockOf(runLockPath(runsDir, living), {})
  lockOf(lockPath(runsDir, 'scores-other'), gone)
  for (const id of [killed, living]) mkdirSync(join(runsDir, id, 'tmp'), { recursive: true })
  const run = await openTestRun(runsDir, { experiment: 'another' })
  try {
    expect(existsSync(runLockPath(runsDir, killed))).toBe(false)
    expect(existsSync(join(runsDir, killed, 'tmp'))).toBe(false)
    expect([runLockPath(runsDir, living), join(runsDir, living, 'tmp')].every((path) => existsSync(path))).toBe(true)
    // Whoever publishes next takes that one over itself.
    expect(existsSync(lockPath(runsDir, 'scores-other'))).toBe(true)
  } finally {
    await run.finish({ status: 'SUCCEEDED', exitCode: 0 })
  }
})
