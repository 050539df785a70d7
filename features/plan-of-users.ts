import { planOfSlice, relationOfUsers } from './compile/slices.ts'
import type { ExamplePlan } from './plan.ts'

/** Users [from, to) by user_index; null: from the first, or to the last. */
export interface UserRange {
  readonly from: number | null
  readonly to: number | null
}

/**
 * The plan of some users alone. No feature or label looks from one user to another, so the examples of neighbouring ranges,
 * one after the other, are those of all users.
 */
export function planOfUsers(plan: ExamplePlan, range: UserRange): ExamplePlan {
  if (range.from === null && range.to === null) return plan
  const events = relationOfUsers(plan.relations.events, range)
  return { ...planOfSlice(plan, { ...range, buckets: [], events }), firstUser: range.from ?? 0 }
}
