import type { BucketEvents } from './bucket-reader.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { spareBytes } from './kernels/spare-bytes.ts'
import type { SweepProgram } from './program.ts'

/** Who is a row, by user and cutoff: entry user * cutoffs + cutoff. */
export interface SweptSpine {
  /** From status `example` on the pair is a row. */
  readonly rows: Uint8Array
  /** One per prediction. */
  readonly statuses: readonly Uint8Array[]
}

/** The users of a bucket that have rows, in ascending order; entry i of every array is the i-th of them. */
export class ChosenUsers {
  count = 0
  /** The bucket's first user. */
  first = 0
  /** Place inside the bucket. */
  readonly chosen: Int32Array
  /** At how many cutoffs the user is a row. */
  readonly rows: Int32Array
  /** Word of the first record. */
  readonly from: Int32Array
  /** How many of the oldest records some row can see. */
  readonly visible: Int32Array
  /** How many of the latest of these windows with a beginning can see; all where that is not asked for. */
  readonly recent: Int32Array
  /** The bucket's statuses, prediction by prediction: byte `user * cutoffs + k`. */
  readonly statuses: readonly Uint8Array[]
  private readonly joined: Uint8Array
  /** 32 cutoffs a word. */
  private readonly flags: Uint32Array
  private readonly flagWords: number
  /** By cutoff: the second at which its sight ends, and that before which only windows without a beginning see. */
  private readonly ends: Float64Array
  private readonly beginnings: Float64Array
  private readonly program: SweepProgram
  private readonly spine: SweptSpine
  private readonly thread: KernelThread

  /** `reachDays`: before the cutoff, that of all windows with a beginning. */
  constructor(
    program: SweepProgram,
    spine: SweptSpine,
    { reachDays, thread }: { reachDays: number; thread: KernelThread },
  ) {
    const { space } = thread
    const { cutoffs, layout, delaysDays, baseDay } = program
    const users = 2 ** layout.user.bits
    const delayDays = Math.min(...delaysDays)
    this.program = program
    this.spine = spine
    this.thread = thread
    this.chosen = space.int32(users)
    this.rows = space.int32(users)
    this.from = space.int32(users)
    this.visible = space.int32(users)
    this.recent = space.int32(users)
    const statuses = (): Uint8Array => space.uint8(users * cutoffs.length + spareBytes)
    this.statuses = spine.statuses.map(statuses)
    this.joined = this.statuses.length === 1 ? this.statuses[0]! : statuses()
    this.flagWords = Math.ceil(cutoffs.length / 32)
    this.flags = space.uint32(users * this.flagWords)
    this.ends = space.float64(cutoffs.length)
    this.ends.set(cutoffs.map((cutoff) => (cutoff - delayDays - baseDay) * 86_400))
    this.beginnings = space.float64(cutoffs.length)
    this.beginnings.set(cutoffs.map((cutoff) => (cutoff - reachDays - delayDays - baseDay) * 86_400))
  }

  /** Of the bucket whose events are at hand. */
  choose({ records, start, counts }: BucketEvents, bucket: number): void {
    const { program, spine, statuses, joined, thread } = this
    const cutoffs = program.cutoffs.length
    const size = 2 ** program.layout.user.bits
    this.first = bucket * size
    const from = this.first * cutoffs
    const end = Math.min(spine.rows.length, from + size * cutoffs)
    joined.set(spine.rows.subarray(from, end))
    if (statuses.length > 1) for (const [p, own] of statuses.entries()) own.set(spine.statuses[p]!.subarray(from, end))
    this.count = thread.kernels.selectUsers(
      joined.byteOffset,
      (end - from) / cutoffs,
      cutoffs,
      start.byteOffset,
      counts.byteOffset,
      records.byteOffset,
      program.layout.words,
      this.ends.byteOffset,
      this.beginnings.byteOffset,
      this.flags.byteOffset,
      this.chosen.byteOffset,
      this.rows.byteOffset,
      this.from.byteOffset,
      this.visible.byteOffset,
      this.recent.byteOffset,
    )
  }

  /** Address of the i-th user's flags: a bit by cutoff, 1 where the user is a row. */
  flagsOf(i: number): number {
    return this.flags.byteOffset + 4 * this.flagWords * i
  }
}
