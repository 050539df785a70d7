import { dayNumber } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { type SplitPlan, parts } from './split.ts'

/**
 * Independent check of a plan: between every two parts max(cutoff + reach over the earlier) <= min(cutoff of the later),
 * no part empty; in mode user_folds between train and test. Returns the violations, empty when there are none.
 */
export function purgeViolations(plan: SplitPlan): string[] {
  const violations: string[] = []
  for (const part of parts) if (plan.parts[part].length === 0) violations.push(`${part} has no cutoff`)
  for (const [at, earlier] of parts.entries())
    for (const later of parts.slice(at + 1)) {
      if (plan.mode === 'user_folds' && later !== 'test') continue
      const known = Math.max(...plan.parts[earlier].map((cutoff) => dayNumber(cutoff) + plan.reachDays))
      const start = Math.min(...plan.parts[later].map(dayNumber))
      if (known > start) violations.push(`labels of ${earlier} reach ${known - start} days into ${later}`)
    }
  const owners = plan.folds?.parts ?? []
  if (plan.mode === 'user_folds' && (['train', 'calibrate', 'select'] as const).some((part) => !owners.includes(part)))
    violations.push('user folds do not cover train, calibrate and select')
  return violations
}

/** Throws an EbbError of kind `leakage` naming every violation of the purge rule. */
export function assertPurged(plan: SplitPlan): void {
  const violations = purgeViolations(plan)
  if (violations.length === 0) return
  throw new EbbError({
    code: 'SPLIT_NOT_PURGED',
    kind: 'leakage',
    where: 'split',
    what: violations.join('; '),
    expected: `${plan.reachDays} days between the last cutoff of a part and the first of the next`,
  })
}
