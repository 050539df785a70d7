import { join } from 'node:path'
import { EbbError } from '../core/errors.ts'
import { parseJson } from '../core/json.ts'
import { writeJsonAtomic } from './atomic.ts'
import { nodeFileSystem, type FileSystem } from './file-system.ts'
import { acquireLock, type Lock } from './lock.ts'

const stateFile = 'state.json'

/**
 * A folder in which one run leaves files for the next: whatever `state.json` does not name is rubbish. Files are written
 * once and never changed; the state is replaced as a whole, so that a crash leaves the old one. They carry checksums of
 * their own and can all be made again, so they are not forced to the disk.
 */
export interface KeptFolder {
  readonly path: string
  /** What the last run left; null: nothing, or nothing readable. */
  readonly state: unknown
  /** There is a state, but not a readable one. */
  readonly isDamaged: boolean
  /** Makes `state` the one that the next run finds, and removes every file that is not among `files`. */
  commit(state: unknown, files: readonly string[]): Promise<void>
  /** Removes all of it. */
  clear(): Promise<void>
  release(): Promise<void>
}

/** Opens and locks the folder; null where another process holds it. Throws EbbError where the disk refuses. */
export async function openKeptFolder(
  path: string,
  options: { readonly lockPath: string; readonly purpose: string; readonly fs?: FileSystem },
): Promise<KeptFolder | null> {
  const { lockPath, purpose, fs = nodeFileSystem } = options
  const lock = await acquireLock({ path: lockPath, purpose, fs }).catch((error: unknown) => {
    if (error instanceof EbbError && error.details.code === 'LOCK_HELD') return null
    throw error
  })
  if (lock === null) return null
  try {
    await fs.mkdir(path)
    return new LockedFolder(path, { lock, fs, ...(await readState(path, fs)) })
  } catch (error) {
    await lock.release()
    throw error
  }
}

class LockedFolder implements KeptFolder {
  readonly path: string
  readonly state: unknown
  readonly isDamaged: boolean
  private readonly lock: Lock
  private readonly fs: FileSystem

  constructor(path: string, { lock, fs, state, isDamaged }: { lock: Lock; fs: FileSystem } & ReadState) {
    this.path = path
    this.state = state
    this.isDamaged = isDamaged
    this.lock = lock
    this.fs = fs
  }

  async commit(state: unknown, files: readonly string[]): Promise<void> {
    await this.lock.assertHeld()
    await writeJsonAtomic(join(this.path, stateFile), state, this.fs)
    const wanted = new Set([stateFile, ...files])
    for (const name of await this.fs.list(this.path)) if (!wanted.has(name)) await this.fs.remove(join(this.path, name))
  }

  async clear(): Promise<void> {
    await this.lock.assertHeld()
    // The state first: without it nobody looks at the files.
    await this.fs.remove(join(this.path, stateFile))
    await this.fs.remove(this.path)
  }

  release(): Promise<void> {
    return this.lock.release()
  }
}

type ReadState = Pick<KeptFolder, 'state' | 'isDamaged'>

/** A half-written or foreign state is none. */
async function readState(path: string, fs: FileSystem): Promise<ReadState> {
  const file = join(path, stateFile)
  if ((await fs.stat(file)) === undefined) return { state: null, isDamaged: false }
  try {
    return { state: parseJson((await fs.readFile(file)).toString('utf8')), isDamaged: false }
  } catch {
    return { state: null, isDamaged: true }
  }
}
