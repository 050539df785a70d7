import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who holds a lock. Read from the machine itself: the edge of the store. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Boot of the kernel and, on Linux, the process namespace (a container has its own pids); null where unknown. */
  readonly bootId: string | null
  /** Start of the process in ticks since boot: tells a later process of the same pid apart; null where unknown. */
  readonly startTicks: string | null
}

export function processIdentity(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), bootId: bootId(), startTicks: startTicks(process.pid) }
}

/** Does the very process still run? Only meaningful on the same host and boot. */
export function isRunning(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0)
  } catch (error) {
    // EPERM: it runs, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const ticks = startTicks(identity.pid)
  return identity.startTicks === null || ticks === null || ticks === identity.startTicks
}

function bootId(): string | null {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'))
  return boot === null ? null : `${boot} ${namespace ?? ''}`.trim()
}

/** Field 22 of /proc/PID/stat; the second field is the name in parentheses, which may hold anything. */
function startTicks(pid: number): string | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

function attempt(read: () => string): string | null {
  try {
    return read()
  } catch {
    return null
  }
}
