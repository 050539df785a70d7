import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder with all its parents; an existing one is fine. Folder by folder, from an absolute path: where the system refuses
 * one although its parent is there (`/proc/x`, a working folder that somebody has removed), Node's own recursive `mkdir` looks for
 * a parent for ever (seen in 20.20). Throws what the system says.
 */
export async function makeFolder(path: string): Promise<void> {
  const whole = resolve(path)
  try {
    await makeOne(whole)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(whole) === whole) throw error
    await makeFolder(dirname(whole))
    await makeOne(whole)
  }
}

/** What a system says of a folder that is there differs: EEXIST, EPERM of a drive on Windows, EISDIR of `/` on macOS. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const found = await stat(path).catch(() => null)
    if (found?.isDirectory() !== true) throw error
  }
}
