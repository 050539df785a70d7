import { addDays, type Day, daysBetween } from '../core/day.ts'

export interface WindowTimes {
  readonly cutoffs: readonly Day[]
  readonly gapDays: number
  readonly horizonDays: number
  /** The largest source delay. */
  readonly delayDays: number
  /** First day that is not complete. */
  readonly dataEnd: Day
}

export interface OpenWindow {
  readonly cutoff: Day
  /** Days of its prediction window that nobody has seen yet. */
  readonly missingDays: number
}

/**
 * Cutoffs whose prediction window is not closed: cutoff + gap + horizon + delay > data end. Their silent users are called
 * churned although the time to come back is not over. Empty when all are closed.
 */
export function openWindows({ cutoffs, gapDays, horizonDays, delayDays, dataEnd }: WindowTimes): OpenWindow[] {
  return cutoffs.flatMap((cutoff) => {
    const missingDays = daysBetween(dataEnd, addDays(cutoff, gapDays + horizonDays + delayDays))
    return missingDays > 0 ? [{ cutoff, missingDays }] : []
  })
}

/** A silence of so many days is nothing to speak of. */
const shortSilence = 3

/**
 * Days between the last event and the data end, when they are inside a prediction window and longer than twice the
 * longest silence of the whole log: the log probably stops before the declared end. 0 where nothing is wrong.
 * `eventsByDay`: every day from the first event to the last, zeros included.
 */
export function silentEnd(
  times: WindowTimes,
  eventsByDay: readonly { readonly day: string; readonly events: number }[],
): number {
  const last = eventsByDay.findLast(({ events }) => events > 0)
  if (last === undefined) return 0
  const silent = daysBetween(last.day as Day, times.dataEnd) - 1
  let longest = 0
  let run = 0
  for (const { events } of eventsByDay) {
    run = events === 0 ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  const windowEnd = addDays(times.cutoffs.at(-1)!, times.gapDays + times.horizonDays)
  const isInWindow = daysBetween(last.day as Day, windowEnd) > 1
  return isInWindow && silent > Math.max(shortSilence, 2 * longest) ? silent : 0
}
