import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { processIdentity } from '../../store/process-identity.ts'
import type { RunOptions } from '../../tracking/run-options.ts'
import { openRun, type Run } from '../../tracking/run.ts'

/** A fresh folder, removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-tracking-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const { pid, host, bootId } = processIdentity()

export const runOptions = (runsDir: string, more: Partial<RunOptions> = {}): RunOptions => ({
  runsDir,
  experiment: 'shop-churn',
  command: 'ebb run shop.yaml',
  now: new Date('2026-11-16T03:00:12.500Z'),
  elapsedMs: () => 1_500,
  seed: 20261116,
  configHash: 'c0ffee',
  environment: {
    versions: { ebb: '0.1.0', node: '20.20.0' },
    git: { commit: 'a'.repeat(40), dirty: false },
    host: { name: host, pid, bootId },
  },
  ...more,
})

/** A run that is ended when the test ends. */
export async function openTestRun(runsDir: string, more: Partial<RunOptions> = {}): Promise<Run> {
  const run = await openRun(runOptions(runsDir, more))
  onTestFinished(() => run.finish({ status: 'FAILED', exitCode: 1 }).catch(() => undefined))
  return run
}

/** A finished run with metrics; `second` is the second of its start. */
export async function finishedRun(
  runsDir: string,
  second: number,
  files: Readonly<Record<string, unknown>> = {},
): Promise<Run> {
  const now = new Date(Date.UTC(2026, 10, 16, 3, 0, second))
  const run = await openTestRun(runsDir, { now })
  for (const [name, value] of Object.entries(files)) await run.writeJson(name, value)
  await run.finish({ status: 'SUCCEEDED', exitCode: 0 })
  return run
}

/** The error that `work` rejects with; fails when it does not. */
export async function failure(work: Promise<unknown>): Promise<Error & { code?: string; kind?: string }> {
  return work.then(
    () => {
      throw new Error('expected a rejection')
    },
    (error: unknown) => error as Error,
  )
}
