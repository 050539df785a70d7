import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EbbError } from '../../core/errors.ts'
import { makeFolder } from '../../core/make-folder.ts'

/** Marks a folder as written by the simulator; the last file to appear in it. */
export const manifestName = 'simulation.json'

/**
 * Runs `fill` on a neighbouring folder and gives it its name when all is there, so that an interrupted simulation leaves
 * nothing that looks whole. Refuses a folder that holds anything but an earlier simulation.
 */
export async function withTargetFolder<T>(outDir: string, fill: (folder: string) => Promise<T>): Promise<T> {
  await refuseForeign(outDir)
  const partial = `${outDir.replace(/[/\\]+$/, '')}.partial`
  await rm(partial, { recursive: true, force: true })
  await makeFolder(partial)
  try {
    const result = await fill(partial)
    await rm(outDir, { recursive: true, force: true })
    await rename(partial, outDir)
    return result
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

async function refuseForeign(outDir: string): Promise<void> {
  const names = await readdir(outDir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw fault(outDir, 'is a file, or lies below one')
    throw error
  })
  if (names.length === 0 || names.includes(manifestName)) return
  const hint = `choose another one: ebb simulate DIR (an earlier simulation is known by its ${join(outDir, manifestName)})`
  throw fault(outDir, 'the folder is in use', { received: names.toSorted().slice(0, 3).join(', '), hint })
}

function fault(
  where: string,
  what: string,
  more: { readonly received?: string; readonly hint?: string } = {},
): EbbError {
  const expected = 'a new folder, an empty one, or an earlier simulation'
  return new EbbError({ code: 'SIMULATE_FOLDER', kind: 'usage', where, what, expected, ...more })
}
