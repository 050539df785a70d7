import { existsSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EbbError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import { nodeFileSystem, type FileSystem } from '../../store/file-system.ts'
import { acquireLock } from '../../store/lock.ts'
import { preparePublication, publish, readPointer, type Publication, type Published } from '../../store/publish.ts'
import type { ReadBack } from '../../store/publication.ts'
import { verifyPublished } from '../../store/verify.ts'
import { atEveryStep, hastyFileSystem } from './faulty-file-system.ts'
import { failure, temporaryFolder } from './temporary-folder.ts'

const held = { assertHeld: () => Promise.resolve() }
const fine: ReadBack = () => Promise.resolve()

/** Two parts of text; the number of rows is the number of lines. */
function publication(root: string, runId: string, more: Partial<Publication> = {}): Publication {
  return {
    root,
    name: 'shop',
    asOf: '2026-01-31',
    runId,
    schemaVersion: '1.0',
    publishedAt: new Date('2026-02-01T03:00:00Z'),
    lock: held,
    readBack: fine,
    facts: { model: 'gbdt' },
    writeParts: async (folder) => {
      await writeFile(join(folder, 'part-00000.parquet'), `${runId}\n2\n`)
      await writeFile(join(folder, 'part-00001.parquet'), '3\n')
      return [
        { file: 'part-00000.parquet', rows: 2 },
        { file: 'part-00001.parquet', rows: 1 },
      ]
    },
    ...more,
  }
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** Which run `latest.json` names; that publication must verify, as must every folder under a final name. */
async function soundLatest(root: string): Promise<string> {
  const version = join(root, 'shop', 'v1')
  const { manifest } = await verifyPublished(version, { readBack: fine })
  for (const day of readdirSync(version).filter((name) => name.startsWith('2')))
    for (const run of readdirSync(join(version, day)).filter((name) => !name.startsWith('current')))
      await verifyPublished(join(version, day, run), { readBack: fine })
  return manifest.run
}

describe('publish', () => {
  it('parts, manifest, _SUCCESS, current.json and latest.json as in the contract', async () => {
    const root = temporaryFolder()
    const published = await publish(publication(root, 'r1'))
    const version = join(root, 'shop', 'v1')
    const folder = join(version, '2026-01-31', 'r1')
    expect(published).toMatchObject({ folder, isLatest: true })
    expect(readdirSync(folder)).toEqual(['_SUCCESS', '_manifest.json', 'part-00000.parquet', 'part-00001.parquet'])
    expect(json(join(folder, '_manifest.json'))).toEqual({
      schemaVersion: '1.0',
      name: 'shop',
      as_of: '2026-01-31',
      run: 'r1',
      rows: 3,
      model: 'gbdt',
      parts: [
        { file: 'part-00000.parquet', rows: 2, bytes: 5, sha256: sha256('r1\n2\n') },
        { file: 'part-00001.parquet', rows: 1, bytes: 2, sha256: sha256('3\n') },
      ],
    })
    const manifestSha256 = sha256(readFileSync(join(folder, '_manifest.json')))
    expect(readFileSync(join(folder, '_SUCCESS'), 'utf8')).toBe(`${manifestSha256}\n`)
    const pointer = { as_of: '2026-01-31', run: 'r1', schemaVersion: '1.0', rows: 3, manifestSha256 }
    const publishedAt = '2026-02-01T03:00:00.000Z'
    expect(json(join(version, 'latest.json'))).toEqual({ ...pointer, path: '2026-01-31/r1', publishedAt })
    expect(json(join(version, '2026-01-31', 'current.json'))).toEqual({ ...pointer, path: 'r1', publishedAt })
    expect(readdirSync(join(root, 'shop', '.staging'))).toEqual([])
  })

  it('a second run of the day moves both pointers and leaves the first folder alone', async () => {
    const root = temporaryFolder()
    const first = await publish(publication(root, 'r1'))
    const before = readFileSync(join(first.folder, '_manifest.json'))
    await publish(publication(root, 'r2'))
    expect(await soundLatest(root)).toBe('r2')
    expect(readFileSync(join(first.folder, '_manifest.json'))).toEqual(before)
  })

  it('an earlier day gets its current.json and does not move latest.json back', async () => {
    const root = temporaryFolder()
    await publish(publication(root, 'r1'))
    const published = await publish(publication(root, 'r2', { asOf: '2026-01-30' }))
    expect(published.isLatest).toBe(false)
    expect(await soundLatest(root)).toBe('r1')
    expect(await readPointer(join(root, 'shop', 'v1', '2026-01-30', 'current.json'))).toMatchObject({ run: 'r2' })
  })

  it('schema version 2.0 goes to v2/; the same run cannot publish twice', async () => {
    const root = temporaryFolder()
    const published = await publish(publication(root, 'r1', { schemaVersion: '2.0' }))
    expect(published.folder).toContain(join('shop', 'v2'))
    const error = await failure(publish(publication(root, 'r1', { schemaVersion: '2.0' })))
    expect(error).toMatchObject({ code: 'PUBLISHED_ALREADY' })
  })

  it('what the read-back refuses is not published', async () => {
    const root = temporaryFolder()
    await publish(publication(root, 'r1'))
    const refuse: ReadBack = async (folder, manifest) => {
      expect(readdirSync(folder).length).toBe(4)
      expect(manifest.rows).toBe(3)
      throw new EbbError({ code: 'X', kind: 'data', where: 'part', what: 'probability above 1' })
    }
    expect((await failure(publish(publication(root, 'r2', { readBack: refuse })))).message).toContain('above 1')
    expect(await soundLatest(root)).toBe('r1')
    expect(readdirSync(join(root, 'shop', '.staging'))).toEqual([])
    expect(existsSync(join(root, 'shop', 'v1', '2026-01-31', 'r2'))).toBe(false)
  })

  it.each([1, 2, 3, 4])('a lock lost before check %i stops it; the first publication stays the latest', async (at) => {
    const root = temporaryFolder()
    await publish(publication(root, 'r1'))
    let checks = 0
    const lock = {
      assertHeld: async (): Promise<void> => {
        if (++checks >= at) throw new EbbError({ code: 'LOCK_LOST', kind: 'temporary', where: 'lock', what: 'gone' })
      },
    }
    expect(await failure(publish(publication(root, 'r2', { lock })))).toMatchObject({ code: 'LOCK_LOST' })
    expect(await soundLatest(root)).toBe('r1')
    expect(existsSync(join(root, 'shop', 'v1', '2026-01-31', 'r2'))).toBe(at > 2)
  })

  it('works under a real lock and checks it four times', async () => {
    const root = temporaryFolder()
    const lock = await acquireLock({ path: join(root, 'x.lock'), purpose: 'publish' })
    let checks = 0
    const counted = { assertHeld: async (): Promise<void> => void (await lock.assertHeld(), checks++) }
    await publish(publication(root, 'r1', { lock: counted }))
    await lock.release()
    expect(checks).toBe(4)
  })
})

describe('preparePublication', () => {
  it('shows nothing before commit; then the folder and both pointers, also on a disk that takes no more bytes', async () => {
    const root = temporaryFolder()
    let isFull = false
    const refuse = (path: string): Promise<never> =>
      Promise.reject(Object.assign(new Error(`ENOSPC: no space left, write '${path}'`), { code: 'ENOSPC' }))
    const fs: FileSystem = {
      ...hastyFileSystem,
      writeFile: (path, ...rest) => (isFull ? refuse(path) : hastyFileSystem.writeFile(path, ...rest)),
    }
    const prepared = await preparePublication(publication(root, 'r1', { fs }))
    expect(prepared.manifest.rows).toBe(3)
    expect(readdirSync(join(root, 'shop'))).toEqual(['.staging'])
    isFull = true
    expect(await prepared.commit()).toMatchObject({ isLatest: true, manifest: { run: 'r1' } })
    expect(await soundLatest(root)).toBe('r1')
    expect(readdirSync(join(root, 'shop', '.staging'))).toEqual([])
  })

  it('discard leaves what was published before and nothing else', async () => {
    const root = temporaryFolder()
    await publish(publication(root, 'r1'))
    await (await preparePublication(publication(root, 'r2'))).discard()
    expect(await soundLatest(root)).toBe('r1')
    expect(readdirSync(join(root, 'shop', 'v1', '2026-01-31'))).toEqual(['current.json', 'r1'])
    expect(readdirSync(join(root, 'shop', '.staging'))).toEqual([])
  })
})

/** Parts written through the failing disk as well, so that their steps count. */
function throughDisk(root: string, runId: string, fs: FileSystem): Publication {
  return publication(root, runId, {
    fs,
    writeParts: async (folder) => {
      await fs.writeFile(join(folder, 'part-00000.parquet'), `${runId}\n2\n`, 'w')
      return [{ file: 'part-00000.parquet', rows: 2 }]
    },
  })
}

describe('a fault at every single step', () => {
  it.each(['once', 'full', 'killed'] as const)(
    '%s: what was published stays whole, the next run works',
    async (mode) => {
      const outcomes = new Set<string>()
      const steps = await atEveryStep(mode, async (fs) => {
        const root = temporaryFolder()
        await publish(publication(root, 'r1', { fs: hastyFileSystem }))
        const result = await publish(throughDisk(root, 'r2', fs)).catch((error: unknown) => error as Error)
        if (fs.hasFailed()) expect(errnoIn(result)).toBe('ENOSPC')
        const latest = await soundLatest(root)
        outcomes.add(latest)
        if (!fs.hasFailed()) expect(latest).toBe('r2')
        if (mode !== 'killed') expect(readdirSync(join(root, 'shop', '.staging'))).toEqual([])

        const next = await publish(publication(root, 'r3', { fs: hastyFileSystem }))
        expect(next.isLatest).toBe(true)
        expect(await soundLatest(root)).toBe('r3')
        expect(readdirSync(join(root, 'shop', '.staging'))).toEqual([])
        const leftovers = [join(root, 'shop', 'v1'), join(root, 'shop', 'v1', '2026-01-31')]
        for (const folder of leftovers) expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([])
      })
      expect(steps).toBeGreaterThan(20)
      expect([...outcomes].sort()).toEqual(['r1', 'r2'])
    },
  )

  it('the very first publication: nothing, or all of it', async () => {
    await atEveryStep('full', async (fs) => {
      const root = temporaryFolder()
      const result = await publish(throughDisk(root, 'r1', fs)).catch((error: unknown) => error as Error)
      const latest = join(root, 'shop', 'v1', 'latest.json')
      if (existsSync(latest)) expect(await soundLatest(root)).toBe('r1')
      if (fs.hasFailed()) expect(result).toMatchObject({ code: 'DISK_FULL', kind: 'temporary' })
    })
  })
})

const errnoIn = (result: Error | Published): unknown => {
  const cause = result instanceof EbbError ? result.details.cause : undefined
  return (cause as { code?: string } | undefined)?.code
}

describe('verifyPublished', () => {
  const published = async (): Promise<string> => (await publish(publication(temporaryFolder(), 'r1'))).folder

  it('passes a whole folder, by itself and through current.json and latest.json', async () => {
    const folder = await published()
    for (const path of [folder, join(folder, '..'), join(folder, '..', '..')]) {
      const verified = await verifyPublished(path, { readBack: fine })
      expect(verified).toMatchObject({ folder, manifest: { run: 'r1', rows: 3 } })
    }
  })

  it('names every fault at once: changed bytes, another size, missing and additional files', async () => {
    const folder = await published()
    writeFileSync(join(folder, 'part-00000.parquet'), 'r1\n9\n')
    truncateSync(join(folder, 'part-00001.parquet'), 1)
    writeFileSync(join(folder, 'part-00002.parquet'), '')
    const error = await failure(verifyPublished(folder, { readBack: fine }))
    expect(error.kind).toBe('data')
    const lines = error.message.replaceAll(folder, '').split('\n')
    expect(lines.length).toBe(3)
    expect(lines[0]).toMatch(/^\/part-00000.parquet: has another sha256, expected [0-9a-f]{64}, got [0-9a-f]{64}$/)
    expect(lines[1]).toBe('/part-00001.parquet: has another size, expected 2 bytes, got 1')
    expect(lines[2]).toBe('/part-00002.parquet: is not in the manifest')
    rmSync(join(folder, 'part-00000.parquet'))
    expect((await failure(verifyPublished(folder, { readBack: fine }))).message).toContain(
      'part-00000.parquet: is missing',
    )
  })

  it('a folder without any file of a publication, or none at all, is told apart from a torn one', async () => {
    const folder = join(await published(), '..', '..', '..')
    for (const other of [folder, join(folder, 'nowhere')])
      expect((await failure(verifyPublished(other, { readBack: fine }))).message).toMatch(
        /: there is no publication in this folder, expected a folder with latest\.json, current\.json or _manifest\.json/,
      )
  })

  it.each(['_SUCCESS', '_manifest.json'])('without %s it is not a finished publication', async (name) => {
    const folder = await published()
    rmSync(join(folder, name))
    expect((await failure(verifyPublished(folder, { readBack: fine }))).message).toContain(
      `${name}: is missing; this is not`,
    )
  })

  it('a changed manifest, junk for a manifest or a pointer, wrong row sums, a pointer to another manifest', async () => {
    const folder = await published()
    const path = join(folder, '_manifest.json')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('"rows": 3', '"rows": 4'))
    const changed = (await failure(verifyPublished(folder, { readBack: fine }))).message
    expect(changed).toContain('_manifest.json: has another sha256')
    expect(changed).toContain('counts its rows wrongly, expected 4, got 3')
    writeFileSync(path, 'junk')
    expect((await failure(verifyPublished(folder, { readBack: fine }))).message).toContain('is not a manifest')
    writeFileSync(path, text)
    const current = join(folder, '..', 'current.json')
    const pointer = readFileSync(current, 'utf8')
    writeFileSync(current, pointer.replace(/"manifestSha256": "\w{4}/, '"manifestSha256": "0000'))
    const other = await failure(verifyPublished(join(folder, '..'), { readBack: fine }))
    expect(other.message).toContain('current.json: has another sha256')
    writeFileSync(current, '{}')
    expect(await readPointer(current)).toBeUndefined()
    const junk = await failure(verifyPublished(join(folder, '..'), { readBack: fine }))
    expect(junk.message).toContain('is not a pointer')
  })

  it('hands the rows to the read-back', async () => {
    const folder = await published()
    const readBack: ReadBack = (path, manifest) => Promise.reject(new Error(`${path === folder} ${manifest.rows}`))
    expect((await failure(verifyPublished(folder, { readBack }))).message).toBe('true 3')
    expect(await nodeFileSystem.list(folder)).toHaveLength(4)
  })
})
