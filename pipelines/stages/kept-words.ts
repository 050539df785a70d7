import type { DeepReadonly } from '../../configs/load.ts'
import type { CutoffsConfig } from '../../features/cutoffs.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { otherCutoffs, type RefreshReport } from '../../features/refresh.ts'

type Schedule = DeepReadonly<CutoffsConfig>

/** What was taken over, and why not more: `51 of 52 cutoffs and 9,860,272 of 10,020,690 events from an earlier run`. */
export function keptWords(report: RefreshReport, mode: ExamplePlan['mode'], schedule: Schedule): string {
  const { reason, events, eventsRead, cutoffs, cutoffsMade, stateBytes } = report
  const count = (n: number): string => n.toLocaleString('en')
  const rows = mode === 'score' ? '' : `${cutoffs - cutoffsMade} of ${cutoffs} cutoffs and `
  const moves = reason === otherCutoffs && followsData(schedule)
  const how = moves ? ': without cutoffs.from the schedule moves with the data' : ''
  const why = reason === null ? '' : `; ${reason}${how}`
  const size = stateBytes === 0 ? '' : `; ${count(Math.ceil(stateBytes / 1e6))} MB kept for the next`
  return `${rows}${count(events - eventsRead)} of ${count(events)} events from an earlier run${why}${size}`
}

/** True where the days of the schedule are counted back from the latest closed one. */
const followsData = (schedule: Schedule): boolean =>
  !isList(schedule) && schedule.from === undefined && schedule.to === 'latest'

const isList = (schedule: Schedule): schedule is readonly string[] => Array.isArray(schedule)
