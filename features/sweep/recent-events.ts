import type { KernelThread } from './kernels/sweep-kernels.ts'
import { knowsInOrder, type SweepProgram } from './program.ts'
import { UserEvents } from './user-events.ts'

/** Cutoffs further apart than this see too many of the events for a second reading of the latest ones to pay. */
const mostSpanDays = 31

/** The events of a batch of users that windows with a beginning can see. */
export interface RecentEvents {
  readonly events: UserEvents
  /** Of the user's visible records, those not before all windows of the cutoff, which is the user's first row's. */
  add(records: Int32Array, visible: { readonly from: number; readonly count: number }, cutoff: number): void
}

/**
 * Where all cutoffs lie close together, most events of a long history are seen by windows without a beginning alone. The
 * others then have events of their own: sums over windows are the same integers wherever the running sums begin.
 */
export function recentEvents(program: SweepProgram, thread: KernelThread): RecentEvents | null {
  const { cutoffs, windows, measures, layout, baseDay, delaysDays } = program
  const days = measures.flatMap(({ window }) => {
    const { lookbackDays, offsetDays } = windows[window]!
    return lookbackDays === null ? [] : [lookbackDays + offsetDays]
  })
  const isClose = cutoffs.length > 0 && cutoffs.at(-1)! - cutoffs[0]! <= mostSpanDays
  if (!isClose || days.length === 0 || !knowsInOrder(program)) return null
  const reach = Math.max(...days) + delaysDays[0]! + baseDay
  const events = new UserEvents(program, 'features', thread)
  return {
    events,
    add(records, { from, count }, cutoff) {
      const start = (cutoff - reach) * 86_400
      let n = 0
      for (let p = from + (count - 1) * layout.words; n < count && records[p]! >= start; p -= layout.words) n++
      events.add(from + (count - n) * layout.words, n)
    },
  }
}
