import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { locate } from '../../core/locate.ts'
import { makeFolder } from '../../core/make-folder.ts'

test('in a working folder that was removed, a relative folder is made again and nobody waits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-gone-'))
  const program = `
    import { rmSync } from 'node:fs'
    import { makeFolder } from '${pathToFileURL(locate('core/make-folder.js')).href}'
    process.cwd()
    rmSync(${JSON.stringify(folder)}, { recursive: true })
    await makeFolder('runs/a')`
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    timeout: 10_000,
  })
  expect({ status, signal }).toEqual({ status: 0, signal: null })
  expect(existsSync(join(folder, 'runs', 'a'))).toBe(true)
  rmSync(folder, { recursive: true })
})

test('parents are made, an existing folder is fine, a file in the way and a refusal of the system are errors at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-make-'))
  await makeFolder(join(folder, 'a/b/c'))
  await Promise.all(['a/b/c', 'a/x/y', 'a/x/z'].map((path) => makeFolder(join(folder, path))))
  expect(existsSync(join(folder, 'a/x/z'))).toBe(true)
  writeFileSync(join(folder, 'file'), '')
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  symlinkSync('nowhere', join(folder, 'link'))
  await expect(makeFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'EEXIST' })
  await makeFolder('/')
  await expect(makeFolder(join(folder, 'file/b'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  // Node's own recursive mkdir never comes back from there.
  if (process.platform === 'linux') await expect(makeFolder('/proc/ebb/x')).rejects.toMatchObject({ code: 'ENOENT' })
  rmSync(folder, { recursive: true })
})
