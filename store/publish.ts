import { basename, dirname, join, relative } from 'node:path'
import { EbbError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { jsonText } from '../core/json.ts'
import { renameDurably, temporaryMark } from './atomic.ts'
import { nodeFileSystem, onDisk, type FileSystem } from './file-system.ts'
import { hashFile } from './hash-file.ts'
import { publicationPaths, type PublicationPaths } from './layout.ts'
import type { Lock } from './lock.ts'
import { manifestName, pointerSchema, successName, type Manifest, type Pointer, type ReadBack } from './publication.ts'
import { randomToken } from './token.ts'
import { verifyPublished } from './verify.ts'

export interface Publication {
  /** `scores` or `excluded`, as a path. */
  readonly root: string
  readonly name: string
  readonly asOf: string
  readonly runId: string
  /** Of the table, e.g. `1.0`; its major number is the folder `v1`. */
  readonly schemaVersion: string
  readonly publishedAt: Date
  /** Covers everything below `<root>/<name>`; its token is read again before each rename. */
  readonly lock: Pick<Lock, 'assertHeld'>
  /** Writes the parts into `folder` and says what it wrote. */
  readonly writeParts: (folder: string) => Promise<readonly { readonly file: string; readonly rows: number }[]>
  /** Called on the staged folder, before anyone can see it. */
  readonly readBack: ReadBack
  /** More for the manifest: columns, keys, model, config hash. */
  readonly facts?: Readonly<Record<string, unknown>>
  readonly fs?: FileSystem
}

export interface Published {
  /** The published folder. */
  readonly folder: string
  readonly manifest: Manifest
  readonly manifestSha256: string
  /** False when `latest.json` names a later day, which then stays. */
  readonly isLatest: boolean
}

/** Staged, synced and read back; nobody can see it yet. `commit` at most once; `discard` in the end, also after it. */
export interface PreparedPublication {
  readonly manifest: Manifest
  /** Renames alone, which need no space: folder, `current.json`, `latest.json`. */
  commit(): Promise<Published>
  /** Removes what is still staged. Never throws. */
  discard(): Promise<void>
}

/**
 * Parts, manifest and `_SUCCESS` into a staging folder, synced and read back; one rename to the final name; then
 * `current.json` and `latest.json`, each by rename. Whatever fails, what was published before stays whole and readable,
 * and no half-written folder stands under a final name.
 */
export async function publish(publication: Publication): Promise<Published> {
  return (await preparePublication(publication)).commit()
}

/** All of `publish` that takes time, space or may refuse the data. On failure nothing stays. */
export async function preparePublication(publication: Publication): Promise<PreparedPublication> {
  const { lock, fs = nodeFileSystem, readBack } = publication
  const paths = publicationPaths({ ...publication, major: majorOf(publication.schemaVersion) })
  await lock.assertHeld()
  if ((await onDisk(paths.final, () => fs.stat(paths.final))) !== undefined) throw alreadyPublished(paths.final)
  await sweep(paths, fs)
  const staging = join(paths.staging, `${publication.runId}-${randomToken(3)}`)
  const staged: Staged = {
    publication,
    paths,
    fs,
    folder: join(staging, 'folder'),
    pointers: join(staging, 'pointers'),
  }
  const discard = (): Promise<void> => fs.remove(staging).catch(() => undefined)
  try {
    const manifest = await stage(staged)
    await verifyPublished(staged.folder, { readBack, fs })
    const manifestSha256 = await stagePointers(staged, manifest)
    const commit = async (): Promise<Published> => {
      try {
        return await commitStaged(staged, { manifest, manifestSha256 })
      } finally {
        await discard()
      }
    }
    return { manifest, commit, discard }
  } catch (error) {
    await discard()
    throw error
  }
}

interface Staged {
  readonly publication: Publication
  readonly paths: PublicationPaths
  readonly fs: FileSystem
  /** What becomes the published folder. */
  readonly folder: string
  /** Holds the coming `current.json` and `latest.json`. */
  readonly pointers: string
}

/** Leftovers of a publication that crashed: nobody else works here while the lock is ours. */
async function sweep(paths: PublicationPaths, fs: FileSystem): Promise<void> {
  await onDisk(paths.staging, async () => {
    for (const name of await fs.list(paths.staging)) await fs.remove(join(paths.staging, name))
    for (const folder of [paths.version, paths.day])
      for (const name of await fs.list(folder)) if (name.includes(temporaryMark)) await fs.remove(join(folder, name))
  })
}

async function stage({ publication, fs, folder }: Staged): Promise<Manifest> {
  await onDisk(folder, () => fs.mkdir(folder))
  const written = await onDisk(folder, () => publication.writeParts(folder))
  const parts = []
  for (const { file, rows } of written) {
    const path = join(folder, file)
    await onDisk(path, () => fs.syncFile(path))
    parts.push({ file, rows, ...(await hashFile(path)) })
  }
  const manifest: Manifest = {
    schemaVersion: publication.schemaVersion,
    name: publication.name,
    as_of: publication.asOf,
    run: publication.runId,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    ...publication.facts,
    parts,
  }
  const text = jsonText(manifest)
  await writeSynced(join(folder, manifestName), text, fs)
  await writeSynced(join(folder, successName), `${sha256(text)}\n`, fs)
  await onDisk(folder, () => fs.syncFolder(folder))
  return manifest
}

async function writeSynced(path: string, text: string, fs: FileSystem): Promise<void> {
  await onDisk(path, async () => {
    await fs.writeFile(path, text, 'w')
    await fs.syncFile(path)
  })
}

/** Both pointers as they will be: a full disk is met here and not between two renames. */
async function stagePointers({ publication, paths, fs, pointers }: Staged, manifest: Manifest): Promise<string> {
  const manifestSha256 = sha256(jsonText(manifest))
  const pointer = (from: string): Pointer => ({
    as_of: publication.asOf,
    run: publication.runId,
    path: relative(dirname(from), paths.final).replaceAll('\\', '/'),
    schemaVersion: publication.schemaVersion,
    rows: manifest.rows,
    manifestSha256,
    publishedAt: publication.publishedAt.toISOString(),
  })
  await onDisk(pointers, () => fs.mkdir(pointers))
  for (const path of [paths.current, paths.latest])
    await writeSynced(join(pointers, basename(path)), jsonText(pointer(path)), fs)
  return manifestSha256
}

/** A failure after the first rename leaves a whole publication that nothing names yet. */
async function commitStaged(staged: Staged, made: Pick<Published, 'manifest' | 'manifestSha256'>): Promise<Published> {
  const { publication, paths, fs, folder, pointers } = staged
  const { lock } = publication
  await lock.assertHeld()
  await onDisk(paths.day, async () => {
    await fs.mkdir(paths.day)
    await fs.syncFolder(paths.version)
    await fs.syncFolder(dirname(paths.version))
  })
  await renameDurably(folder, paths.final, fs)
  await lock.assertHeld()
  await renameDurably(join(pointers, basename(paths.current)), paths.current, fs)
  const latest = await readPointer(paths.latest, fs)
  const isLatest = latest === undefined || latest.as_of <= publication.asOf
  if (isLatest) {
    await lock.assertHeld()
    await renameDurably(join(pointers, basename(paths.latest)), paths.latest, fs)
  }
  return { folder: paths.final, ...made, isLatest }
}

/** undefined when there is none, or it cannot be read as one. */
export async function readPointer(path: string, fs: FileSystem = nodeFileSystem): Promise<Pointer | undefined> {
  try {
    const parsed = pointerSchema.safeParse(JSON.parse((await fs.readFile(path)).toString('utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

const majorOf = (schemaVersion: string): number => Number.parseInt(schemaVersion, 10)

function alreadyPublished(folder: string): EbbError {
  return new EbbError({
    code: 'PUBLISHED_ALREADY',
    kind: 'stage',
    where: folder,
    what: 'this run has been published already, and a published folder never changes',
  })
}
