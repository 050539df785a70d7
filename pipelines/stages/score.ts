import type { Day } from '../../core/day.ts'
import { heldOut } from '../../campaigns/holdout.ts'
import { type TierAssignment, type TierRule, assignTiers } from '../../cohorts/tiers.ts'
import type { CalibrationVerdict } from '../../evaluation/calibration-check.ts'
import type { ScoreOutput } from '../compute/score-task.ts'
import type { StageContext } from '../context.ts'
import type { ExampleRows, FeatureSet } from './examples-type.ts'
import type { ShippedModel } from './refit.ts'

/** One entry per eligible user at the as-of day, ascending by user index (and so by user id). */
export interface ScoredUsers {
  readonly asOf: Day
  readonly rows: number
  readonly examples: ExampleRows
  readonly userIds: readonly string[]
  readonly output: ScoreOutput
  /** Null when calibration failed its check: only score_raw is published. */
  readonly probability: Float64Array | null
  readonly ranking: TierAssignment
  /** probability x visible spend of the last H days; NaN = none. */
  readonly valueAtRisk: Float64Array
  readonly holdout: Uint8Array
}

/** Scores the eligible users of the as-of day with the shipped model. */
export async function scoreStage(
  context: StageContext,
  shipped: ShippedModel,
  input: {
    asOf: Day
    examples: ExampleRows
    userIds: readonly string[]
    features: FeatureSet
    verdict: CalibrationVerdict
  },
): Promise<ScoredUsers> {
  const { asOf, examples, features, verdict } = input
  const { scores } = context.config
  const { dataset, recentValue } = examples
  const actionable = new Set(
    [...features.measured, ...features.fitted].filter(({ actionable }) => actionable).map(({ name }) => name),
  )
  const output = await context.pool.run(
    'score',
    {
      bundle: shipped.fit.bundle,
      calibration: shipped.calibration.map,
      dataset,
      reasons: scores.reasons.count,
      reasonFeatures: features.inUse.filter((name) => !scores.reasons.onlyActionable || actionable.has(name)),
    },
    { ...context, random: context.random.child('score') },
  )
  const probability = verdict.passed ? output.probability : null
  const userIds = Array.from(dataset.users, (user) => input.userIds[user]!)
  const valueAtRisk = Float64Array.from(recentValue, (value, row) =>
    probability === null ? Number.NaN : probability[row]! * value,
  )
  return {
    asOf,
    rows: dataset.rowCount,
    examples,
    userIds,
    output,
    probability,
    ranking: assignTiers({
      probability: probability ?? output.raw,
      scoreRaw: output.raw,
      spend: recentValue,
      tiers: structuredClone(scores.tiers) as TierRule,
    }),
    valueAtRisk,
    holdout: heldOut(userIds, scores.holdout),
  }
}
