import { dirname } from 'node:path'
import { jsonText } from '../core/json.ts'
import { nodeFileSystem, onDisk, type FileSystem } from './file-system.ts'
import { randomToken } from './token.ts'

/** Part of the name of every half-written file; a reader skips them, a publication sweeps them. */
export const temporaryMark = '.tmp-'

/**
 * Replaces `path` in one step: readers see the old content or the new, whole, also after a crash. The folder is made
 * when missing. On failure the old content stays, nothing else does, and the error names `path`.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  fs: FileSystem = nodeFileSystem,
): Promise<void> {
  const temporary = `${path}${temporaryMark}${randomToken(4)}`
  await onDisk(path, async () => {
    try {
      await fs.mkdir(dirname(path))
      await fs.writeFile(temporary, content, 'wx')
      await fs.syncFile(temporary)
      await fs.rename(temporary, path)
    } catch (error) {
      await fs.remove(temporary).catch(() => undefined)
      throw error
    }
    await fs.syncFolder(dirname(path))
  })
}

/** `jsonText(value)` by `writeFileAtomic`: two spaces, NaN and infinities as strings. */
export function writeJsonAtomic(path: string, value: unknown, fs: FileSystem = nodeFileSystem): Promise<void> {
  return writeFileAtomic(path, jsonText(value), fs)
}

/** Renames within one file system; the new name survives a crash once it returns. */
export async function renameDurably(from: string, to: string, fs: FileSystem = nodeFileSystem): Promise<void> {
  await onDisk(to, async () => {
    await fs.rename(from, to)
    await fs.syncFolder(dirname(to))
    if (dirname(from) !== dirname(to)) await fs.syncFolder(dirname(from))
  })
}
