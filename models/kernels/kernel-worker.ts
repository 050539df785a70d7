import { type MessagePort, workerData } from 'node:worker_threads'
import { controlWords, spins, word, workOff } from './kernel-control.ts'
import { kernelsOf, onAbort } from './kernel-instance.ts'
import type { KernelModule } from './kernel-module.ts'
import type { SharedMemory } from './web-assembly.ts'

/** `workerData` of a thread of the pool. */
export interface KernelWorkerSetup {
  readonly module: KernelModule
  readonly memory: SharedMemory
  readonly thread: number
  /** Stays open as long as this thread lives. */
  readonly life: MessagePort
}

/** Works until the pool is closed: asks for a while, then sleeps until there are chunks again. */
const { module, memory, thread } = workerData as KernelWorkerSetup
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
