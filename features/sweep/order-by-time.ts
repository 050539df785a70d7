import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { RecordLayout } from './program.ts'

export interface Ordering {
  readonly layout: RecordLayout
  /** First record of each stretch, and the end of the last one; in the thread's space like the records. */
  readonly start: Int32Array
  readonly stretches: number
  /** Room for the longest stretch. */
  readonly spare: Int32Array
  readonly thread: KernelThread
}

/**
 * Puts the records of each stretch in order of second and, where the layout has it, microsecond. Records that are in order
 * already cost one comparison each. Stable; equal moments stay in the order in which they came, which no value depends on.
 */
export function orderByTime(records: Int32Array, { layout, start, stretches, spare, thread }: Ordering): void {
  const { words, micro } = layout
  const fraction = micro === null ? ([0, 0, 0] as const) : ([micro.word * 4, micro.shift, 2 ** micro.bits - 1] as const)
  const places = [records.byteOffset, start.byteOffset, stretches, words] as const
  thread.kernels.orderByTime(...places, ...fraction, spare.byteOffset)
}
