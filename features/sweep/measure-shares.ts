import { isToldByWalk } from './history-measures.ts'
import type { SweepProgram } from './program.ts'
import { recentReach } from './recent-reach.ts'

/** Measures by what tells them, by slot; each is in one of the lists. */
export interface MeasureShares {
  /** Days before a cutoff that windows with a beginning reach, where these have events of their own; else null. */
  readonly reachDays: number | null
  /** Over the latest events alone. */
  readonly recent: readonly number[]
  /** By a walk over the records, without columns of events. */
  readonly walked: readonly number[]
  /** Over all events that are visible. */
  readonly whole: readonly number[]
}

export function measureShares(program: SweepProgram): MeasureShares {
  const { measures, windows } = program
  const reachDays = recentReach(program)
  const slots = [...measures.keys()]
  if (reachDays === null) return { reachDays, recent: [], walked: [], whole: slots }
  const recent = slots.filter((slot) => windows[measures[slot]!.window]!.lookbackDays !== null)
  const walked = slots.filter((slot) => isToldByWalk(measures[slot]!, program))
  const whole = slots.filter((slot) => !recent.includes(slot) && !walked.includes(slot))
  return { reachDays, recent, walked, whole }
}
