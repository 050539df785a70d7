import { join } from 'node:path'
import { dayNumber, type Day } from '../../core/day.ts'
import type { ExamplePlan } from '../plan.ts'
import { plannedPredictions } from '../predictions.ts'
import { emptyRows } from '../sweep/row-arrays.ts'
import type { RestoredRows } from '../sweep/run-sweep.ts'
import type { SweepProgram } from '../sweep/program.ts'
import type { SweepPool } from '../sweep/sweep-pool.ts'
import { cancellation } from '../sweep.ts'
import { counter } from './counter.ts'
import type { KeptCutoff, KeptState } from './kept-state.ts'
import type { KeptUsers } from './kept-users.ts'
import { isSettled } from './settled.ts'

/** Rows of kept cutoffs, which are on their way into the result. */
export interface Restoring {
  readonly cutoffs: readonly KeptCutoff[]
  readonly rows: RestoredRows
  /** They are there, or not wanted. */
  stop(): void
}

/**
 * The cutoffs of the state whose rows stand: from the plan's first one on, up to the one that has to be made, as rows come into
 * the result in the order of the plan and kept ones are its beginning. So an earlier cutoff than those that were kept, or a hole
 * among them, makes all after it anew, although they have not changed. Nothing before `changedFrom` has changed; null: nothing
 * at all has.
 */
export function standing(state: KeptState, plan: ExamplePlan, changedFrom: Day | null): readonly KeptCutoff[] {
  const kept = new Map(state.cutoffs.map((one) => [one.cutoff, one]))
  const known = plan.cutoffs.map((cutoff) => kept.get(dayNumber(cutoff)))
  const made = plan.cutoffs.findIndex(
    (cutoff, at) =>
      known[at] === undefined ||
      !isSettled(plan, cutoff, plan.dataEnd) ||
      (changedFrom !== null && !isSettled(plan, cutoff, changedFrom)),
  )
  return known.slice(0, made < 0 ? known.length : made).filter((one) => one !== undefined)
}

export interface ToRestore {
  readonly plan: ExamplePlan
  readonly program: SweepProgram
  readonly users: KeptUsers
  readonly cutoffs: readonly KeptCutoff[]
  readonly folder: string
  readonly signal: AbortSignal
}

/** The workers begin at once; whoever wants the rows waits for `rows.done`. */
export function startRestoring(pool: SweepPool, wanted: ToRestore): Restoring {
  const { plan, program, users, cutoffs, folder, signal } = wanted
  const { length: predictions } = plannedPredictions(plan)
  let known = 0
  const files = cutoffs.map(({ cutoff, rows, file }) => {
    const from = known
    known += rows
    return { path: join(folder, file.name), file, cutoff, from, rows }
  })
  const most = known + users.idOf.length * (plan.cutoffs.length - cutoffs.length)
  const room = emptyRows({ program, predictions, isDouble: false }, most)
  const { cancelled, end } = cancellation(signal)
  const { indexOf } = users
  const done = pool.run({ kind: 'restore', next: counter(), files, into: room, indexOf, cancelled })
  // A fault is thrown when the rows are asked for, if they are.
  done.catch(() => undefined)
  return {
    cutoffs,
    rows: {
      rows: new Map(cutoffs.map(({ cutoff, rows }) => [cutoff, rows])),
      population: new Map(cutoffs.map(({ cutoff, population }) => [cutoff, Int32Array.from(population)])),
      room,
      done,
    },
    stop: () => {
      Atomics.store(cancelled, 0, 1)
      end()
    },
  }
}
