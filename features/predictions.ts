import { addDays, type Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { predictionsOf, recentValueColumn, type ChurnConfig } from './churn.ts'
import { labelDelayDays } from './label.ts'
import type { ExamplePlan, Prediction } from './plan.ts'

/** One (target, horizon) of a plan. */
export interface PlannedPrediction extends Pick<Prediction, 'target' | 'horizonDays' | 'cutoffs' | 'columns'> {
  /** The plan's section with this target and horizon alone. */
  readonly churn: ChurnConfig
  /** What its columns end in: nothing for the first, `_1` for the next. */
  readonly suffix: string
}

/**
 * What a plan predicts, its own target and horizon first, with the closed cutoffs of each (scoring: all). Throws EbbError for
 * a cutoff that is closed for none.
 */
export function plannedPredictions(plan: ExamplePlan): readonly PlannedPrediction[] {
  const churns = predictionsOf(plan.churn)
  if (plan.mode === 'label') checkClosed(plan, churns)
  return churns.map((churn, i) => {
    const suffix = i === 0 ? '' : `_${i}`
    return {
      churn,
      suffix,
      target: churn.target,
      horizonDays: churn.horizonDays,
      cutoffs: plan.mode === 'score' ? plan.cutoffs : plan.cutoffs.filter((cutoff) => isClosed(plan, churn, cutoff)),
      columns: {
        label: `label${suffix}`,
        churnKind: `churn_kind${suffix}`,
        isExample: churns.length === 1 ? null : `is_example${suffix}`,
        recentValue: recentValueColumn(plan.churn, churn.horizonDays),
      },
    }
  })
}

/** Days after a cutoff until the label of the prediction is known for everybody. */
const reachDays = (plan: ExamplePlan, churn: ChurnConfig): number =>
  churn.gapDays + churn.horizonDays + Math.max(...plan.delaysDays) + labelDelayDays(churn)

const isClosed = (plan: ExamplePlan, churn: ChurnConfig, cutoff: Day): boolean =>
  addDays(cutoff, reachDays(plan, churn)) <= plan.dataEnd

/** Every cutoff must be closed for at least one prediction. */
function checkClosed(plan: ExamplePlan, churns: readonly ChurnConfig[]): void {
  const open = plan.cutoffs.find((cutoff) => churns.every((churn) => !isClosed(plan, churn, cutoff)))
  if (open === undefined) return
  const days = Math.min(...churns.map((churn) => reachDays(plan, churn)))
  throw new EbbError({
    code: 'CUTOFF_NOT_CLOSED',
    kind: 'data',
    where: `cutoff ${open}`,
    what: 'its prediction window is not closed',
    expected: `at most ${addDays(plan.dataEnd, -days)}`,
    received: open,
  })
}
