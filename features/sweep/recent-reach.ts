import { knowsInOrder, type SweepProgram } from './program.ts'

/** Cutoffs further apart than this see too many of the events for a second reading of the latest ones to pay. */
const mostSpanDays = 31

/**
 * Where all cutoffs lie close together, most events of a long history are seen by windows without a beginning alone. The
 * others then have events of their own: sums over windows are the same integers wherever the running sums begin.
 * Returns the days before a cutoff that windows with a beginning reach; null where all windows share the events.
 */
export function recentReach(program: SweepProgram): number | null {
  const { cutoffs, windows, measures } = program
  const days = measures.flatMap(({ window }) => {
    const { lookbackDays, offsetDays } = windows[window]!
    return lookbackDays === null ? [] : [lookbackDays + offsetDays]
  })
  const isClose = cutoffs.length > 0 && cutoffs.at(-1)! - cutoffs[0]! <= mostSpanDays
  return isClose && days.length > 0 && knowsInOrder(program) ? Math.max(...days) : null
}
