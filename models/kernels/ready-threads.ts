import { locate } from '../../core/locate.ts'
import { type KernelThread, startKernelThread } from './kernel-thread.ts'

/** Threads that have started and wait for a pool; of this thread of the process alone, as pools are. */
const ready: KernelThread[] = []
let wanted = 0

const threadFile = (): string => locate('models/kernels/kernel-worker.js')

/**
 * Keeps `count` threads started for pools to come, which then need not wait some 30 ms for each; 0, as it is at first, lets
 * them go. Each holds some 8 MB. A thread works for one pool and ends with it, so that nothing of a pool stays behind; a
 * new one starts when the pool is closed.
 */
export function keepThreadsReady(count: number): void {
  wanted = count
  while (ready.length > wanted) ready.pop()!.dismiss()
  refillThreads()
}

/** After a pool has been closed. */
export function refillThreads(): void {
  while (ready.length < wanted) {
    const thread = startKernelThread(threadFile())
    if (thread === null) return
    ready.push(thread)
  }
}

/** A thread that is ready, or one that starts now; null where the system gives none. */
export function takeThread(): KernelThread | null {
  for (let thread = ready.pop(); thread !== undefined; thread = ready.pop()) if (!thread.hasEnded()) return thread
  return startKernelThread(threadFile())
}
