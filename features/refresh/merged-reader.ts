import { openSync, readSync } from 'node:fs'
import type { BucketEvents } from '../sweep/bucket-reader.ts'
import type { SweepProgram } from '../sweep/program.ts'
import { sortByTime } from '../sweep/sort-by-time.ts'

/** Kept records of events, as the workers see them. */
export interface KeptEvents {
  readonly segments: readonly SegmentPlace[]
  /** Seconds [from, to), pairs: kept events inside are left out. */
  readonly dropped: Int32Array
  /** Written here: events of each bucket, kept and new. */
  readonly bucketEvents: Int32Array
}

export interface SegmentPlace {
  readonly path: string
  /** Records of users 0 .. u - 1 in the file, by user_index; in shared memory. */
  readonly starts: Uint32Array
}

/** One segment's records of the bucket at hand. */
interface Piece {
  readonly file: number
  readonly starts: Uint32Array
  records: Int32Array
}

/** The events of a bucket out of kept ones, which lie in files by user, and new ones. */
export class MergedReader implements BucketEvents {
  records = new Int32Array(0)
  readonly start: Int32Array
  private readonly program: SweepProgram
  private readonly added: BucketEvents
  private readonly kept: KeptEvents
  private readonly userCount: number
  private readonly pieces: readonly Piece[]

  constructor(
    program: SweepProgram,
    added: BucketEvents,
    { kept, userCount }: { kept: KeptEvents; userCount: number },
  ) {
    this.program = program
    this.added = added
    this.kept = kept
    this.userCount = userCount
    this.start = new Int32Array(2 ** program.layout.user.bits + 2)
    // The descriptors are closed when the worker ends.
    this.pieces = kept.segments.map(({ path, starts }) => ({
      file: openSync(path, 'r'),
      starts,
      records: new Int32Array(0),
    }))
  }

  sort(bucket: number): void {
    this.added.sort(bucket)
    this.merge(bucket)
    this.kept.bucketEvents[bucket] = this.start.at(-1)!
  }

  read(bucket: number): void {
    this.added.read(bucket)
    this.merge(bucket)
  }

  private merge(bucket: number): void {
    const { start, added, pieces } = this
    const { words, user } = this.program.layout
    const first = bucket * 2 ** user.bits
    const users = Math.min(2 ** user.bits, this.userCount - first)
    let most = added.start[users]!
    for (const piece of pieces) most += this.load(piece, first, users)
    if (this.records.length < most * words) this.records = new Int32Array(2 ** Math.ceil(Math.log2(most * words)))
    const isWhole = this.kept.dropped.length === 0
    let at = 0
    for (let u = 0; u < users; u++) {
      start[u] = at
      for (const { records, starts } of pieces) {
        const from = starts[first + u]! - starts[first]!
        const count = starts[first + u + 1]! - starts[first + u]!
        if (count > 0)
          at = isWhole ? this.copy(records, { from, count }, at) : this.copyWanted(records, { from, count }, at)
      }
      const count = added.start[u + 1]! - added.start[u]!
      if (count > 0) at = this.copy(added.records, { from: added.start[u]!, count }, at)
    }
    start.fill(at, users)
    sortByTime(this.records, { layout: this.program.layout, start, users })
  }

  /** Brings the segment's records of these users into memory; returns their number. */
  private load(piece: Piece, first: number, users: number): number {
    const { words } = this.program.layout
    const from = piece.starts[first]!
    const count = piece.starts[first + users]! - from
    if (piece.records.length < count * words) piece.records = new Int32Array(2 ** Math.ceil(Math.log2(count * words)))
    const bytes = new Uint8Array(piece.records.buffer, 0, count * words * 4)
    for (let done = 0; done < bytes.length;) {
      const read = readSync(piece.file, bytes, done, bytes.length - done, from * words * 4 + done)
      if (read === 0) throw new Error('kept events end too early')
      done += read
    }
    return count
  }

  /** Returns the place after the last copied record. */
  private copy(from: Int32Array, range: { from: number; count: number }, at: number): number {
    const { words } = this.program.layout
    const { records } = this
    const end = (range.from + range.count) * words
    for (let p = range.from * words, to = at * words; p < end; p++, to++) records[to] = from[p]!
    return at + range.count
  }

  private copyWanted(from: Int32Array, range: { from: number; count: number }, at: number): number {
    const { words } = this.program.layout
    const { dropped } = this.kept
    let to = at
    for (let i = range.from; i < range.from + range.count; i++) {
      const second = from[i * words]!
      let isDropped = false
      for (let d = 0; d < dropped.length; d += 2) isDropped ||= second >= dropped[d]! && second < dropped[d + 1]!
      if (!isDropped) to = this.copy(from, { from: i, count: 1 }, to)
    }
    return to
  }
}
