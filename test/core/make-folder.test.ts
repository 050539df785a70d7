import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { locate } from '../../core/locate.ts'

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
