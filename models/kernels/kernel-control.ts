/**
 * How the threads of a pool share work: chunks of one kernel call are claimed one by one, so that a thread that comes
 * late, or that the machine holds up, costs no more than the chunk it is at. All words are int32 and apart by a cache line.
 */
export const controlAddress = 1024
/** Arguments of the kernel at hand, up to 64: as doubles, behind them as integers modulo 2^32, then as float32. */
export const argumentsAddress = 8192
export const mostArguments = 64

/** Writes the arguments of a call; see assembly/shared/arguments.ts for why three times. */
export function createArgumentWriter(buffer: ArrayBufferLike): (args: readonly number[]) => void {
  const doubles = new Float64Array(buffer, argumentsAddress, mostArguments)
  const integers = new Uint32Array(buffer, argumentsAddress + 8 * mostArguments, mostArguments)
  const floats = new Float32Array(buffer, argumentsAddress + 12 * mostArguments, mostArguments)
  return (args) => {
    for (let i = 0; i < args.length; i++) {
      doubles[i] = args[i]!
      integers[i] = args[i]!
      floats[i] = args[i]!
    }
  }
}

export const word = {
  /** Chunks that nobody has claimed; below 0 = the pool is closed. */
  unclaimed: 0,
  /** Chunks that are not finished. */
  unfinished: 16,
  sleepers: 32,
  kernel: 48,
  chunks: 49,
  failed: 50,
  /** 1 = what is under way is to end early: nobody wants its result. */
  stopped: 51,
  /** From here on, a cache line per thread: 1 + the chunk that it is at, 0 = none. */
  atWork: 64,
} as const
const wordsPerThread = 16
const wordCount = (argumentsAddress - controlAddress) / 4
/** Threads that have a place of their own in the control words. */
export const mostThreads = (wordCount - word.atWork) / wordsPerThread

/** Where thread `thread` says which chunk it is at. */
export const placeAtWork = (thread: number): number => word.atWork + wordsPerThread * thread

export const controlWords = (buffer: ArrayBufferLike): Int32Array => new Int32Array(buffer, controlAddress, wordCount)

/** A kernel as every thread calls it: arguments at an address, which chunk, which thread (0 = the caller). */
export type Kernel = (args: number, chunk: number, thread: number) => void

/** Loads before a thread stops asking and goes to sleep: some hundred microseconds. */
export const spins = 100_000

/**
 * Claims chunks and runs them until none is left. A successful exchange proves that the call is still under way, so the
 * words read after it belong to it. Returns how many chunks were unclaimed at last: 0, or -1 once the pool is closed.
 * Once `isStopped` the chunks that nobody has claimed are dropped.
 */
export function workOff(
  words: Int32Array,
  kernels: readonly Kernel[],
  { thread, isStopped }: { thread: number; isStopped: () => boolean },
): number {
  const place = placeAtWork(thread)
  let unclaimed = Atomics.load(words, word.unclaimed)
  while (unclaimed > 0) {
    if (isStopped()) return dropUnclaimed(words)
    const seen = Atomics.compareExchange(words, word.unclaimed, unclaimed, unclaimed - 1)
    if (seen !== unclaimed) {
      unclaimed = seen
      continue
    }
    const chunk = words[word.chunks]! - unclaimed
    Atomics.store(words, place, chunk + 1)
    try {
      kernels[words[word.kernel]!]!(argumentsAddress, chunk, thread)
    } catch {
      Atomics.store(words, word.failed, 1)
    }
    Atomics.store(words, place, 0)
    if (Atomics.sub(words, word.unfinished, 1) === 1) Atomics.notify(words, word.unfinished)
    unclaimed = Atomics.load(words, word.unclaimed)
  }
  return unclaimed
}

/** Nobody may claim what is left of the call; a pool that is closed stays so. */
function dropUnclaimed(words: Int32Array): number {
  let unclaimed = Atomics.load(words, word.unclaimed)
  while (unclaimed > 0) {
    const seen = Atomics.compareExchange(words, word.unclaimed, unclaimed, 0)
    if (seen === unclaimed) {
      if (Atomics.sub(words, word.unfinished, seen) === seen) Atomics.notify(words, word.unfinished)
      return 0
    }
    unclaimed = seen
  }
  return unclaimed
}
