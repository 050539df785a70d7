import { Worker, isMainThread } from 'node:worker_threads'
import { EbbError } from '../../core/errors.ts'
import { locate } from '../../core/locate.ts'
import {
  argumentsAddress,
  controlWords,
  createArgumentWriter,
  type Kernel,
  spins,
  word,
  workOff,
} from './kernel-control.ts'
import { type KernelMemory, viewsOf } from './kernel-memory.ts'
import { type KernelModule, kernelModule, kernelsOf } from './kernel-module.ts'
import type { KernelWorkerSetup } from './kernel-worker.ts'
import { webAssembly } from './web-assembly.ts'

/** Which code runs: WebAssembly, its twins in plain TypeScript, or `auto`: WebAssembly where the runtime has it. */
export type KernelChoice = 'auto' | 'wasm' | 'ts'

/** A kernel in plain TypeScript: the same memory, the same arguments, the same bits. */
export type KernelTwin = (memory: KernelMemory, args: Float64Array, chunk: number) => void

/** A module of kernels: the name of its WebAssembly file and a twin for each of its exports. */
export interface KernelSet {
  readonly module: string
  readonly twins: Readonly<Record<string, KernelTwin>>
}

export interface KernelPool {
  readonly memory: KernelMemory
  /** Threads that may take part, the caller included; twins run on the caller alone. */
  readonly threads: number
  readonly isWasm: boolean
  /**
   * Runs chunks 0 … chunks - 1 of a kernel with up to 64 numbers as arguments and returns when all are done. Any thread
   * may take any chunk, at any time: what a chunk writes must depend on its number alone, or be sums of integers by thread.
   */
  run(kernel: string, args: readonly number[], chunks: number): void
  /** Lets the other threads go. Memory is free once nothing refers to the pool. */
  close(): void
}

/**
 * Memory of `pages` pages of 64 KiB, zero-filled, and `threads - 1` workers over it. They start by themselves while the
 * caller goes on: chunks are never waited for that no thread has begun. The caller is thread 0; on the process's main
 * thread it never sleeps, elsewhere it may while others finish.
 */
export function createKernelPool(
  set: KernelSet,
  { pages, threads, kernels }: { pages: number; threads: number; kernels: KernelChoice },
): KernelPool {
  const module = kernels === 'ts' ? null : kernelModule(set.module)
  if (module !== null) return wasmPool(module, pages, threads)
  if (kernels === 'auto' || kernels === 'ts') return twinPool(set, pages)
  throw new EbbError({
    code: 'KERNELS_UNSUPPORTED',
    kind: 'config',
    where: 'kernels: wasm',
    what: 'this runtime lacks WebAssembly with SIMD and threads',
    expected: 'kernels: auto or ts',
  })
}

function twinPool({ twins }: KernelSet, pages: number): KernelPool {
  const memory = viewsOf(new ArrayBuffer(pages * 65_536))
  return {
    memory,
    threads: 1,
    isWasm: false,
    run(kernel, args, chunks) {
      const values = Float64Array.from(args)
      for (let chunk = 0; chunk < chunks; chunk++) twins[kernel]!(memory, values, chunk)
    },
    close() {},
  }
}

function wasmPool(module: KernelModule, pages: number, threads: number): KernelPool {
  const memory = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const kernels = kernelsOf(module, memory)
  const words = controlWords(memory.buffer)
  const places = new Map(module.names.map((name, at) => [name, at]))
  const writeArguments = createArgumentWriter(memory.buffer)
  for (let thread = 1; thread < threads; thread++) startWorker({ module, memory, thread })
  return {
    memory: viewsOf(memory.buffer),
    threads,
    isWasm: true,
    run(name, args, chunks) {
      const place = places.get(name)
      if (place === undefined) throw new RangeError(`no kernel named "${name}"; known: ${module.names.join(', ')}`)
      writeArguments(args)
      if (threads === 1 || chunks === 1) runAlone(kernels[place]!, chunks)
      else runTogether(words, kernels, { name, place, chunks })
    },
    close() {
      Atomics.store(words, word.unclaimed, -1)
      Atomics.notify(words, word.unclaimed)
    },
  }
}

/** A worker that cannot start or dies before it claims a chunk costs time, not results. */
function startWorker(setup: KernelWorkerSetup): void {
  const worker = new Worker(locate('models/kernels/kernel-worker.js'), { workerData: setup, stdin: false })
  worker.on('error', () => {})
  worker.unref()
}

function runAlone(kernel: Kernel, chunks: number): void {
  for (let chunk = 0; chunk < chunks; chunk++) kernel(argumentsAddress, chunk, 0)
}

function runTogether(
  words: Int32Array,
  kernels: readonly Kernel[],
  { name, place, chunks }: { name: string; place: number; chunks: number },
): void {
  words[word.kernel] = place
  words[word.chunks] = chunks
  Atomics.store(words, word.unfinished, chunks)
  Atomics.store(words, word.unclaimed, chunks)
  if (Atomics.load(words, word.sleepers) > 0) Atomics.notify(words, word.unclaimed)
  workOff(words, kernels, 0)
  let unfinished = Atomics.load(words, word.unfinished)
  for (let asked = 0; unfinished > 0; asked++) {
    if (asked > spins && !isMainThread) Atomics.wait(words, word.unfinished, unfinished, 1)
    unfinished = Atomics.load(words, word.unfinished)
  }
  if (Atomics.load(words, word.failed) !== 0) throw new Error(`kernel ${name} failed in one of its threads`)
}
