import type { Day } from '../../core/day.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import type { CutoffTimes } from '../../features/cutoffs.ts'
import { labelDelayDays } from '../../features/label.ts'
import type { StageContext } from '../context.ts'

/** What decides which cutoffs are closed. */
export function cutoffTimes(
  { churn, features }: StageContext['config'],
  data: { readonly firstEventDay: Day; readonly dataEnd: Day },
  delaysDays: readonly number[],
): CutoffTimes {
  return {
    horizonDays: churn.horizonDays,
    gapDays: churn.gapDays,
    maxDelayDays: Math.max(...delaysDays) + labelDelayDays(structuredClone(churn) as ChurnConfig),
    dataStart: data.firstEventDay,
    dataEnd: data.dataEnd,
    defaultLookbackDays: Math.max(...features.lookbackDays),
  }
}
