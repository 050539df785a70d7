import type { Day } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'

/** Throws (kind `data`) when nobody is eligible at any of these days: nothing can be learned, or nobody be scored. */
export function requireEligible(rows: number, days: readonly Day[]): void {
  if (rows > 0) return
  throw new EbbError({
    code: 'NO_ELIGIBLE_USER',
    kind: 'data',
    where: 'churn.eligible',
    what: 'no user is eligible',
    expected: 'users who were active before the day, so that they can churn after it',
    received:
      days.length === 1
        ? `0 users at ${days[0]}`
        : `0 users at ${days.length} cutoffs from ${days[0]} to ${days.at(-1)}`,
    hint: 'withinDays may be too short, or these events too rare; `ebb check CONFIG --data` counts the users of each cutoff',
  })
}
