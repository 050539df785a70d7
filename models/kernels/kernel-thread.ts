import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { KernelWorkerSetup } from './kernel-worker.ts'

/** A thread of a pool, as its owner sees it. */
export interface KernelThread {
  /** Whether the thread has ended, for whatever reason. Never waits: the owner's event loop may stand still. */
  hasEnded(): boolean
}

/** Kernels work in memory of their own; what runs them needs next to none. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 }

/**
 * Starts `file` as a thread; null where the system gives none: it costs time, not results, as does one that ends before it
 * claims a chunk. The thread keeps no process alive.
 */
export function startKernelThread(file: string, setup: Omit<KernelWorkerSetup, 'life'>): KernelThread | null {
  const { port1: life, port2: ours } = new MessageChannel()
  try {
    const workerData: KernelWorkerSetup = { ...setup, life }
    const worker = new Worker(file, { workerData, transferList: [life], resourceLimits, stdin: false })
    worker.on('error', () => {})
    worker.unref()
  } catch {
    return null
  }
  return watched(ours)
}

/**
 * The other end of a port closes with its thread. A thread's `exit` event needs an event loop; this does not: reading takes
 * the word of the closing in, and a closed port can no longer be handed over.
 */
function watched(port: MessagePort): KernelThread {
  let current: MessagePort | null = port
  return {
    hasEnded() {
      if (current === null) return true
      receiveMessageOnPort(current)
      try {
        current = structuredClone(current, { transfer: [current] })
      } catch {
        current = null
      }
      return current === null
    },
  }
}
