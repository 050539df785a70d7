import { dirname, join, resolve } from 'node:path'
import { EbbError } from '../core/errors.ts'
import { diskFault, errnoOf, nodeFileSystem, type FileSystem } from './file-system.ts'
import { randomToken } from './token.ts'

/**
 * Throws before any work is done when nothing can be written to `folder`, or, while it is not there, to the nearest folder
 * above it: kind `usage`, as a folder of that name was asked for; a full disk stays `temporary`. `role` is e.g.
 * `--runs`. Makes nothing and leaves nothing behind.
 */
export async function requireWritable(folder: string, role: string, fs: FileSystem = nodeFileSystem): Promise<void> {
  const where = `${role}: ${folder}`
  const existing = await nearest(resolve(folder), fs).catch((error: unknown) => {
    throw fault(error, where, folder)
  })
  if (!existing.isFolder) throw unwritable(where, `${existing.path} is a file, not a folder`)
  const probe = join(existing.path, `.ebb-probe-${randomToken(4)}`)
  try {
    await fs.writeFile(probe, '', 'wx')
    await fs.remove(probe)
  } catch (error) {
    throw fault(error, where, folder)
  }
}

async function nearest(path: string, fs: FileSystem): Promise<{ path: string; isFolder: boolean }> {
  const facts = await fs.stat(path)
  if (facts !== undefined) return { path, isFolder: facts.isFolder }
  return nearest(dirname(path), fs)
}

function fault(error: unknown, where: string, folder: string): EbbError {
  const known = diskFault(error, folder)
  if (known.kind === 'temporary') return known
  return unwritable(
    where,
    known.details.what.startsWith('cannot') ? `cannot be written to (${errnoOf(error)})` : known.details.what,
  )
}

function unwritable(where: string, what: string): EbbError {
  const hint = 'name another folder, or change its permissions; nothing was run'
  return new EbbError({ code: 'FOLDER_UNWRITABLE', kind: 'usage', where, what, expected: 'a folder to write to', hint })
}
