import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emit } from '../core/stage.ts'
import type { Engine } from '../engines/engine.ts'
import { openEngine } from '../engines/registry.ts'
import type { CommandContext } from './command.ts'
import { machineResources } from './machine.ts'
import { createProgress } from './progress.ts'

/** An engine for a command that runs no experiment, with progress; its folder is gone afterwards. */
export async function withEngine<T>(
  { terminal, signal }: CommandContext,
  work: (engine: Engine, emit: Emit) => Promise<T>,
): Promise<T> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'ebb-command-'))
  const progress = createProgress(terminal, () => performance.now())
  const engine = await openEngine({ kind: 'duckdb' }, { ...machineResources({}), workDirectory, signal })
  try {
    return await work(engine, progress.emit)
  } finally {
    progress.stop()
    await engine.close()
    await rm(workDirectory, { recursive: true, force: true })
  }
}
