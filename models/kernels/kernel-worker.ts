import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { controlWords, spins, word, workOff } from './kernel-control.ts'
import { kernelsOf, onAbort } from './kernel-instance.ts'
import type { KernelModule } from './kernel-module.ts'
import type { SharedMemory } from '../../core/web-assembly.ts'

/** `workerData` of a thread. */
export interface KernelWorkerSetup {
  /** Brings the order; stays open as long as this thread lives. */
  readonly life: MessagePort
  /** Element 0 becomes 1 when the order is there, or when there will be none. */
  readonly called: Int32Array
}

/** Which pool a thread works for, and as which of its threads. */
export interface KernelOrder {
  readonly module: KernelModule
  readonly memory: SharedMemory
  readonly thread: number
}

const { life, called } = workerData as KernelWorkerSetup
Atomics.wait(called, 0, 0)
const order = receiveMessageOnPort(life)?.message as KernelOrder | undefined
if (order !== undefined) work(order)

/** Works until the pool is closed: asks for a while, then sleeps until there are chunks again. */
function work({ module, memory, thread }: KernelOrder): void {
  const words = controlWords(memory.buffer)
  const isStopped = (): boolean => Atomics.load(words, word.stopped) !== 0
  const kernels = kernelsOf(module, memory, { isStopped, runChunks: onAbort })
  const here = { thread, isStopped }
  for (let idle = 0; workOff(words, kernels, here) >= 0;) {
    if (Atomics.load(words, word.unclaimed) !== 0) {
      idle = 0
      continue
    }
    if (++idle < spins) continue
    Atomics.add(words, word.sleepers, 1)
    Atomics.wait(words, word.unclaimed, 0)
    Atomics.sub(words, word.sleepers, 1)
    idle = 0
  }
}
