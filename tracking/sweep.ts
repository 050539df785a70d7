import { join } from 'node:path'
import { nodeFileSystem, type FileSystem } from '../store/file-system.ts'
import { isRunId, runFiles, runLockPath, storeFolder } from '../store/layout.ts'
import { inspectLock } from '../store/lock.ts'

/**
 * Removes what killed runs of any experiment left behind: scratch folders (spilled data, often gigabytes) and locks whose
 * holder is gone. Best effort: a run whose lock is alive is left alone, and nothing here stops the run that is about to
 * start.
 */
export async function sweepCrashedRuns(runsDir: string, fs: FileSystem = nodeFileSystem): Promise<void> {
  try {
    for (const name of await fs.list(runsDir)) {
      const scratch = join(runsDir, name, runFiles.temporary)
      if (!isRunId(name) || (await fs.stat(scratch)) === undefined) continue
      const { state } = await inspectLock(runLockPath(runsDir, name), { fs })
      if (state !== 'held') await fs.remove(scratch)
    }
    await sweepLocks(runsDir, fs)
  } catch {
    // What is left stays until the next run.
  }
}

/** A run's lock has one holder in its life: nobody waits for it, so that it can be removed without taking it. */
async function sweepLocks(runsDir: string, fs: FileSystem): Promise<void> {
  for (const name of await fs.list(join(storeFolder(runsDir), 'locks'))) {
    const [, id] = /^run-(.+)\.lock$/.exec(name) ?? []
    if (id === undefined || !isRunId(id)) continue
    const path = runLockPath(runsDir, id)
    if ((await inspectLock(path, { fs })).state === 'stale') await fs.remove(path)
  }
}
