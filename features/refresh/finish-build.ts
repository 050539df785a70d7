import { dayNumber } from '../../core/day.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import { plannedPredictions } from '../predictions.ts'
import type { BuildOptions } from '../refresh.ts'
import { finishSweep } from '../sweep/finish-sweep.ts'
import type { SweepSplit } from '../sweep/plan-sweep.ts'
import type { ReadEvents } from '../sweep/read-events.ts'
import { runSweep } from '../sweep/run-sweep.ts'
import { cancellation, type SweptExamples } from '../sweep.ts'
import { both } from './both.ts'
import type { Identity } from './identity.ts'
import type { KeptState } from './kept-state.ts'
import type { KeptUsers } from './kept-users.ts'
import type { KeptEvents } from './merged-reader.ts'
import type { Restoring } from './restore-rows.ts'
import { writeState } from './write-state.ts'

/** What of the last state is used. */
export interface Previous {
  readonly state: KeptState
  readonly kept: KeptEvents
  /** Rows that are taken over; null: none. */
  readonly restoring: Restoring | null
}

export interface Building {
  /** With all cutoffs. */
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  /** The events that the state does not hold, and the program of the cutoffs that it does not hold. */
  readonly read: ReadEvents
  readonly options: BuildOptions
  readonly serial: number
  readonly identity: Identity
  readonly users: KeptUsers
  readonly previous: Previous | null
}

/** Sweeps the events, kept and new; brings in the kept rows; keeps what the next build can use. */
export async function finishBuild(
  engine: Engine & { readonly scanner: ColumnScanner },
  building: Building,
): Promise<{ swept: SweptExamples; next: KeptState | null }> {
  const { plan, split, read, options, users, previous } = building
  const stopping = cancellation(options.signal)
  try {
    const rows = await runSweep(options.pool, {
      cutoffs: plan.cutoffs.map(dayNumber),
      read,
      given: null,
      predictions: plannedPredictions(plan).length,
      cancelled: stopping.cancelled,
      isDouble: false,
      signal: options.signal,
      kept: previous?.kept ?? null,
      restored: previous?.restoring?.named(users) ?? null,
    })
    options.signal.throwIfAborted()
    // The workers write while the engine and this thread finish the examples, which changes no swept row.
    const keeping = options.isKept ? writeState(engine, building, rows) : Promise.resolve(null)
    const [swept, next] = await both(finishSweep({ engine, plan, split, read, given: null, options }, rows), keeping)
    return { swept, next }
  } finally {
    stopping.end()
    read.close()
  }
}
