import { addDays, type Day } from '../../core/day.ts'
import { predictionsOf } from '../churn.ts'
import { labelDelayDays } from '../label.ts'
import type { ExamplePlan } from '../plan.ts'

/**
 * Nothing from `end` on can change the rows of the cutoff: it is closed for every target and horizon by then. A row sees
 * nothing from its cutoff on, and its labels nothing from the end of their windows on.
 */
export function isSettled({ churn, delaysDays }: ExamplePlan, cutoff: Day, end: Day): boolean {
  const days = predictionsOf(churn).map((one) => one.gapDays + one.horizonDays + labelDelayDays(one))
  return addDays(cutoff, Math.max(...days) + Math.max(...delaysDays)) <= end
}
