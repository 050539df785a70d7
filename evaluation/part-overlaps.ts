import { type Part, parts as partNames, type SplitPlan } from './split.ts'

export interface PartRowsInput {
  readonly mode: SplitPlan['mode']
  /** gap + horizon + delay + embargo. */
  readonly reachDays: number
  /** Rows of the dataset, by part. */
  readonly rows: Readonly<Record<Part, Uint32Array>>
  /** By row: day number of the cutoff, and the user. */
  readonly cutoffs: Uint16Array
  readonly users: Uint32Array
}

export interface PartOverlaps {
  /** Label windows of rows of `earlier` that reach into `later`, by how many days at most. */
  readonly windows: readonly { readonly earlier: Part; readonly later: Part; readonly days: number }[]
  /** Users in two parts that are told apart by user alone. */
  readonly users: readonly { readonly earlier: Part; readonly later: Part; readonly users: number }[]
}

/**
 * The purge, asked of the rows themselves and not of the plan that made them: for every two parts the last label window
 * of the earlier one must end before the first cutoff of the later one; folds of users must not share a user instead.
 */
export function partOverlaps(input: PartRowsInput): PartOverlaps {
  const windows: { earlier: Part; later: Part; days: number }[] = []
  const users: { earlier: Part; later: Part; users: number }[] = []
  for (const [at, earlier] of partNames.entries())
    for (const later of partNames.slice(at + 1)) {
      if (input.mode === 'user_folds' && later !== 'test') {
        const shared = sharedUsers(input, earlier, later)
        if (shared > 0) users.push({ earlier, later, users: shared })
        continue
      }
      const days = extreme(input, earlier, Math.max) + input.reachDays - extreme(input, later, Math.min)
      if (days > 0) windows.push({ earlier, later, days })
    }
  return { windows, users }
}

function extreme({ rows, cutoffs }: PartRowsInput, part: Part, pick: (a: number, b: number) => number): number {
  let found = pick(Infinity, -Infinity) === Infinity ? -Infinity : Infinity
  for (const row of rows[part]) found = pick(found, cutoffs[row]!)
  return found
}

function sharedUsers({ rows, users }: PartRowsInput, earlier: Part, later: Part): number {
  const own = new Set<number>()
  for (const row of rows[earlier]) own.add(users[row]!)
  const shared = new Set<number>()
  for (const row of rows[later]) if (own.has(users[row]!)) shared.add(users[row]!)
  return shared.size
}
