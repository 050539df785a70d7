import type { Day } from '../../core/day.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import type { CutoffTimes } from '../../features/cutoffs.ts'
import { labelDelayDays } from '../../features/label.ts'
import type { StageContext } from '../context.ts'

/** What decides which cutoffs are closed for the section's own target and horizon. */
export function cutoffTimes(
  { churn, features }: Pick<StageContext['config'], 'churn' | 'features'>,
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

/** The times of the prediction that is known first: its cutoffs are those of all. */
export function shortestTimes(all: readonly CutoffTimes[]): CutoffTimes {
  const reach = (times: CutoffTimes): number => times.gapDays + times.horizonDays + times.maxDelayDays
  return [...all].sort((a, b) => reach(a) - reach(b))[0]!
}
