import type { SweptColumn } from './waiting-rows.ts'
import type { KeyColumns } from './tasks.ts'

/** Rows of the result, or rows before it is known how many there are. */
export interface RowArrays {
  readonly columns: readonly SweptColumn[]
  readonly keys: KeyColumns
}

/** Rows of bucket b at cutoff k, entry b * cutoffs + k: they lie at `from` and go to `to`. */
export interface GatherTask {
  readonly kind: 'gather'
  /** Element 0: the next array that nobody has taken. */
  readonly next: Int32Array
  readonly loose: RowArrays
  readonly result: RowArrays
  readonly from: Int32Array
  readonly to: Int32Array
  readonly counts: Int32Array
}

/** First rows where every user of a bucket, and of those before it, may have a row at each cutoff. */
export function looseStarts(size: {
  readonly buckets: number
  readonly cutoffs: number
  readonly bucketUsers: number
  readonly userCount: number
}): Int32Array {
  const starts = new Int32Array(new SharedArrayBuffer(size.buckets * size.cutoffs * 4))
  for (let b = 0; b < size.buckets; b++)
    for (let k = 0; k < size.cutoffs; k++) starts[b * size.cutoffs + k] = k * size.userCount + b * size.bucketUsers
  return starts
}

/** One worker's share: array by array. */
export function gatherRows({ next, loose, result, from, to, counts }: GatherTask): void {
  const sources = arraysOf(loose)
  const targets = arraysOf(result)
  for (;;) {
    const at = Atomics.add(next, 0, 1)
    if (at >= sources.length) return
    for (let i = 0; i < counts.length; i++)
      if (counts[i]! > 0) targets[at]!.set(sources[at]!.subarray(from[i]!, from[i]! + counts[i]!), to[i]!)
  }
}

type RowArray = SweptColumn | Uint8Array | Uint32Array

function arraysOf({ columns, keys: { users, cutoffs, predictions } }: RowArrays): readonly RowArray[] {
  const labels = predictions.flatMap(({ labels, churnKinds, isExample }) => [
    labels,
    churnKinds,
    ...(isExample === null ? [] : [isExample]),
  ])
  return [users, cutoffs, ...labels, ...columns]
}
