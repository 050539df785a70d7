import { openSync } from 'node:fs'
import type { BucketEvents, BucketReader } from '../sweep/bucket-reader.ts'
import type { KernelThread } from '../sweep/kernels/sweep-kernels.ts'
import { orderByTime } from '../sweep/order-by-time.ts'
import type { SweepProgram } from '../sweep/program.ts'
import { readPart } from './kept-file.ts'
import { KeptStateFault } from './kept-state.ts'
import { KeptSum } from './kept-sum.ts'

/** Kept records of events, as the workers see them. */
export interface KeptEvents {
  /** The first one holds most events. */
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
  /** Blocks of the file: block b ends before byte `ends[b]`; its checksum. A block holds whole records. */
  readonly ends: Float64Array
  readonly sums: Float64Array
}

/** One segment's records of the bucket at hand. */
interface Piece extends SegmentPlace {
  readonly file: number
  records: Int32Array
  /** Where the bucket's first record is, in records. */
  first: number
  /** Of the bucket's users, as `starts`; in the memory of kernels. */
  readonly places: Uint32Array
}

/** Words of a piece in the kernel's table. */
const pieceWords = 3

/**
 * The events of a bucket out of kept ones, which lie in files by user, and new ones. Users of whom only the first segment
 * has events stay where they were read; those of others are put together behind them. What is read for the first time is
 * compared with its checksums; blocks are those of the buckets of an earlier build, so a few are read twice where users
 * have joined since.
 */
export class MergedReader implements BucketEvents {
  records: Int32Array = new Int32Array(0)
  readonly start: Int32Array
  readonly counts: Int32Array
  private readonly program: SweepProgram
  private readonly thread: KernelThread
  private readonly added: BucketReader
  private readonly kept: KeptEvents
  private readonly userCount: number
  private readonly pieces: readonly Piece[]
  /** See the kernel `joinPieces`; the last piece are the new events. */
  private readonly table: Int32Array
  private readonly dropped: Int32Array
  /** Users put together from several places: their first records, and the end of the last. */
  private readonly together: Int32Array
  private readonly sum: KeptSum
  private spare: Int32Array = new Int32Array(0)

  constructor(
    program: SweepProgram,
    added: BucketReader,
    { kept, userCount, thread }: { kept: KeptEvents; userCount: number; thread: KernelThread },
  ) {
    const { space } = thread
    this.program = program
    this.thread = thread
    this.sum = new KeptSum(thread)
    this.added = added
    this.kept = kept
    this.userCount = userCount
    const users = 2 ** program.layout.user.bits
    this.start = space.int32(users)
    this.counts = space.int32(users)
    this.together = space.int32(users + 1)
    this.table = space.int32((kept.segments.length + 1) * pieceWords)
    this.dropped = space.int32(kept.dropped.length)
    this.dropped.set(kept.dropped)
    // The descriptors are closed when the worker ends.
    this.pieces = kept.segments.map((place) => ({
      ...place,
      file: openSync(place.path, 'r'),
      records: new Int32Array(0),
      first: 0,
      places: space.uint32(users + 1),
    }))
  }

  sort(bucket: number): void {
    this.added.sort(bucket)
    this.kept.bucketEvents[bucket] = this.merge(bucket, true)
  }

  read(bucket: number): void {
    this.added.read(bucket)
    this.merge(bucket, false)
  }

  /** Returns the number of events. */
  private merge(bucket: number, isChecked: boolean): number {
    const { pieces, program, thread, added, table, together, sum } = this
    const { words, user } = program.layout
    const first = bucket * 2 ** user.bits
    const users = Math.min(2 ** user.bits, this.userCount - first)
    const sizes = pieces.map(({ starts }) => starts[first + users]! - starts[first]!)
    const room = sizes.reduce((sum, size) => sum + size, added.start[users]!)
    for (const [p, piece] of pieces.entries()) {
      if (p === 0 || sizes[p]! > 0)
        load(piece, { first, users, words, room: p === 0 ? room : 0, isChecked, thread, sum })
      piece.places.set(piece.starts.subarray(first, first + users + 1))
      table.set([piece.records.byteOffset, piece.places.byteOffset, piece.starts[first]! - piece.first], p * pieceWords)
    }
    table.set([added.records.byteOffset, added.start.byteOffset, 0], pieces.length * pieceWords)
    this.records = pieces[0]!.records
    const end = pieces[0]!.first + sizes[0]!
    const ranges = this.dropped.length / 2
    const joined = thread.kernels.joinPieces(
      ...([table.byteOffset, pieces.length + 1, users, words, this.dropped.byteOffset, ranges, end] as const),
      ...([this.start.byteOffset, this.counts.byteOffset, together.byteOffset] as const),
    )
    this.counts.fill(0, users)
    this.order(joined)
    return ranges === 0 ? room : together[joined]! - end
  }

  /** The users that were put together, as many as `joined`. */
  private order(joined: number): void {
    const { records, together, program, thread } = this
    let longest = 0
    for (let i = 0; i < joined; i++) longest = Math.max(longest, together[i + 1]! - together[i]!)
    const words = longest * program.layout.words
    if (this.spare.length < words) {
      thread.space.giveBack(this.spare)
      this.spare = thread.space.int32(2 ** Math.ceil(Math.log2(words)))
    }
    orderByTime(records, { layout: program.layout, start: together, stretches: joined, spare: this.spare, thread })
  }
}

interface Loading {
  readonly first: number
  readonly users: number
  readonly words: number
  /** Records that shall fit behind those of the file. */
  readonly room: number
  readonly isChecked: boolean
  readonly thread: KernelThread
  readonly sum: KeptSum
}

/** Brings the segment's records of these users into memory, in whole blocks where they are checked. */
function load(piece: Piece, { first, users, words, room, isChecked, thread, sum }: Loading): void {
  const { starts, ends } = piece
  const size = words * 4
  let from = starts[first]! * size
  let end = starts[first + users]! * size
  const wanted = from
  let block = 0
  if (isChecked && end > from) {
    while (ends[block]! <= from) block++
    from = block === 0 ? 0 : ends[block - 1]!
    let last = block
    while (ends[last]! < end) last++
    end = ends[last]!
  }
  const needed = (end - from) / 4 + room * words
  if (piece.records.length < needed) {
    thread.space.giveBack(piece.records)
    piece.records = thread.space.int32(2 ** Math.ceil(Math.log2(needed)))
  }
  const bytes = new Uint8Array(piece.records.buffer, piece.records.byteOffset, end - from)
  readPart(piece.file, { bytes, at: from, path: piece.path })
  piece.first = (wanted - from) / size
  if (!isChecked) return
  for (let at = 0; at < bytes.length; block++) {
    const next = ends[block]! - from
    sum.add(bytes.subarray(at, next))
    if (sum.end() !== piece.sums[block]!) throw new KeptStateFault(`${piece.path}: its content has changed`)
    at = next
  }
}
