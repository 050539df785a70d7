import type { Resources } from '../../core/stage.ts'

/** What one of `busy` tasks at a time may use: the threads divided among them, at least one each. */
export function shareThreads(resources: Resources, busy: number): Resources {
  return { ...resources, threads: Math.max(1, Math.floor(resources.threads / Math.max(busy, 1))) }
}
