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
  /** Says who the users are, once that is known; the rows are there when `done` is. */
  named(users: KeptUsers): RestoredRows
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
  readonly userCount: number
  readonly cutoffs: readonly KeptCutoff[]
  readonly folder: string
  readonly signal: AbortSignal
}

/** The workers begin at once: what a row holds does not depend on who is who today. */
export function startRestoring(pool: SweepPool, wanted: ToRestore): Restoring {
  const { plan, program, userCount, cutoffs, folder, signal } = wanted
  const { length: predictions } = plannedPredictions(plan)
  let known = 0
  const files = cutoffs.map(({ cutoff, rows, file }) => {
    const from = known
    known += rows
    return { path: join(folder, file.name), file, cutoff, from, rows }
  })
  const most = known + userCount * (plan.cutoffs.length - cutoffs.length)
  const room = emptyRows({ program, predictions, isDouble: false }, most)
  const { cancelled, end } = cancellation(signal)
  const restored = pool.run({ kind: 'restore', next: counter(), files, into: room, cancelled })
  // A fault is thrown when the rows are asked for, if they are.
  restored.catch(() => undefined)
  const nameUsers = async ({ indexOf }: KeptUsers): Promise<void> => {
    await restored
    if (Atomics.load(cancelled, 0) !== 0) return
    await pool.run({ kind: 'name-users', next: counter(), files, users: room.keys.users, indexOf })
  }
  return {
    cutoffs,
    named: (users) => {
      const done = nameUsers(users)
      done.catch(() => undefined)
      return {
        rows: new Map(cutoffs.map(({ cutoff, rows }) => [cutoff, rows])),
        population: new Map(cutoffs.map(({ cutoff, population }) => [cutoff, Int32Array.from(population)])),
        room,
        done,
      }
    },
    stop: () => {
      Atomics.store(cancelled, 0, 1)
      end()
    },
  }
}
