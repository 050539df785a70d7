import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Resources } from '../core/stage.ts'
import { openEngine } from '../engines/registry.ts'
import { type Verified, verifyPublished } from '../store/verify.ts'
import { readBackScores } from './stages/publish.ts'

export interface VerifyRequest {
  /** A published folder, or one that holds `current.json` or `latest.json`. */
  readonly dir: string
  readonly signal: AbortSignal
  readonly resources: Resources
}

/** Checks published scores (or excluded users) again: hashes and sizes of every file; of scores also the rows. */
export async function verifyScores({ dir, signal, resources }: VerifyRequest): Promise<Verified> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'ebb-verify-'))
  const engine = await openEngine({ kind: 'duckdb' }, { ...resources, workDirectory, signal })
  try {
    const readBack = readBackScores(engine)
    // Only scores have a key in their manifest; for excluded users the hashes say all.
    return await verifyPublished(dir, {
      readBack: (folder, manifest) => ('key' in manifest ? readBack(folder, manifest) : Promise.resolve()),
    })
  } finally {
    await engine.close()
    await rm(workDirectory, { recursive: true, force: true })
  }
}
