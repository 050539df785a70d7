import type { Day } from '../../core/day.ts'
import { lifecycleColumn } from '../../cohorts/lifecycle.ts'
import { type ChurnConfig, predictionsOf } from '../../features/churn.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import type { StageContext } from '../context.ts'
import type { PlannedFeatures } from './plan-features.ts'

interface Making {
  readonly extracted: { readonly relations: ExamplePlan['relations']; readonly dataEnd: Day }
  readonly cutoffs: readonly Day[]
  readonly planned: PlannedFeatures
  readonly mode: ExamplePlan['mode']
  /** What to predict; default: the config's own target and horizon alone. */
  readonly churn?: ChurnConfig
}

/** The plan of spine, labels and features, as data. */
export function planOf(
  { config }: Pick<StageContext, 'config'>,
  { extracted, cutoffs, planned, mode, churn }: Making,
): ExamplePlan {
  return {
    mode,
    relations: extracted.relations,
    cutoffs,
    dataEnd: extracted.dataEnd,
    delaysDays: planned.delaysDays,
    churn: churn ?? predictionsOf(structuredClone(config.churn) as ChurnConfig)[0]!,
    features: planned.features,
    supporting: planned.supporting,
    levels: planned.levels,
    purchaseTypes: planned.purchaseTypes,
    context: [lifecycleColumn(config.lifecycle)],
  }
}
