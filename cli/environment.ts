import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { RunRecord } from '../core/artifacts.ts'
import { processIdentity } from '../store/process-identity.ts'
import { productVersion } from './product-version.ts'

const call = promisify(execFile)

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
    git: await gitState(signal),
    host: { name: host, pid, bootId },
  }
}

async function gitState(signal: AbortSignal): Promise<RunRecord['git']> {
  const options = { signal, timeout: 5_000 }
  try {
    const commit = (await call('git', ['rev-parse', 'HEAD'], options)).stdout.trim()
    const changes = (await call('git', ['status', '--porcelain', '--untracked-files=no'], options)).stdout.trim()
    return { commit, dirty: changes !== '' }
  } catch {
    return null
  }
}
