import type { BucketEvents } from './bucket-reader.ts'
import type { KernelSpace } from './kernels/kernel-space.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { Field, SweepProgram } from './program.ts'

/** Days [from, to), counted from the base day. */
export interface DayRange {
  readonly from: number
  readonly to: number
}

/**
 * Finds the windows that hold an event which meets a condition, for all users of a bucket: a user's marks are 64 bits, two words,
 * one for each of at most 64 windows. What an event adds is looked up by its day.
 */
export class WindowProbe {
  private readonly thread: KernelThread
  private readonly words: number
  /** Bits of the windows by day; then 0, of all days from `days` on; then those of all windows. */
  private readonly windows: Int32Array
  private readonly days: number
  /** No window begins before this second. */
  private readonly oldest: number
  /** Where an event's code is, and all ones or 0 by code. */
  private readonly field: Field
  private readonly table: Int32Array

  constructor(program: SweepProgram, condition: number, ranges: readonly DayRange[], thread: KernelThread) {
    this.thread = thread
    this.words = program.layout.words
    this.days = Math.max(0, ...ranges.map(({ to }) => to))
    this.windows = windowsByDay(ranges, this.days, thread.space)
    this.oldest = Math.max(0, Math.min(this.days, ...ranges.map(({ from }) => from))) * 86_400
    const { field, hits } = testOf(program, condition)
    this.field = field
    this.table = thread.space.int32(2 * hits.length)
    for (const [code, hit] of hits.entries()) this.table.fill(-hit, 2 * code, 2 * code + 2)
  }

  /** Adds the windows that hold some event of the user. */
  addAny(events: BucketEvents, users: number, marks: Int32Array): void {
    const { words, field, table, windows, days, oldest } = this
    const { markWindows } = this.thread.kernels
    const test = [field.word * 4, field.shift, 2 ** field.bits - 1, table.byteOffset] as const
    markWindows(...placesOf(events), users, words, ...test, windows.byteOffset, days, oldest, marks.byteOffset)
  }

  /** The windows that hold the user's oldest event, whatever the condition. */
  ofFirst(events: BucketEvents, users: number, marks: Int32Array): void {
    const { words, windows, days } = this
    this.thread.kernels.markFirst(...placesOf(events), users, words, windows.byteOffset, days, marks.byteOffset)
  }
}

const placesOf = ({ records, start, counts }: BucketEvents): readonly [number, number, number] => [
  records.byteOffset,
  start.byteOffset,
  counts.byteOffset,
]

function windowsByDay(ranges: readonly DayRange[], days: number, space: KernelSpace): Int32Array {
  const windows = space.int32(2 * (days + 2)).fill(0)
  for (const [k, { from, to }] of ranges.entries())
    for (let day = Math.max(0, from); day < to; day++)
      for (const at of [day, days + 1]) windows[2 * at + (k >> 5)]! |= 1 << (k & 31)
  return windows
}

/** 1 by code where an event meets the condition. */
function testOf(
  { conditions, layout }: SweepProgram,
  condition: number,
): { readonly field: Field; readonly hits: Uint8Array } {
  const code = conditions[condition]!
  const nothing: Field = { word: 0, shift: 0, bits: 0 }
  if (code.by === 'all') return { field: nothing, hits: Uint8Array.of(1) }
  if (code.by === 'type') return { field: layout.type ?? nothing, hits: code.hits }
  return { field: layout.flags[code.flag]!, hits: Uint8Array.of(0, 1) }
}
