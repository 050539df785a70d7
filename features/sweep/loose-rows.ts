import type { RowArrays } from './row-arrays.ts'

/** Rows of bucket b at cutoff k, entry b * cutoffs + k: they lie at `from` and go to `to`, which is not behind `from`. */
export interface GatherTask {
  readonly kind: 'gather'
  /** Element 0: the next array that nobody has taken. */
  readonly next: Int32Array
  readonly rows: RowArrays
  readonly cutoffs: number
  readonly from: Int32Array
  readonly to: Int32Array
  readonly counts: Int32Array
}

/** First rows where every user of a bucket, and of those before it, may have a row at each cutoff. */
export function looseStarts(size: {
  /** Nothing goes before this row. */
  readonly first: number
  readonly buckets: number
  readonly cutoffs: number
  readonly bucketUsers: number
  readonly userCount: number
}): Int32Array {
  const starts = new Int32Array(new SharedArrayBuffer(size.buckets * size.cutoffs * 4))
  for (let b = 0; b < size.buckets; b++)
    for (let k = 0; k < size.cutoffs; k++)
      starts[b * size.cutoffs + k] = size.first + k * size.userCount + b * size.bucketUsers
  return starts
}

/** One worker's share: array by array. In the order of the rows, so that none is written over before it was moved. */
export function gatherRows({ next, rows, cutoffs, from, to, counts }: GatherTask): void {
  const arrays = arraysOf(rows)
  for (let at = Atomics.add(next, 0, 1); at < arrays.length; at = Atomics.add(next, 0, 1))
    for (let k = 0; k < cutoffs; k++)
      for (let i = k; i < counts.length; i += cutoffs)
        if (from[i]! !== to[i]!) arrays[at]!.copyWithin(to[i]!, from[i]!, from[i]! + counts[i]!)
}

function arraysOf({ columns, keys: { users, cutoffs, predictions } }: RowArrays) {
  const labels = predictions.flatMap(({ labels, churnKinds, isExample }) => [
    labels,
    churnKinds,
    ...(isExample === null ? [] : [isExample]),
  ])
  return [users, cutoffs, ...labels, ...columns]
}
