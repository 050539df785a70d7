/**
 * The thread that keeps a lock alive: it touches the lock file's mode every few seconds, so that the file system sets
 * its change time, also while the main thread computes. It needs no disk space and compares no clocks of two machines.
 * Stops by itself when the file no longer holds the token.
 */
import { fchmodSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

interface HeartbeatTask {
  readonly path: string
  readonly token: string
  readonly everyMs: number
}

const { path, token, everyMs } = workerData as HeartbeatTask

/** The file that is open may have been replaced under its name: both must hold the token. */
const isOurs = (): boolean => {
  try {
    return readFileSync(path, 'utf8').includes(token)
  } catch {
    return false
  }
}

if (isOurs()) {
  const file = openSync(path, 'r')
  const mode = fstatSync(file).mode & 0o777
  const timer = setInterval(() => {
    if (!isOurs()) clearInterval(timer)
    else fchmodSync(file, mode)
  }, everyMs)
}
