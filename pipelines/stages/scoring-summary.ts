import type { ScoringSummary } from '../../core/artifacts.ts'
import { tierNames } from '../../cohorts/tiers.ts'
import type { CalibrationVerdict } from '../../evaluation/calibration-check.ts'
import type { StageContext } from '../context.ts'
import type { ScoredUsers } from './score-population.ts'

const topUsers = 10

/** scoring.json: what was published, for the report's "who is at risk". */
export async function scoringSummary(
  { engine, signal, config }: StageContext,
  input: {
    scored: ScoredUsers
    name: string
    verdict: CalibrationVerdict
  },
): Promise<ScoringSummary> {
  const { scored } = input
  const p = scored.probability ?? scored.raw
  const all = Array.from({ length: scored.rows }, (_, row) => row)
  const hasMoney = all.some((row) => !Number.isNaN(scored.valueAtRisk[row]!))
  const excluded =
    scored.excluded === null
      ? []
      : await engine.rows(`SELECT reason, count(*) AS n FROM (${scored.excluded}) e GROUP BY reason ORDER BY reason`, {
          signal,
        })
  const money = (row: number): number | null =>
    Number.isNaN(scored.valueAtRisk[row]!) ? null : scored.valueAtRisk[row]!
  const worth = (row: number): number => (hasMoney ? (money(row) ?? -1) : p[row]!)
  const top = [...all]
    .sort((a, b) => worth(b) - worth(a) || scored.ranking.rank[a]! - scored.ranking.rank[b]!)
    .slice(0, topUsers)
  const reasons = await reasonsOf({ engine, signal }, scored, top)
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
    lifecycle: scored.lifecycle.levels.map((stage, code) => {
      const rows = all.filter((row) => scored.lifecycle.codes[row] === code)
      return { stage, users: rows.length, meanProbability: mean(rows, p) }
    }),
    top: top.map((row) => ({
      userId: scored.userIds[row]!,
      probability: p[row]!,
      tier: scored.ranking.tier[row]!,
      valueAtRisk: money(row),
      lifecycleStage: scored.lifecycle.levels[scored.lifecycle.codes[row]!] ?? '',
      reasons: reasons.get(scored.users[row]!) ?? [],
    })),
    calibration: input.verdict,
  }
}

/** User index -> the words of the reasons, as they are published. */
async function reasonsOf(
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
  { relation, users }: ScoredUsers,
  rows: readonly number[],
): Promise<ReadonlyMap<number, string[]>> {
  const among = rows.map((row) => users[row]!).join(', ')
  const sql = `SELECT user_index, reason_1, reason_2, reason_3 FROM ${engine.dialect.identifier(relation)} WHERE user_index IN (${among})`
  const found = await engine.rows(sql, { signal })
  return new Map(
    found.map(({ user_index, reason_1, reason_2, reason_3 }) => [
      Number(user_index),
      [reason_1, reason_2, reason_3].flatMap((words) => (typeof words === 'string' ? [words] : [])),
    ]),
  )
}

function mean(rows: readonly number[], p: Float64Array): number {
  return rows.length === 0 ? Number.NaN : rows.reduce((sum, row) => sum + p[row]!, 0) / rows.length
}
