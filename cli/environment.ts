import type { RunRecord } from '../core/artifacts.ts'
import { processIdentity } from '../store/process-identity.ts'
import { readGit } from '../tracking/git.ts'
import { productVersion } from './product-version.ts'

/** What run.json says about the world of a run. */
export interface RunEnvironment {
  readonly versions: { readonly ebb: string; readonly node: string }
  /** Of the working folder; null outside a repository or without git. */
  readonly git: RunRecord['git']
  readonly host: RunRecord['host']
}

export async function runEnvironment(signal: AbortSignal): Promise<RunEnvironment> {
  const { host, pid, bootId } = processIdentity()
  return {
    versions: { ebb: productVersion(), node: process.versions.node },
    git: await readGit('.', { signal }),
    host: { name: host, pid, bootId },
  }
}
