import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { acquireLock, inspectLock, type Lock, type LockOptions } from '../../store/lock.ts'
import { isRunning, processIdentity } from '../../store/process-identity.ts'
import { atEveryStep } from './faulty-file-system.ts'
import { failure, temporaryFolder } from './temporary-folder.ts'

const child = fileURLToPath(new URL('./lock-child.mjs', import.meta.url))
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const newPath = (): string => join(temporaryFolder(), 'locks', 'x.lock')

async function take(options: Partial<LockOptions> & { path: string }): Promise<Lock> {
  const lock = await acquireLock({ purpose: 'test', ...options })
  onTestFinished(() => lock.release())
  return lock
}

/** A lock file as another process would have left it. */
function leave(path: string, holder: Record<string, unknown>): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, JSON.stringify({ token: 'aa', purpose: 'left', ...processIdentity(), ...holder }))
}

/** A process that wants the lock: `says(n)` waits for its n-th line, or its end; `told` are its lines after `ready`. */
function startRacer(path: string, ending: string) {
  const racer = spawn(process.execPath, [child, path, ending], { stdio: ['pipe', 'pipe', 'inherit'] })
  // One that was killed reads no more.
  racer.stdin.on('error', () => undefined)
  let text = ''
  const ended = new Promise<void>((resolve) => racer.once('close', () => resolve()))
  const lines = (): string[] => text.trim().split('\n')
  const says = (count: number): Promise<void> => {
    const spoken = new Promise<void>((resolve) => {
      const look = (): void => void (text.split('\n').length > count && resolve())
      racer.stdout.on('data', look)
      look()
    })
    return Promise.race([spoken, ended])
  }
  racer.stdout.on('data', (chunk) => (text += String(chunk)))
  return { stdin: racer.stdin, says, told: ended.then(() => lines().slice(1).join(' ')) }
}

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync('true').pid

describe('acquireLock', () => {
  it('writes who holds it; a second try says pid, host, purpose and since when, as temporary', async () => {
    const path = newPath()
    const lock = await take({ path, purpose: 'publish shop-churn' })
    const written = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    expect(written).toEqual({ token: lock.token, purpose: 'publish shop-churn', ...processIdentity() })
    const error = await failure(acquireLock({ path, purpose: 'other' }))
    expect(error).toMatchObject({ code: 'LOCK_HELD', kind: 'temporary' })
    const since = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`
    const { pid, host } = processIdentity()
    expect(error.message).toMatch(
      new RegExp(`x.lock: held by pid ${pid} on ${host} \\(publish shop-churn\\) since ${since}; try again`),
    )
    await lock.assertHeld()
  })

  it('after release anyone may take it; release twice is harmless; a released lock is not held', async () => {
    const path = newPath()
    const first = await take({ path })
    await first.release()
    await first.release()
    expect(existsSync(path)).toBe(false)
    expect(await failure(first.assertHeld())).toMatchObject({ code: 'LOCK_LOST', kind: 'temporary' })
    await take({ path })
  })

  it('release removes only its own: the lock of who took over stays', async () => {
    const path = newPath()
    const lock = await take({ path })
    leave(path, { token: 'thief' })
    expect(await failure(lock.assertHeld())).toMatchObject({ code: 'LOCK_LOST' })
    await lock.release()
    expect(readFileSync(path, 'utf8')).toContain('thief')
  })

  it('the lock of a process that has ended is taken over at once', async () => {
    const path = newPath()
    leave(path, { pid: deadPid() })
    expect((await inspectLock(path)).state).toBe('stale')
    const lock = await take({ path })
    await lock.assertHeld()
    expect(readdirSync(join(path, '..'))).toEqual(['x.lock'])
  })

  it('the lock of a living process is never taken, however old', async () => {
    const path = newPath()
    leave(path, { pid: process.ppid, startTicks: null })
    await sleep(30)
    expect(await failure(acquireLock({ path, purpose: 'x', staleAfterMs: 1 }))).toMatchObject({ code: 'LOCK_HELD' })
  })

  it('the same pid with another start is another process: the lock is stale', async () => {
    const path = newPath()
    leave(path, { startTicks: '1' })
    expect(processIdentity().startTicks).not.toBeNull()
    expect((await inspectLock(path)).state).toBe('stale')
  })

  it.each([{ host: 'elsewhere' }, { bootId: 'another boot' }])(
    '%o is held while young, stale when old',
    async (where) => {
      const path = newPath()
      leave(path, { ...where, pid: deadPid() })
      const error = await failure(acquireLock({ path, purpose: 'x' }))
      expect(error).toMatchObject({ code: 'LOCK_HELD', kind: 'temporary' })
      await sleep(60)
      await take({ path, staleAfterMs: 40 })
    },
  )

  it('an unfinished lock file is held while young, taken over when old', async () => {
    const path = newPath()
    leave(path, {})
    writeFileSync(path, '{"tok')
    const error = await failure(acquireLock({ path, purpose: 'x' }))
    expect(error.message).toContain('held by another process')
    await sleep(60)
    await take({ path, staleAfterMs: 40 })
  })

  it('a claim whose maker died does not bar the lock for ever', async () => {
    const path = newPath()
    leave(path, { pid: deadPid() })
    leave(`${path}.aa.claim`, { token: 'bb', pid: deadPid() })
    const lock = await take({ path })
    await lock.assertHeld()
    expect(readdirSync(join(path, '..'))).toEqual(['x.lock'])
  })

  it('a claim of a living process is respected', async () => {
    const path = newPath()
    leave(path, { pid: deadPid() })
    leave(`${path}.aa.claim`, { token: 'bb' })
    expect(await failure(acquireLock({ path, purpose: 'x' }))).toMatchObject({ code: 'LOCK_HELD' })
  })

  it('disk full at every step: temporary, and the lock is free again afterwards', async () => {
    const steps = await atEveryStep('full', async (fs) => {
      const path = newPath()
      const lock = await acquireLock({ path, purpose: 'x', fs }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'DISK_FULL', kind: 'temporary' })
      })
      await lock?.release()
      await take({ path })
    })
    expect(steps).toBe(3)
  })

  it('disk full at every step of taking over: a later try gets it', async () => {
    await atEveryStep('full', async (fs) => {
      const path = newPath()
      leave(path, { pid: deadPid() })
      const lock = await acquireLock({ path, purpose: 'x', fs }).catch(() => undefined)
      await lock?.release()
      await take({ path })
    })
  })
})

describe('many at once', () => {
  /** What each of `count` processes says that try at the same moment; the winner keeps the lock until all have spoken. */
  const race = async (path: string, count: number, ending: 'lets go' | 'is killed' = 'lets go'): Promise<string[]> => {
    const racers = Array.from({ length: count }, () => startRacer(path, ending))
    await Promise.all(racers.map((racer) => racer.says(1)))
    const startAt = String(Date.now() + 20)
    for (const racer of racers) racer.stdin.write(startAt)
    await Promise.all(racers.map((racer) => racer.says(2)))
    for (const racer of racers) racer.stdin.end()
    return Promise.all(racers.map((racer) => racer.told))
  }

  it('of 8 processes exactly one gets a free lock', async () => {
    const results = await race(newPath(), 8)
    expect(results.sort()).toEqual([...Array.from({ length: 7 }, () => 'LOCK_HELD'), 'won'])
  })

  it('of 8 processes exactly one takes over a dead lock', async () => {
    const path = newPath()
    leave(path, { pid: deadPid() })
    const results = await race(path, 8)
    expect(results.filter((result) => result === 'won').length).toBe(1)
    expect(results.filter((result) => result === 'LOCK_HELD').length).toBe(7)
  })

  it('10 takers in one process fight for a dead lock, 20 times over: one wins each time', async () => {
    for (let round = 0; round < 20; round++) {
      const path = newPath()
      leave(path, { pid: 2 ** 22 + 1 + round })
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => acquireLock({ path, purpose: 'x' })))
      const won = results.filter((result) => result.status === 'fulfilled')
      expect(won.length).toBe(1)
      for (const { value } of won) {
        await value.assertHeld()
        await value.release()
      }
    }
  })

  it('kill -9 while holding: the next taker has it at once', async () => {
    const path = newPath()
    expect(await race(path, 1, 'is killed')).toEqual(['won'])
    expect((await inspectLock(path)).state).toBe('stale')
    await take({ path })
  })
})

describe('heartbeat', () => {
  /** Waits for the first beat: the thread needs the main loop once to start. Returns the time of the lock file. */
  const firstBeat = async (path: string): Promise<number> => {
    const { ctimeMs } = statSync(path)
    await expect.poll(() => statSync(path).ctimeMs, { interval: 5, timeout: 30_000 }).not.toBe(ctimeMs)
    return statSync(path).ctimeMs
  }

  it('beats three times while the main thread is blocked, and keeps content and mode', async () => {
    const path = newPath()
    const lock = await take({ path, heartbeatEveryMs: 50 })
    const before = statSync(path)
    let last = await firstBeat(path)
    let beats = 0
    for (const until = performance.now() + 30_000; beats < 3 && performance.now() < until;) {
      const { ctimeMs } = statSync(path)
      if (ctimeMs > last) beats++
      last = ctimeMs
    }
    expect(beats).toBe(3)
    const after = statSync(path)
    expect([after.mtimeMs, after.mode]).toEqual([before.mtimeMs, before.mode])
    await lock.assertHeld()
  })

  it('a holder elsewhere that beats is not stale, one that stopped is', async () => {
    const path = newPath()
    const lock = await take({ path, heartbeatEveryMs: 20, identity: { ...processIdentity(), host: 'elsewhere' } })
    // Older than the limit from here on, but for its beats.
    await sleep(250)
    const state = async (): Promise<string> => (await inspectLock(path, { staleAfterMs: 200 })).state
    await expect.poll(state, { interval: 5, timeout: 30_000 }).toBe('held')
    await lock.release()
    leave(path, { host: 'elsewhere' })
    await sleep(60)
    expect((await inspectLock(path, { staleAfterMs: 40 })).state).toBe('stale')
  })

  it('stops when the lock has been taken over', async () => {
    const path = newPath()
    await take({ path, heartbeatEveryMs: 10 })
    await firstBeat(path)
    leave(path, { token: 'thief' })
    // One beat may be under way.
    const isTouched = async (): Promise<boolean> => {
      const { ctimeMs } = statSync(path)
      await sleep(100)
      return statSync(path).ctimeMs !== ctimeMs
    }
    await expect.poll(isTouched, { interval: 5, timeout: 30_000 }).toBe(false)
  })
})

describe('processIdentity', () => {
  it('this process runs, an ended one does not', () => {
    expect(isRunning(processIdentity())).toBe(true)
    expect(isRunning({ ...processIdentity(), pid: deadPid() })).toBe(false)
    expect(isRunning({ pid: 1, host: '', bootId: null, startTicks: null })).toBe(true)
  })
})

describe('inspectLock', () => {
  it('a missing lock is free; a held one names its holder', async () => {
    const path = newPath()
    expect(await inspectLock(path)).toEqual({ state: 'free', holder: null, sinceMs: null })
    await take({ path, purpose: 'run a' })
    expect(await inspectLock(path)).toMatchObject({ state: 'held', holder: { purpose: 'run a', pid: process.pid } })
  })
})
