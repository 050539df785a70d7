import { join } from 'node:path'
import { EbbError, throwFaults } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import { nodeFileSystem, onDisk, type FileSystem } from './file-system.ts'
import { hashFile } from './hash-file.ts'
import {
  manifestName,
  manifestSchema,
  pointerSchema,
  successName,
  type Manifest,
  type ReadBack,
} from './publication.ts'

export interface Verified {
  /** The folder that was checked: `folder` itself, or the one its pointer names. */
  readonly folder: string
  readonly manifest: Manifest
  readonly manifestSha256: string
}

/**
 * Checks a published folder: `_SUCCESS` against the manifest, every part's size and sha256, nothing more and nothing less
 * than the manifest lists, then `readBack` on the rows. `folder` may also be one that holds `current.json` or
 * `latest.json`. Every fault is reported at once (kind `data`).
 */
export async function verifyPublished(
  folder: string,
  options: { readBack: ReadBack; fs?: FileSystem },
): Promise<Verified> {
  const { readBack, fs = nodeFileSystem } = options
  const target = await resolve(folder, fs)
  const text = await readText(join(target.folder, manifestName), fs)
  const success = await readText(join(target.folder, successName), fs)
  if (text === undefined && success === undefined && target.pointer === undefined) throw noPublication(folder)
  if (text === undefined || success === undefined)
    throw broken(join(target.folder, text === undefined ? manifestName : successName), 'is missing', {
      hint: 'this is not a finished publication',
    })
  const manifestSha256 = sha256(text)
  const manifest = parseManifest(text, join(target.folder, manifestName))
  const faults = [
    ...hashFault(join(target.folder, manifestName), manifestSha256, success.trim()),
    ...(target.sha256 === undefined ? [] : hashFault(target.pointer!, manifestSha256, target.sha256)),
    ...(await partFaults(target.folder, manifest, fs)),
  ]
  throwFaults(faults)
  await readBack(target.folder, manifest)
  return { folder: target.folder, manifest, manifestSha256 }
}

function noPublication(folder: string): EbbError {
  return new EbbError({
    code: 'PUBLICATION_BROKEN',
    kind: 'data',
    where: folder,
    what: 'there is no publication in this folder',
    expected: 'a folder with latest.json, current.json or _manifest.json, such as scores/NAME/v1',
    file: folder,
  })
}

interface Target {
  readonly folder: string
  readonly pointer?: string
  readonly sha256?: string
}

/** Follows `current.json` or `latest.json` when the folder is not itself a publication. */
async function resolve(folder: string, fs: FileSystem): Promise<Target> {
  for (const name of ['current.json', 'latest.json']) {
    const pointer = join(folder, name)
    const text = await readText(pointer, fs)
    if (text === undefined) continue
    const parsed = pointerSchema.safeParse(parseJsonText(text))
    if (!parsed.success) throw broken(pointer, 'is not a pointer to a publication')
    return { folder: join(folder, parsed.data.path), pointer, sha256: parsed.data.manifestSha256 }
  }
  return { folder }
}

function parseManifest(text: string, path: string): Manifest {
  const parsed = manifestSchema.safeParse(parseJsonText(text))
  if (!parsed.success) throw broken(path, `is not a manifest: ${parsed.error.issues[0]!.message}`)
  return parsed.data
}

async function partFaults(folder: string, manifest: Manifest, fs: FileSystem): Promise<EbbError[]> {
  const faults: EbbError[] = []
  for (const part of manifest.parts) {
    const path = join(folder, part.file)
    if ((await onDisk(path, () => fs.stat(path))) === undefined) {
      faults.push(broken(path, 'is missing', { expected: `${part.bytes} bytes` }))
      continue
    }
    const found = await hashFile(path)
    if (found.bytes !== part.bytes)
      faults.push(broken(path, 'has another size', { expected: `${part.bytes} bytes`, received: String(found.bytes) }))
    else faults.push(...hashFault(path, found.sha256, part.sha256))
  }
  const listed = new Set([manifestName, successName, ...manifest.parts.map(({ file }) => file)])
  for (const name of await onDisk(folder, () => fs.list(folder)))
    if (!listed.has(name)) faults.push(broken(join(folder, name), 'is not in the manifest'))
  const rows = manifest.parts.reduce((sum, part) => sum + part.rows, 0)
  if (rows !== manifest.rows)
    faults.push(
      broken(join(folder, manifestName), 'counts its rows wrongly', {
        expected: String(manifest.rows),
        received: String(rows),
      }),
    )
  return faults
}

function hashFault(path: string, received: string, expected: string): EbbError[] {
  return received === expected ? [] : [broken(path, 'has another sha256', { expected, received })]
}

async function readText(path: string, fs: FileSystem): Promise<string | undefined> {
  if ((await onDisk(path, () => fs.stat(path))) === undefined) return undefined
  return (await onDisk(path, () => fs.readFile(path))).toString('utf8')
}

function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function broken(
  where: string,
  what: string,
  more: { expected?: string; received?: string; hint?: string } = {},
): EbbError {
  return new EbbError({ code: 'PUBLICATION_BROKEN', kind: 'data', where, what, file: where, ...more })
}
