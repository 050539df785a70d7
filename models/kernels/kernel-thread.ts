import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { KernelOrder, KernelWorkerSetup } from './kernel-worker.ts'

/** A thread of a pool, as its owner sees it. */
export interface KernelThread {
  /** Has it work for a pool; once only. The thread ends with the pool. */
  begin(order: KernelOrder): void
  /** Lets a thread go that no pool has taken. */
  dismiss(): void
  /** Whether the thread has ended, for whatever reason. Never waits: the owner's event loop may stand still. */
  hasEnded(): boolean
}

/** Kernels work in memory of their own; what runs them needs next to none. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1 }

/**
 * Starts `file` as a thread that waits for its order; null where the system gives none: it costs time, not results, as
 * does one that ends before it claims a chunk. The thread keeps no process alive.
 */
export function startKernelThread(file: string): KernelThread | null {
  const { port1: life, port2: ours } = new MessageChannel()
  const called = new Int32Array(new SharedArrayBuffer(4))
  try {
    const workerData: KernelWorkerSetup = { life, called }
    const worker = new Worker(file, { workerData, transferList: [life], resourceLimits, stdin: false })
    worker.on('error', () => {})
    worker.unref()
  } catch {
    return null
  }
  const port = watched(ours)
  const call = (): void => {
    Atomics.store(called, 0, 1)
    Atomics.notify(called, 0)
  }
  return {
    begin(order) {
      port.post(order)
      call()
    },
    dismiss: call,
    hasEnded: port.isClosed,
  }
}

/**
 * The other end of a port closes with its thread. A thread's `exit` event needs an event loop; this does not: reading takes
 * the word of the closing in, and a closed port can no longer be handed over. Each look hands it over, to ourselves.
 */
function watched(port: MessagePort): { post(order: KernelOrder): void; isClosed(): boolean } {
  let current: MessagePort | null = port
  return {
    post: (order) => current?.postMessage(order),
    isClosed() {
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
