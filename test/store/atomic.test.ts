import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renameDurably, writeFileAtomic, writeJsonAtomic } from '../../store/atomic.ts'
import { diskFault, errnoOf, nodeFileSystem } from '../../store/file-system.ts'
import { hashFile } from '../../store/hash-file.ts'
import { LineWriter } from '../../store/line-writer.ts'
import { atEveryStep, faultyFileSystem } from './faulty-file-system.ts'
import { failure, temporaryFolder } from './temporary-folder.ts'

describe('writeFileAtomic', () => {
  it('makes the folder, replaces the content, leaves nothing else', async () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    await writeFileAtomic(join(folder, 'x.txt'), 'one')
    await writeFileAtomic(join(folder, 'x.txt'), Buffer.from('two'))
    expect(readFileSync(join(folder, 'x.txt'), 'utf8')).toBe('two')
    expect(readdirSync(folder)).toEqual(['x.txt'])
  })

  it.each(['once', 'full'] as const)(
    'disk full (%s) at each of its 5 steps: old or new content, whole',
    async (mode) => {
      const steps = await atEveryStep(mode, async (fs) => {
        const folder = temporaryFolder()
        const path = join(folder, 'x.json')
        writeFileSync(path, '"old"')
        const error = await writeJsonAtomic(path, 'new', fs).then(
          () => undefined,
          (fault: unknown) => fault,
        )
        expect(['"old"', '"new"\n']).toContain(readFileSync(path, 'utf8'))
        expect(readdirSync(folder)).toEqual(['x.json'])
        if (fs.hasFailed()) {
          expect(error).toMatchObject({ code: 'DISK_FULL', kind: 'temporary' })
          expect((error as Error).message).toBe(`${path}: no space left on the disk; free disk space and run again`)
        }
      })
      expect(steps).toBe(5)
    },
  )

  it('killed at each step: old or new content, whole', async () => {
    await atEveryStep('killed', async (fs) => {
      const path = join(temporaryFolder(), 'x')
      writeFileSync(path, 'old')
      await writeFileAtomic(path, 'new', fs).catch(() => undefined)
      expect(['old', 'new']).toContain(readFileSync(path, 'utf8'))
    })
  })

  it('a reader in a loop never sees anything but one whole content', async () => {
    const path = join(temporaryFolder(), 'x')
    const contents = ['a'.repeat(100_000), 'b'.repeat(100_000)]
    await writeFileAtomic(path, contents[0]!)
    const progress = { writes: 0 }
    const writing = (async () => {
      for (; progress.writes < 15; progress.writes++) await writeFileAtomic(path, contents[progress.writes % 2]!)
    })()
    while (progress.writes < 15) {
      expect(contents).toContain(readFileSync(path, 'utf8'))
      await new Promise(setImmediate)
    }
    await writing
  })
})

describe('renameDurably', () => {
  it('moves between folders, and names the target when it fails', async () => {
    const folder = temporaryFolder()
    await nodeFileSystem.mkdir(join(folder, 'from', 'x'))
    await nodeFileSystem.mkdir(join(folder, 'to'))
    await renameDurably(join(folder, 'from', 'x'), join(folder, 'to', 'y'))
    expect(readdirSync(join(folder, 'to'))).toEqual(['y'])
    const error = await failure(renameDurably(join(folder, 'none'), join(folder, 'to', 'z')))
    expect(error.message).toBe(`${join(folder, 'to', 'z')}: cannot be used (ENOENT)`)
  })
})

describe('file system', () => {
  it('a missing folder lists nothing, a missing file has no facts, removing nothing is fine', async () => {
    const folder = temporaryFolder()
    expect(await nodeFileSystem.list(join(folder, 'none'))).toEqual([])
    expect(await nodeFileSystem.stat(join(folder, 'none'))).toBeUndefined()
    await nodeFileSystem.remove(join(folder, 'none'))
    writeFileSync(join(folder, 'x'), '')
    expect((await failure(nodeFileSystem.list(join(folder, 'x')))).code).toBe('ENOTDIR')
    expect(await nodeFileSystem.stat(join(folder, 'x', 'y'))).toBeUndefined()
  })

  it.each([
    ['ENOSPC', 'DISK_FULL', 'temporary'],
    ['EDQUOT', 'DISK_FULL', 'temporary'],
    ['EAGAIN', 'IO_TEMPORARY', 'temporary'],
    ['EIO', 'IO_TEMPORARY', 'temporary'],
    ['EMFILE', 'IO_TEMPORARY', 'temporary'],
    ['EACCES', 'DISK_FAILED', 'stage'],
  ])('%s is %s (%s), names the file and keeps its cause', (errno, code, kind) => {
    const fault = diskFault(Object.assign(new Error('x'), { code: errno }), '/a/b')
    expect(fault).toMatchObject({ code, kind, details: { where: '/a/b', file: '/a/b' } })
    expect(errnoOf(fault)).toBe(errno)
    expect(diskFault(fault, '/other')).toBe(fault)
    expect(errnoOf(new Error('x'))).toBeUndefined()
    expect(diskFault('odd', '/a').message).toBe('/a: cannot be used (odd)')
    const inTheWay = Object.assign(new Error('x'), { code: 'EEXIST' })
    expect(diskFault(inTheWay, '/a/b').message).toBe('/a/b: a file stands where a folder is needed')
  })

  it.each([
    ['EACCES', 'no permission to write or read here'],
    ['EROFS', 'the file system is read-only'],
  ])('%s says in words what is not allowed and what to do', (errno, words) => {
    const fault = diskFault(Object.assign(new Error('x'), { code: errno }), '/a')
    expect(fault.message).toBe(`/a: ${words}; work in a folder of your own, or change its permissions`)
  })

  it('hashFile counts and hashes', async () => {
    const path = join(temporaryFolder(), 'x')
    writeFileSync(path, 'abc')
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(await hashFile(path)).toEqual({ bytes: 3, sha256 })
    expect((await failure(hashFile(`${path}.none`))).message).toContain('x.none: cannot be used (ENOENT)')
  })
})

describe('LineWriter', () => {
  it('keeps 1,000 lines in order, also when they come while it writes', async () => {
    const path = join(temporaryFolder(), 'x.jsonl')
    const writer = new LineWriter(path)
    for (let i = 0; i < 1_000; i++) {
      writer.add(String(i))
      if (i % 100 === 0) await new Promise(setImmediate)
    }
    await writer.flush()
    const expected = Array.from({ length: 1_000 }, (_, i) => `${i}\n`).join('')
    expect(readFileSync(path, 'utf8')).toBe(expected)
    await writer.flush()
  })

  it('keeps the first failure for flush and drops later lines', async () => {
    const path = join(temporaryFolder(), 'x.jsonl')
    const writer = new LineWriter(path, faultyFileSystem(2))
    writer.add('{"a":1}')
    await writer.flush()
    writer.add('{"a":2}')
    expect(await failure(writer.flush())).toMatchObject({ code: 'DISK_FULL' })
    writer.add('{"a":3}')
    expect(await failure(writer.flush())).toMatchObject({ code: 'DISK_FULL' })
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a"')
  })
})
