import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { EbbError } from '../../core/errors.ts'
import { nodeFileSystem, type FileSystem } from '../../store/file-system.ts'
import { requireWritable } from '../../store/require-writable.ts'
import { temporaryFolder } from './temporary-folder.ts'

const faultOf = async (folder: string, fs?: FileSystem): Promise<string> => {
  try {
    await requireWritable(folder, '--out', fs)
    return 'writable'
  } catch (error) {
    return error instanceof EbbError ? `${error.kind} ${error.code}: ${error.message}` : String(error)
  }
}
const refusing = (code: string): FileSystem => ({
  ...nodeFileSystem,
  writeFile: () => Promise.reject(Object.assign(new Error(code), { code })),
})

it('a folder, and one that can be made, are writable; nothing is made and nothing left', async () => {
  const folder = temporaryFolder()
  expect([await faultOf(folder), await faultOf(join(folder, 'a', 'b'))]).toEqual(['writable', 'writable'])
  expect(readdirSync(folder)).toEqual([])
})

it('a file in the way, also further up, is named', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'scores')
  writeFileSync(file, '')
  const says = (path: string) =>
    `usage FOLDER_UNWRITABLE: --out: ${path}: ${file} is a file, not a folder, expected a folder to write to; name another folder, or change its permissions; nothing was run`
  expect(await faultOf(file)).toBe(says(file))
  expect(await faultOf(join(file, 'deep'))).toBe(says(join(file, 'deep')))
})

it.each([
  ['EACCES', 'usage FOLDER_UNWRITABLE: --out: FOLDER: no permission to write or read here, expected'],
  ['EROFS', 'usage FOLDER_UNWRITABLE: --out: FOLDER: the file system is read-only, expected'],
  ['ENOTSUP', 'usage FOLDER_UNWRITABLE: --out: FOLDER: cannot be written to (ENOTSUP), expected'],
  ['ENOSPC', 'temporary DISK_FULL: FOLDER: no space left on the disk'],
])('%s', async (code, says) => {
  const folder = temporaryFolder()
  expect((await faultOf(folder, refusing(code))).replaceAll(folder, 'FOLDER').slice(0, says.length)).toBe(says)
})
