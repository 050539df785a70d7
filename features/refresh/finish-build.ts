import { dayNumber } from '../../core/day.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import { plannedPredictions } from '../predictions.ts'
import type { RefreshOptions } from '../refresh.ts'
import { finishSweep } from '../sweep/finish-sweep.ts'
import type { SweepSplit } from '../sweep/plan-sweep.ts'
import type { ReadEvents } from '../sweep/read-events.ts'
import { runSweep, type RestoredRows, type RowTarget } from '../sweep/run-sweep.ts'
import type { SweepPool } from '../sweep/sweep-pool.ts'
import { cancellation, type SweptExamples } from '../sweep.ts'
import { moveRows, type WrittenRows } from './move-rows.ts'
import type { Identity } from './identity.ts'
import type { KeptCutoff, KeptState } from './kept-state.ts'
import type { KeptUsers } from './kept-users.ts'
import type { KeptEvents } from './merged-reader.ts'
import { writeState } from './write-state.ts'

/** What of the last state is used. */
export interface Previous {
  readonly state: KeptState
  readonly kept: KeptEvents
  /** Cutoffs whose rows are taken over. */
  readonly cutoffs: readonly KeptCutoff[]
}

export interface Building {
  /** With all cutoffs. */
  readonly plan: ExamplePlan
  readonly pool: SweepPool
  readonly split: SweepSplit
  /** The events that the state does not hold, and the program of the cutoffs that it does not hold. */
  readonly read: ReadEvents
  readonly options: RefreshOptions
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
  const { plan, split, read, options, previous, pool } = building
  let written: readonly WrittenRows[] | null = null
  const restore = async (own: SweepPool, into: RowTarget): Promise<void> => {
    written = await moveRows(own, building, into)
  }
  const stopping = cancellation(options.signal)
  try {
    const rows = await runSweep(pool, {
      cutoffs: plan.cutoffs.map(dayNumber),
      read,
      given: null,
      predictions: plannedPredictions(plan).length,
      cancelled: stopping.cancelled,
      isDouble: false,
      signal: options.signal,
      kept: previous?.kept ?? null,
      restored: previous === null ? null : { ...restoredRows(previous), restore },
    })
    options.signal.throwIfAborted()
    written ??= await moveRows(pool, building, rows)
    const next = options.isKept ? await writeState(engine, pool, building, { swept: rows, written }) : null
    const swept = await finishSweep({ engine, plan, split, read, given: null, options }, rows)
    return { swept, next }
  } finally {
    stopping.end()
    read.close()
  }
}

function restoredRows({ cutoffs }: Previous): Omit<RestoredRows, 'restore'> {
  return {
    rows: new Map(cutoffs.map(({ cutoff, rows }) => [cutoff, rows])),
    population: new Map(cutoffs.map(({ cutoff, population }) => [cutoff, Int32Array.from(population)])),
  }
}
