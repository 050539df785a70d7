import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { EbbError } from '../core/errors.ts'
import { locate } from '../core/locate.ts'
import { errnoOf, nodeFileSystem, onDisk, type FileSystem } from './file-system.ts'
import { isRunning, processIdentity, type ProcessIdentity } from './process-identity.ts'
import { randomToken } from './token.ts'

export interface LockOptions {
  readonly path: string
  /** For people: what is being done, e.g. `run 20261116T030012Z-7f3a9c`. */
  readonly purpose: string
  readonly fs?: FileSystem
  /** Default 10 s. */
  readonly heartbeatEveryMs?: number
  /** Without a heartbeat for so long, a holder that cannot be asked counts as gone. Default 120 s. */
  readonly staleAfterMs?: number
  /** Default: this process. */
  readonly identity?: ProcessIdentity
}

export interface Lock {
  readonly path: string
  readonly token: string
  /** Reads the file again: throws (`temporary`) when another has taken the lock. Before every rename that counts. */
  assertHeld(): Promise<void>
  /** Removes the file if it is still ours; may be called twice. Never throws for a lock that is gone. */
  release(): Promise<void>
}

interface Holder extends ProcessIdentity {
  readonly token: string
  readonly purpose: string
}

/** `holder` is null when the file is being written, or was never finished. */
export interface LockState {
  readonly state: 'free' | 'held' | 'stale'
  readonly holder: (ProcessIdentity & { readonly token: string; readonly purpose: string }) | null
  /** Milliseconds since 1970 by the file system's clock. */
  readonly sinceMs: number | null
}

const defaultStaleAfterMs = 120_000
const defaultHeartbeatEveryMs = 10_000

/**
 * Takes the lock, or throws an EbbError of kind `temporary` (exit 75) that says who holds it since when. A holder that
 * runs on this host and boot is never robbed; one that is gone is at once; one elsewhere after `staleAfterMs` without a
 * heartbeat. Of many that try at the same time exactly one succeeds, also when the lock has to be stolen.
 */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  const { path, purpose, fs = nodeFileSystem, staleAfterMs = defaultStaleAfterMs } = options
  const holder: Holder = { token: randomToken(), purpose, ...(options.identity ?? processIdentity()) }
  const attempt: Attempt = { fs, holder, staleAfterMs }
  const heartbeat = {
    file: locate('store/heartbeat.js'),
    everyMs: options.heartbeatEveryMs ?? defaultHeartbeatEveryMs,
  }
  return onDisk(path, async () => {
    await fs.mkdir(dirname(path))
    if (!(await create(path, attempt))) {
      const found = await examine(path, attempt)
      const isWon =
        found.state === 'free'
          ? await create(path, attempt)
          : found.state === 'stale' && (await takeOver(path, found.holder, attempt))
      if (!isWon) throw held(path, await examine(path, attempt))
    }
    return startLock(path, attempt, heartbeat)
  })
}

/** Looks at a lock without touching it. */
export async function inspectLock(
  path: string,
  options: { fs?: FileSystem; staleAfterMs?: number; identity?: ProcessIdentity } = {},
): Promise<LockState> {
  const { fs = nodeFileSystem, staleAfterMs = defaultStaleAfterMs, identity = processIdentity() } = options
  return examine(path, { fs, staleAfterMs, holder: { token: randomToken(), purpose: 'inspection', ...identity } })
}

interface Attempt {
  readonly fs: FileSystem
  readonly holder: Holder
  readonly staleAfterMs: number
}

/** False when there is one already. Empty first: only who made the name may remove it when the disk is full. */
async function create(path: string, { fs, holder }: Attempt): Promise<boolean> {
  try {
    await fs.writeFile(path, '', 'wx')
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
  try {
    await fs.writeFile(path, `${JSON.stringify(holder)}\n`, 'w')
    return true
  } catch (error) {
    await fs.remove(path).catch(() => undefined)
    throw error
  }
}

async function examine(path: string, attempt: Attempt): Promise<LockState> {
  const facts = await attempt.fs.stat(path)
  if (facts === undefined) return { state: 'free', holder: null, sinceMs: null }
  const holder = await readHolder(path, attempt.fs)
  const { host, bootId } = attempt.holder
  const isNeighbour = holder !== null && holder.host === host && holder.bootId === bootId
  const isAlive = isNeighbour
    ? isRunning(holder)
    : (await fileSystemNow(path, attempt)) - facts.changedMs <= attempt.staleAfterMs
  return { state: isAlive ? 'held' : 'stale', holder, sinceMs: facts.modifiedMs }
}

async function readHolder(path: string, fs: FileSystem): Promise<Holder | null> {
  try {
    const holder = JSON.parse((await fs.readFile(path)).toString('utf8')) as Partial<Holder> | null
    return typeof holder?.token === 'string' && typeof holder.pid === 'number' ? (holder as Holder) : null
  } catch {
    return null
  }
}

/** The file system's own time, from a file made for it: no clock of another machine is compared with ours. */
async function fileSystemNow(path: string, { fs, holder }: Attempt): Promise<number> {
  const probe = `${path}.probe-${holder.token}`
  try {
    await fs.writeFile(probe, '', 'w')
    return (await fs.stat(probe))!.changedMs
  } catch {
    // Nothing can be written here: better to wait than to rob.
    return Number.NEGATIVE_INFINITY
  } finally {
    await fs.remove(probe).catch(() => undefined)
  }
}

/**
 * Only who made the file `<lock>.<token of the stale holder>.claim` may remove that holder's lock, so that a slow
 * thief cannot remove the lock of a faster one. A claim whose maker died is taken over the same way. True when `path`
 * is ours afterwards.
 */
async function takeOver(path: string, stale: Holder | null, attempt: Attempt): Promise<boolean> {
  const claim = `${path}.${stale?.token ?? 'unreadable'}.claim`
  if (!(await create(claim, attempt))) {
    const found = await examine(claim, attempt)
    if (found.state !== 'stale' || !(await takeOver(claim, found.holder, attempt))) return false
  }
  try {
    if ((await attempt.fs.stat(path)) !== undefined) {
      if ((await readHolder(path, attempt.fs))?.token !== stale?.token) return false
      await attempt.fs.remove(path)
    }
    return await create(path, attempt)
  } finally {
    // A claim that stays is harmless: its token never comes back.
    await attempt.fs.remove(claim).catch(() => undefined)
  }
}

function startLock(path: string, { fs, holder }: Attempt, heartbeat: { file: string; everyMs: number }): Lock {
  const { token } = holder
  const worker = new Worker(heartbeat.file, { workerData: { path, token, everyMs: heartbeat.everyMs } })
  worker.unref()
  // A thread that cannot start leaves a lock without heartbeat: `assertHeld` still tells the truth.
  worker.on('error', () => undefined)
  const isOurs = async (): Promise<boolean> => (await readHolder(path, fs))?.token === token
  let isReleased = false
  return {
    path,
    token,
    async assertHeld() {
      if (isReleased || !(await isOurs())) throw lost(path)
    },
    async release() {
      if (isReleased) return
      isReleased = true
      await worker.terminate()
      if (await isOurs()) await onDisk(path, () => fs.remove(path))
    },
  }
}

function held(path: string, { holder, sinceMs }: LockState): EbbError {
  const since = sinceMs === null ? '' : ` since ${new Date(sinceMs).toISOString().replace(/\.\d+Z/, 'Z')}`
  const who = holder === null ? 'another process' : `pid ${holder.pid} on ${holder.host} (${holder.purpose})`
  return new EbbError({
    code: 'LOCK_HELD',
    kind: 'temporary',
    where: path,
    what: `held by ${who}${since}`,
    hint: 'try again when it has finished',
    file: path,
  })
}

function lost(path: string): EbbError {
  return new EbbError({
    code: 'LOCK_LOST',
    kind: 'temporary',
    where: path,
    what: 'this process no longer holds the lock',
    hint: 'another took it over after 120 s without a heartbeat; nothing was published, run again',
    file: path,
  })
}
