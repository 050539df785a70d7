import type { Day } from '../../core/day.ts'
import { heldOut } from '../../campaigns/holdout.ts'
import { type TierAssignment, type TierRule, assignTiers } from '../../cohorts/tiers.ts'
import type { CalibrationVerdict } from '../../evaluation/calibration-check.ts'
import type { StageContext } from '../context.ts'
import type { ContextCodes, FeatureSet } from './examples-type.ts'
import type { ExtractedStage } from './extract.ts'
import type { PlannedFeatures } from './plan-features.ts'
import { populationParts } from './population-parts.ts'
import type { ShippedModel } from './refit.ts'
import { requireEligible } from './require-eligible.ts'
import { ScoredRows } from './scored-rows.ts'
import { rankedColumns, scoredView } from './scored-table.ts'

/** One entry per eligible user at the as-of day, ascending by user index (and so by user id); no features. */
export interface ScoredUsers {
  readonly asOf: Day
  readonly rows: number
  /** Dense user index. */
  readonly users: Uint32Array
  readonly userIds: readonly string[]
  /** Score before calibration. */
  readonly raw: Float64Array
  /** Null when calibration failed its check: only score_raw is published. */
  readonly probability: Float64Array | null
  readonly lifecycle: ContextCodes
  readonly ranking: TierAssignment
  /** probability x visible spend of the last H days; NaN = none. */
  readonly valueAtRisk: Float64Array
  readonly holdout: Uint8Array
  /** Relation in the engine: user_index and the published columns that differ from row to row, reasons in words among them. */
  readonly relation: string
  /** Query of user_index and reason: who is not ranked; null: nobody can be. */
  readonly excluded: string | null
}

/** What the users of one prediction are scored with. */
export interface Scoring {
  /** Of the prediction. */
  readonly context: StageContext
  readonly stageName: string
  readonly shipped: ShippedModel
  readonly features: FeatureSet
  readonly verdict: CalibrationVerdict
}

export interface PopulationRequest {
  readonly asOf: Day
  readonly planned: PlannedFeatures
  /** By user index. */
  readonly userIds: readonly string[]
  /** By prediction, the run's own first. */
  readonly scorings: readonly Scoring[]
  /** Users whose features are in memory at a time; only tests and measurements say it. */
  readonly usersPerPart?: number
  /** Rows whose reasons are text in memory at a time; only tests say it. */
  readonly rowsPerTable?: number
}

/**
 * Scores the eligible users of the as-of day, a part of them at a time: features, contributions and reasons in words are in
 * memory for one part only; of every user some 60 bytes stay, and the engine keeps the rows that will be published. The same
 * rows for parts of any size. Throws (kind `data`) when nobody is eligible.
 */
export async function scorePopulation(
  context: StageContext,
  extracted: ExtractedStage,
  { scorings, userIds, rowsPerTable = 100_000, ...request }: PopulationRequest,
): Promise<ScoredUsers[]> {
  const { planned, asOf } = request
  const all = scorings.map(
    (scoring, i) =>
      new ScoredRows(scoring, {
        relation: i === 0 ? 'ebb_scored' : `ebb_scored_${i}`,
        described: [...planned.features, ...planned.supporting],
        rowsInAll: userIds.length,
        rowsPerTable,
      }),
  )
  for await (const { predictions } of populationParts(context, extracted, request))
    for (const [i, rows] of all.entries()) await rows.add(predictions[i]!)
  const scored: ScoredUsers[] = []
  for (const [i, rows] of all.entries()) scored.push(await rankUsers(scorings[i]!, rows, { asOf, userIds }))
  return scored
}

/** What can be said of a user only when all are scored. */
async function rankUsers(
  { context: { config, engine, signal }, verdict }: Scoring,
  rows: ScoredRows,
  { asOf, userIds: idsOfAll }: { asOf: Day; userIds: readonly string[] },
): Promise<ScoredUsers> {
  const { relation, tables, users, raw, probability: calibrated, recentValue, lifecycle, excluded } = rows.finish()
  requireEligible(users.length, [asOf])
  const probability = verdict.passed ? calibrated : null
  const userIds = Array.from(users, (user) => idsOfAll[user]!)
  const scored = {
    asOf,
    rows: users.length,
    users,
    userIds,
    raw,
    probability,
    lifecycle,
    ranking: assignTiers({
      probability: probability ?? raw,
      scoreRaw: raw,
      spend: recentValue,
      tiers: structuredClone(config.scores.tiers) as TierRule,
    }),
    valueAtRisk: Float64Array.from(recentValue, (value, row) => (probability?.[row] ?? Number.NaN) * value),
    holdout: heldOut(userIds, config.scores.holdout),
    relation,
    excluded,
  }
  const ranked = `${relation}_ranked`
  await engine.load(ranked, rankedColumns(scored), { signal })
  await engine.execute(scoredView(engine.dialect, { relation, tables, ranked }), { signal })
  return scored
}
