import { ChurnMoments } from './churn-moments.ts'
import type { LabelCode, SweepProgram } from './program.ts'
import type { Hits } from './hits.ts'
import type { Registers } from './registers.ts'
import type { UserEvents } from './user-events.ts'

/** What one label says of a user at a cutoff. */
export interface LabelState {
  already: boolean
  inGap: boolean
  churned: boolean
}

/** Where the prediction window lies behind its cutoff. */
export interface PredictionDays {
  readonly gapDays: number
  readonly horizonDays: number
}

/** One label, asked about one user after the other. */
export interface LabelLeaf {
  /** Its churn is the user's own word. */
  readonly isActive: boolean
  /** Prepares for the user whose events were read. */
  prepare(): void
  /** Cutoffs come in ascending order; each is asked about for as many horizons as there are. */
  judge(cutoff: number, days: PredictionDays, state: LabelState): void
}

export function labelLeaf(
  label: LabelCode,
  { program, events, registers }: { program: SweepProgram; events: UserEvents; registers: Registers },
): LabelLeaf {
  const hits = registers.hits(label.condition)
  if (label.kind === 'no_event_in_window' || label.kind === 'event_in_window')
    return byWindow(label.kind, { hits, events, isLabelled: program.mode === 'label' })
  const moments = new ChurnMoments()
  const judge: LabelLeaf['judge'] = (cutoff, days, state) => moments.judge(cutoff, days, state)
  if (label.kind === 'explicit') {
    const returns = registers.hits(label.returns)
    return { isActive: true, prepare: () => moments.ofEvents(events, hits, returns), judge }
  }
  const reach = { silenceDays: label.silenceDays, delayDays: Math.max(...program.delaysDays) }
  return { isActive: false, prepare: () => moments.ofSilence(events, hits, reach), judge }
}

/** Whether an event falls in the prediction window decides; all events count, delayed or not. */
function byWindow(
  kind: 'no_event_in_window' | 'event_in_window',
  { hits, events, isLabelled }: { hits: Hits; events: UserEvents; isLabelled: boolean },
): LabelLeaf {
  const isActive = kind === 'event_in_window'
  let m = 0
  return {
    isActive,
    prepare: () => {
      m = 0
    },
    judge: (cutoff, { gapDays, horizonDays }, state) => {
      const { day } = events
      const { indexes } = hits
      const n = hits.counts[events.count]!
      while (m < n && day[indexes[m]!]! < cutoff + gapDays) m++
      state.already = false
      state.inGap = false
      const isThere = m < n && day[indexes[m]!]! < cutoff + gapDays + horizonDays
      state.churned = isLabelled && isThere === isActive
    },
  }
}
