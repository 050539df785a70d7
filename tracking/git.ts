import { execFile } from 'node:child_process'
import type { RunRecord } from '../core/artifacts.ts'

/**
 * Commit and dirtiness (tracked files only) of the repository around `folder`; null outside one, before the first
 * commit, without git, or when git does not answer in time. Never throws, takes no lock in the repository.
 */
export function readGit(
  folder: string,
  options: { readonly timeoutMs?: number; readonly command?: string; readonly signal?: AbortSignal } = {},
): Promise<RunRecord['git']> {
  const { timeoutMs = 2_000, command = 'git', signal } = options
  const args = ['--no-optional-locks', 'status', '--porcelain=v2', '--branch', '--untracked-files=no']
  return new Promise((resolve) => {
    try {
      execFile(command, args, { cwd: folder, timeout: timeoutMs, signal, maxBuffer: 1 << 26 }, (error, stdout) =>
        resolve(error === null ? parseStatus(stdout) : null),
      )
    } catch {
      resolve(null)
    }
  })
}

function parseStatus(text: string): RunRecord['git'] {
  const lines = text.split('\n').filter((line) => line !== '')
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(text)?.[1]
  return commit === undefined ? null : { commit, dirty: lines.some((line) => !line.startsWith('#')) }
}
