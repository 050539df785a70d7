import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Engine } from '../../engines/engine.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'

/** A fresh folder, removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** DuckDB in a fresh folder, closed when the test ends. */
export async function openTestEngine(threads = 2, signal?: AbortSignal): Promise<Engine & { folder: string }> {
  const folder = temporaryFolder()
  const engine = await openDuckDb({ threads, memoryBytes: 1e9, tempDirectory: join(folder, 'spill'), signal })
  onTestFinished(() => engine.close())
  return Object.assign(engine, { folder })
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
