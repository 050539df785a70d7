import { join } from 'node:path'
import { nodeFileSystem, type FileSystem } from '../store/file-system.ts'
import { isRunId, runFiles, runLockPath } from '../store/layout.ts'
import { inspectLock } from '../store/lock.ts'

/**
 * Removes the scratch folders (spilled data, often gigabytes) that killed runs left behind. Best effort: a run whose
 * lock is alive is left alone, and nothing here stops the run that is about to start.
 */
export async function sweepCrashedRuns(runsDir: string, fs: FileSystem = nodeFileSystem): Promise<void> {
  try {
    for (const name of await fs.list(runsDir)) {
      const scratch = join(runsDir, name, runFiles.temporary)
      if (!isRunId(name) || (await fs.stat(scratch)) === undefined) continue
      const { state } = await inspectLock(runLockPath(runsDir, name), { fs })
      if (state !== 'held') await fs.remove(scratch)
    }
  } catch {
    // The folders stay until the next run.
  }
}
