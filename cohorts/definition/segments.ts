import type { DefinitionSegment, ReturnPoint } from '../../core/definition-lab.ts'
import type { Engine, Row } from '../../engines/engine.ts'
import { type LifeTable, type ReturnCurve, returnCurve } from './life-table.ts'
import { recommend } from './recommend.ts'
import { influenceTable, returnChance } from './return-chance.ts'
import { labTables, lifeTableSelect, usersSelect, varianceSelect } from './silence-sql.ts'

export interface LabContext {
  readonly engine: Engine
  readonly horizonDays: number
  readonly followUpDays: number
  readonly threshold: number
  /** Lengths of silence, ascending. */
  readonly lengths: readonly number[]
  readonly spanDays: number
  readonly signal?: AbortSignal
}

/** Segments with fewer silences than this are not shown. */
const leastOfSegment = 200
/** Channels, most used first; more would be a page of curves. */
const mostLevels = 6
/** Rows of life tables: days x levels, far below this. */
const rowLimit = 1_000_000

interface Level {
  readonly level: string
  readonly table: LifeTable
  readonly silences: number
}

/** The levels of a segment (`all` has one), by falling number of silences: return curve with intervals, and the rule's answer. */
export async function segmentsOf(context: LabContext, segment: string): Promise<DefinitionSegment[]> {
  const sql = segment === 'all' ? "'all'" : `COALESCE(${segment}, '(none)')`
  const levels = await levelsOf(context, sql)
  const users = await context.engine.rows(usersSelect(sql), { signal: context.signal, limit: rowLimit })
  const shown = levels
    .filter(({ silences }) => segment === 'all' || silences >= leastOfSegment)
    .toSorted((a, b) => b.silences - a.silences || (a.level < b.level ? -1 : 1))
    .slice(0, mostLevels)
  // One channel is everybody.
  if (segment !== 'all' && levels.length < 2) return []
  const segments: DefinitionSegment[] = []
  for (const { level, table, silences } of shown) {
    const counted = users.find((row) => row['level'] === level)!
    const curve = await curveOf(context, { sql, value: level, table, most: Number(counted['most']) })
    const { silenceDays } = recommend({ ...context, curve })
    const returns = table.returns.reduce((sum, one) => sum + one, 0)
    segments.push({
      segment,
      level,
      users: Number(counted['users']),
      silences,
      returns,
      curve,
      recommendedDays: silenceDays,
    })
  }
  return segments
}

/** Days within which nine in ten of the returns came; null without returns. */
export async function usualReturnDays(context: LabContext): Promise<number | null> {
  const [all] = await levelsOf(context, "'all'")
  const returns = all?.table.returns ?? new Float64Array(0)
  const total = returns.reduce((sum, one) => sum + one, 0)
  let seen = 0
  for (let day = 0; day < returns.length; day++) {
    seen += returns[day]!
    if (total > 0 && seen >= 0.9 * total) return day
  }
  return null
}

async function levelsOf({ engine, spanDays, signal }: LabContext, sql: string): Promise<Level[]> {
  const rows = await engine.rows(lifeTableSelect(sql), { signal, limit: rowLimit })
  const byLevel = new Map<string, Row[]>()
  for (const row of rows) {
    const level = String(row['level'])
    byLevel.set(level, [...(byLevel.get(level) ?? []), row])
  }
  return [...byLevel].map(([level, own]) => {
    const table: LifeTable = { returns: new Float64Array(spanDays + 1), censored: new Float64Array(spanDays + 1) }
    for (const row of own)
      (Number(row['returned']) === 1 ? table.returns : table.censored)[Number(row['days'])]! += Number(row['n'])
    return { level, table, silences: own.reduce((sum, row) => sum + Number(row['n']), 0) }
  })
}

interface LevelOfSegment {
  readonly sql: string
  readonly value: string
  readonly table: LifeTable
  /** Silences of the busiest user. */
  readonly most: number
}

async function curveOf(context: LabContext, level: LevelOfSegment): Promise<ReturnPoint[]> {
  const curve = returnCurve(level.table)
  const variance = await variances(context, level, curve)
  const chance = (silenceDays: number, withinDays: number) =>
    returnChance(curve, { silenceDays, withinDays }, variance.get(`${silenceDays}/${withinDays}`) ?? 0)
  return context.lengths
    .filter((silenceDays) => (curve.atRisk[silenceDays] ?? 0) > 0)
    .map((silenceDays) => ({
      silenceDays,
      silences: curve.atRisk[silenceDays + 1] ?? 0,
      stillAway: curve.survival[silenceDays]!,
      backWithinHorizon: chance(silenceDays, context.horizonDays),
      backWithinFollowUp: chance(silenceDays, context.followUpDays),
    }))
}

/** `N/H` -> variance of ln(S(N + H) / S(N)), by user. */
async function variances(context: LabContext, level: LevelOfSegment, curve: ReturnCurve): Promise<Map<string, number>> {
  const { engine, lengths, horizonDays, followUpDays, signal } = context
  const { scale, weight, sum } = influenceTable(curve, level.most)
  const days = Int32Array.from(weight, (_, day) => day)
  await engine.load(
    labTables.influence,
    [
      { name: 'day', type: 'integer', values: days },
      { name: 'weight', type: 'bigint', values: [...weight] },
      { name: 'total', type: 'bigint', values: [...sum] },
    ],
    { signal },
  )
  const windows = lengths.flatMap((n) => [...new Set([horizonDays, followUpDays])].map((h) => [n, h] as const))
  await engine.load(
    labTables.lengths,
    [
      { name: 'silence_days', type: 'integer', values: Int32Array.from(windows, ([n]) => n) },
      { name: 'within_days', type: 'integer', values: Int32Array.from(windows, ([, h]) => h) },
      { name: 'total', type: 'bigint', values: windows.map(([n]) => sum[n] ?? 0n) },
    ],
    { signal },
  )
  const rows = await engine.rows(varianceSelect(engine.dialect, level), { signal, limit: rowLimit })
  return new Map(
    rows.map((row) => [
      `${String(row['silence_days'])}/${String(row['within_days'])}`,
      Number(row['square']) / scale ** 2,
    ]),
  )
}
