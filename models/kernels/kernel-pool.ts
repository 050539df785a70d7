import { isMainThread } from 'node:worker_threads'
import { EbbError } from '../../core/errors.ts'
import { throwIfAborted } from '../guards.ts'
import {
  argumentsAddress,
  controlWords,
  createArgumentWriter,
  type Kernel,
  mostThreads,
  placeAtWork,
  spins,
  word,
  workOff,
} from './kernel-control.ts'
import { type KernelMemory, viewsOf } from './kernel-memory.ts'
import { kernelFault } from './kernel-fault.ts'
import { kernelsOf } from './kernel-instance.ts'
import { type KernelModule, kernelModule } from './kernel-module.ts'
import { type KernelThread, startKernelThread } from './kernel-thread.ts'
import { refillThreads, takeThread } from './ready-threads.ts'
import { type SharedMemory, webAssembly } from '../../core/web-assembly.ts'

/** Which code runs: WebAssembly, its twins in plain TypeScript, or `auto`: WebAssembly where the runtime has it. */
export type KernelChoice = 'auto' | 'wasm' | 'ts'

/** A kernel in plain TypeScript: the same memory, the same arguments, the same bits. Those that take long call `poll`, which throws. */
export type KernelTwin = (memory: KernelMemory, args: Float64Array, chunk: number, poll: () => void) => void

/** What ends a call early: looked at before every chunk, and by kernels that take long. `where` is for the error. */
export interface KernelStop {
  readonly signal: { readonly aborted: boolean } | undefined
  readonly where: string
}

/** A module of kernels: the name of its WebAssembly file and a twin for each of its exports that `run` calls on twins. */
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
   * An EbbError of kind `stage` when a chunk failed or its thread ended half-way, of kind `interrupted` once the pool's
   * signal is aborted; the memory is worth nothing then.
   */
  run(kernel: string, args: readonly number[], chunks: number): void
  /** The number by which a kernel of WebAssembly has another one run (`runChunks` of assembly/shared). */
  placeOf(kernel: string): number
  /** Lets the other threads go. Memory is free once nothing refers to the pool. */
  close(): void
}

export interface KernelPoolOptions {
  readonly pages: number
  readonly threads: number
  readonly kernels: KernelChoice
  /** What the other threads run; default: `kernel-worker`. */
  readonly threadFile?: string | undefined
  readonly stop?: KernelStop | undefined
}

/**
 * Memory of `pages` pages of 64 KiB, zero-filled, and `threads - 1` workers over it. They start by themselves while the
 * caller goes on: chunks are never waited for that no thread has begun. The caller is thread 0; on the process's main
 * thread it never sleeps, elsewhere it may while others finish.
 */
export function createKernelPool(
  set: KernelSet,
  { pages, threads, kernels, threadFile, stop }: KernelPoolOptions,
): KernelPool {
  const module = kernels === 'ts' ? null : kernelModule(set.module)
  if (module !== null) return wasmPool(module, { pages, threads, threadFile, stop })
  if (kernels === 'auto' || kernels === 'ts') return twinPool(set, pages, stop)
  throw new EbbError({
    code: 'KERNELS_UNSUPPORTED',
    kind: 'config',
    where: 'kernels: wasm',
    what: 'this runtime lacks WebAssembly with SIMD and threads',
    expected: 'kernels: auto or ts',
  })
}

function twinPool({ twins }: KernelSet, pages: number, stop: KernelStop | undefined): KernelPool {
  const memory = viewsOf(new ArrayBuffer(pages * 65_536))
  const poll = (): void => throwIfAborted(stop?.signal, stop?.where ?? '')
  return {
    memory,
    threads: 1,
    isWasm: false,
    placeOf: (kernel) => Object.keys(twins).indexOf(kernel),
    run(kernel, args, chunks) {
      const values = Float64Array.from(args)
      for (let chunk = 0; chunk < chunks; chunk++) {
        poll()
        twins[kernel]!(memory, values, chunk, poll)
      }
    },
    close() {},
  }
}

function wasmPool(
  module: KernelModule,
  { pages, threads: wanted, threadFile, stop }: Omit<KernelPoolOptions, 'kernels'>,
): KernelPool {
  const memory = kernelMemory(pages)
  const words = controlWords(memory.buffer)
  const threads = Math.min(wanted, mostThreads)
  const others = Array.from({ length: threads - 1 }, (_, at) => {
    const thread = threadFile === undefined ? takeThread() : startKernelThread(threadFile)
    thread?.begin({ module, memory, thread: at + 1 })
    return thread
  })
  const isStopped = stopOf(words, stop)
  const refuseStopped = (): void => {
    if (words[word.stopped] !== 0) throwIfAborted({ aborted: true }, stop!.where)
  }
  const runChunks = (place: number, chunks: number): void => {
    runTogether(team, { name: module.names[place]!, place, chunks })
    refuseStopped()
  }
  const kernels = kernelsOf(module, memory, { isStopped, runChunks })
  const team: Together = { words, kernels, others, hands: { thread: 0, isStopped } }
  const placeOf = placesIn(module)
  const writeArguments = createArgumentWriter(memory.buffer)
  return {
    memory: viewsOf(memory.buffer),
    threads,
    isWasm: true,
    placeOf,
    run(name, args, chunks) {
      const place = placeOf(name)
      writeArguments(args)
      if (threads > 1 && chunks > 1) return runChunks(place, chunks)
      runAlone(kernels[place]!, { name, chunks, isStopped })
      refuseStopped()
    },
    close() {
      Atomics.store(words, word.unclaimed, -1)
      Atomics.notify(words, word.unclaimed)
      refillThreads()
    },
  }
}

/** The number of a kernel by its name. */
function placesIn({ names }: KernelModule): (name: string) => number {
  const places = new Map(names.map((name, at) => [name, at]))
  return (name) => {
    const place = places.get(name)
    if (place === undefined) throw new RangeError(`no kernel named "${name}"; known: ${names.join(', ')}`)
    return place
  }
}

function kernelMemory(pages: number): SharedMemory {
  try {
    return new webAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch (cause) {
    throw new EbbError({
      code: 'KERNEL_MEMORY_REFUSED',
      kind: 'temporary',
      where: 'memory of the kernels',
      what: 'the system gave no memory',
      expected: `${Math.ceil(pages / 16)} MiB`,
      received: (cause as Error).message,
      hint: 'end other programs, or use fewer rows or fewer features',
      cause,
    })
  }
}

/** Looks at the signal and tells the other threads, which cannot see it. */
function stopOf(words: Int32Array, stop: KernelStop | undefined): () => boolean {
  const signal = stop?.signal
  if (signal === undefined) return () => false
  return () => {
    if (signal.aborted) Atomics.store(words, word.stopped, 1)
    return words[word.stopped] !== 0
  }
}

function runAlone(
  kernel: Kernel,
  { name, chunks, isStopped }: { name: string; chunks: number; isStopped: () => boolean },
): void {
  try {
    for (let chunk = 0; chunk < chunks && !isStopped(); chunk++) kernel(argumentsAddress, chunk, 0)
  } catch (cause) {
    if (cause instanceof EbbError) throw cause
    throw kernelFault(name, `failed: ${(cause as Error).message}`, cause)
  }
}

interface Together {
  readonly words: Int32Array
  readonly kernels: readonly Kernel[]
  /** The `at`-th is thread `at` + 1; null = not started. */
  readonly others: readonly (KernelThread | null)[]
  /** What the caller is among the threads. */
  readonly hands: { readonly thread: 0; readonly isStopped: () => boolean }
}

/** Looks at the others' chunks before threads are looked after: some 100 ms, asleep or not. */
const looksUntilCare = { asleep: 100, awake: 10_000_000 } as const

function runTogether(
  { words, kernels, others, hands }: Together,
  { name, place, chunks }: { name: string; place: number; chunks: number },
): void {
  words[word.kernel] = place
  words[word.chunks] = chunks
  Atomics.store(words, word.unfinished, chunks)
  Atomics.store(words, word.unclaimed, chunks)
  if (Atomics.load(words, word.sleepers) > 0) Atomics.notify(words, word.unclaimed)
  workOff(words, kernels, hands)
  const patience = isMainThread ? looksUntilCare.awake : looksUntilCare.asleep
  let unfinished = Atomics.load(words, word.unfinished)
  for (let asked = 0; unfinished > 0; asked++) {
    if (asked >= spins && (!isMainThread || asked % spins === 0)) hands.isStopped()
    if (asked > spins && !isMainThread) Atomics.wait(words, word.unfinished, unfinished, 1)
    if (asked > spins && (asked - spins) % patience === 0) refuseLostChunks(words, others, name)
    unfinished = Atomics.load(words, word.unfinished)
  }
  if (Atomics.load(words, word.failed) !== 0) throw kernelFault(name, 'failed in one of its threads')
}

/** A thread that ended inside a chunk never says so. */
function refuseLostChunks(words: Int32Array, others: Together['others'], name: string): void {
  for (const [at, thread] of others.entries()) {
    const chunk = Atomics.load(words, placeAtWork(at + 1))
    if (chunk > 0 && thread?.hasEnded() === true)
      throw kernelFault(name, `thread ${at + 1} ended in the middle of chunk ${chunk - 1}`)
  }
}
