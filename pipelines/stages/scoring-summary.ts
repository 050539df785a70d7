import type { ScoringSummary } from '../../core/artifacts.ts'
import { tierNames } from '../../cohorts/tiers.ts'
import type { CalibrationVerdict } from '../../evaluation/calibration-check.ts'
import type { StageContext } from '../context.ts'
import type { PlannedFeatures } from './plan-features.ts'
import { reasonsOfRow } from './reason-words.ts'
import type { ScoredUsers } from './score.ts'

const topUsers = 10

/** scoring.json: what was published, for the report's "who is at risk". */
export async function scoringSummary(
  { engine, signal, config }: StageContext,
  input: {
    scored: ScoredUsers
    planned: PlannedFeatures
    excluded: string | null
    name: string
    verdict: CalibrationVerdict
  },
): Promise<ScoringSummary> {
  const { scored, planned } = input
  const p = scored.probability ?? scored.output.raw
  const byName = new Map([...planned.features, ...planned.supporting].map((feature) => [feature.name, feature]))
  const all = Array.from({ length: scored.rows }, (_, row) => row)
  const hasMoney = all.some((row) => !Number.isNaN(scored.valueAtRisk[row]!))
  const excluded =
    input.excluded === null
      ? []
      : await engine.rows(`SELECT reason, count(*) AS n FROM (${input.excluded}) e GROUP BY reason ORDER BY reason`, {
          signal,
        })
  const money = (row: number): number | null =>
    Number.isNaN(scored.valueAtRisk[row]!) ? null : scored.valueAtRisk[row]!
  const worth = (row: number): number => (hasMoney ? (money(row) ?? -1) : p[row]!)
  return {
    name: input.name,
    asOf: scored.asOf,
    rows: scored.rows,
    excluded: excluded.map(({ reason, n }) => ({ reason: String(reason), users: Number(n) })),
    tiers: tierNames.map((tier) => {
      const rows = all.filter((row) => scored.ranking.tier[row] === tier)
      return {
        tier,
        users: rows.length,
        meanProbability: mean(rows, p),
        minProbability: rows.reduce((least, row) => Math.min(least, p[row]!), 1),
        valueAtRisk: hasMoney ? rows.reduce((sum, row) => sum + (money(row) ?? 0), 0) : null,
      }
    }),
    holdout: config.scores.holdout,
    meanProbability: mean(all, p),
    lifecycle: scored.examples.lifecycle.levels.map((stage, code) => {
      const rows = all.filter((row) => scored.examples.lifecycle.codes[row] === code)
      return { stage, users: rows.length, meanProbability: mean(rows, p) }
    }),
    top: [...all]
      .sort((a, b) => worth(b) - worth(a) || scored.ranking.rank[a]! - scored.ranking.rank[b]!)
      .slice(0, topUsers)
      .map((row) => ({
        userId: scored.userIds[row]!,
        probability: p[row]!,
        tier: scored.ranking.tier[row]!,
        valueAtRisk: money(row),
        lifecycleStage: scored.examples.lifecycle.levels[scored.examples.lifecycle.codes[row]!] ?? '',
        reasons: reasonsOfRow(scored, row, byName).map(({ words }) => words),
      })),
    calibration: input.verdict,
  }
}

function mean(rows: readonly number[], p: Float64Array): number {
  return rows.length === 0 ? Number.NaN : rows.reduce((sum, row) => sum + p[row]!, 0) / rows.length
}
