/** Neighbouring users that are counted and kept together. */
export const bucketUsers = 64

export interface UserBucket {
  /** user_index div `bucketUsers`. */
  readonly bucket: number
  readonly events: number
}

/** Users [from, to) by user_index; the first slice begins and the last one ends nowhere (null). */
export interface UserSlice {
  readonly from: number | null
  readonly to: number | null
  /** Of its buckets, ascending. */
  readonly buckets: readonly number[]
}

/** What one event and one user of a slice take in the engine, in bytes. */
export interface SliceWeight {
  readonly event: number
  readonly user: number
}

/**
 * Ranges of users, ascending, each of at most `sliceBytes` however the events are spread over the users, except that a
 * bucket is never divided. `buckets` ascend; without any there is one slice, of everybody.
 */
export function cutUserSlices(
  buckets: readonly UserBucket[],
  weight: SliceWeight,
  sliceBytes: number,
): readonly UserSlice[] {
  const groups: number[][] = [[]]
  let bytes = 0
  for (const { bucket, events } of buckets) {
    const own = events * weight.event + bucketUsers * weight.user
    if (bytes > 0 && bytes + own > sliceBytes) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)!.push(bucket)
    bytes += own
  }
  const begin = (group: number): number | null => (groups[group] === undefined ? null : groups[group][0]! * bucketUsers)
  return groups.map((of, i) => ({ from: i === 0 ? null : begin(i), to: begin(i + 1), buckets: of }))
}
