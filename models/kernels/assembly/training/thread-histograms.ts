import { addressAt, countAt } from '../shared/arguments'

/**
 * Every thread sums into a histogram of its own; thread 0 into the node's. Arguments from `k` on: slot of the node; bytes
 * of a slot; histograms of threads 1, 2, …; marks, one int32 by thread, 64 bytes apart; number of this call. A thread
 * that takes its first chunk of a call clears its histogram and sets its mark.
 */
export function ownHistogram(args: usize, k: i32, thread: i32): usize {
  const bytes = addressAt(args, k + 1)
  const histogram = thread == 0 ? addressAt(args, k) : addressAt(args, k + 2) + <usize>(thread - 1) * bytes
  const mark = addressAt(args, k + 3) + ((<usize>thread) << 6)
  const call = countAt(args, k + 4)
  if (load<i32>(mark) != call) {
    memory.fill(histogram, 0, bytes)
    store<i32>(mark, call)
  }
  return histogram
}

/** Adds what `threads` threads summed in the call into the node's slot, for `bytes` bytes from `offset` on. */
export function mergeThreads(args: usize, k: i32, threads: i32, offset: usize, bytes: usize): void {
  const slot = addressAt(args, k) + offset
  const slotBytes = addressAt(args, k + 1)
  const marks = addressAt(args, k + 3)
  const call = countAt(args, k + 4)
  let isBegun = load<i32>(marks) == call
  for (let thread = 1; thread < threads; thread++) {
    if (load<i32>(marks + ((<usize>thread) << 6)) != call) continue
    const own = addressAt(args, k + 2) + <usize>(thread - 1) * slotBytes + offset
    if (isBegun) add(slot, own, bytes)
    else memory.copy(slot, own, bytes)
    isBegun = true
  }
  if (!isBegun) memory.fill(slot, 0, bytes)
}

function add(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16, from += 16) v128.store(to, i64x2.add(v128.load(to), v128.load(from)))
}
