import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'

/**
 * Makes a folder with all its parents; an existing one is fine. The path is made absolute first: given a relative one in a working
 * folder that somebody has removed, Node's own `mkdir` looks for a parent for ever (seen in 20.20).
 */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(resolve(path), { recursive: true })
}
