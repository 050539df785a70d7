import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openKeptFolder } from '../../store/kept-folder.ts'
import { temporaryFolder } from './temporary-folder.ts'

const options = (folder: string) => ({ lockPath: join(folder, 'locks', 'features.lock'), purpose: 'test' })

test('what one run commits the next one finds; files that the state does not name are removed', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'features')
  const first = (await openKeptFolder(path, options(folder)))!
  expect(first).toMatchObject({ state: null, isDamaged: false })
  for (const name of ['1-a.bin', '1-b.bin', 'left-by-a-crash.bin']) await writeFile(join(path, name), name)
  await first.commit({ serial: 1 }, ['1-a.bin', '1-b.bin'])
  expect(await readdir(path)).toEqual(['1-a.bin', '1-b.bin', 'state.json'])
  await first.release()
  const second = (await openKeptFolder(path, options(folder)))!
  expect(second.state).toEqual({ serial: 1 })
  expect(second.isDamaged).toBe(false)
  await second.clear()
  await second.release()
  expect(await readdir(folder)).not.toContain('features')
})

test('the second of two runs at once gets nothing, and a half-written state is none', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'features')
  await mkdir(path)
  await writeFile(join(path, 'state.json'), '{"serial": 1, "par')
  const first = (await openKeptFolder(path, options(folder)))!
  expect(first).toMatchObject({ state: null, isDamaged: true })
  expect(await openKeptFolder(path, options(folder))).toBeNull()
  await first.release()
  const third = await openKeptFolder(path, options(folder))
  expect(third).not.toBeNull()
  await third!.release()
})
