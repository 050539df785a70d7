import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readGit } from '../../tracking/git.ts'
import { temporaryFolder } from './open-test-run.ts'

const git = (folder: string, ...args: string[]): string =>
  spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).stdout.trim()

describe('readGit', () => {
  it('gives commit and dirty; files that git does not know do not make it dirty', async () => {
    const folder = temporaryFolder()
    const read = (): ReturnType<typeof readGit> => readGit(folder, { timeoutMs: 30_000 })
    git(folder, 'init', '-q')
    expect(await read()).toBeNull()
    writeFileSync(join(folder, 'x'), '1')
    git(folder, 'add', 'x')
    git(folder, 'commit', '-q', '-m', 'x')
    const commit = git(folder, 'rev-parse', 'HEAD')
    writeFileSync(join(folder, 'new'), '1')
    expect(await read()).toEqual({ commit, dirty: false })
    writeFileSync(join(folder, 'x'), '2')
    expect(await read()).toEqual({ commit, dirty: true })
  })

  it('is null outside a repository, without git, in a folder that is not there, and when git hangs', async () => {
    const folder = temporaryFolder()
    expect(await readGit(folder)).toBeNull()
    expect(await readGit(folder, { command: 'no-such-git' })).toBeNull()
    expect(await readGit(join(folder, 'none'))).toBeNull()
    expect(await readGit(`${folder}\0`)).toBeNull()
    const hanging = join(folder, 'hanging')
    writeFileSync(hanging, '#!/bin/sh\nexec sleep 30\n')
    chmodSync(hanging, 0o755)
    const began = performance.now()
    expect(await readGit(folder, { command: hanging, timeoutMs: 100 })).toBeNull()
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})
