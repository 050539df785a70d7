// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import { addDays, dayNumber, type Day } from '../../core/day.ts'
import type { PastLabelFeature } from '../definition.ts'
import { labelDelayDays } from '../label.ts'
import { populationTables } from '../spine.ts'
import { joinExample, type Block, type BlockContext } from './block.ts'

/**
 * The user's own earlier labels: the same population and labels as those of the spine, at earlier cutoffs whose
 * prediction windows were complete at the cutoff.
 */
export function pastLabelBlocks(context: BlockContext, features: readonly PastLabelFeature[]): readonly Block[] {
  const numbers = [...new Set(features.map((feature) => feature.windows))]
  return numbers.map((windows) =>
    pastLabelBlock(
      context,
      features.filter((feature) => feature.windows === windows),
      windows,
    ),
  )
}

/** The earlier cutoffs of a cutoff, latest first, as far as days go back. */
export function pastCutoffs(plan: BlockContext['plan'], cutoff: Day, windows: number): readonly Day[] {
  const { gapDays, horizonDays } = plan.churn
  const latest = gapDays + horizonDays + Math.max(...plan.delaysDays) + labelDelayDays(plan.churn)
  return Array.from({ length: windows }, (_, k) => latest + k * horizonDays)
    .filter((days) => days <= dayNumber(cutoff))
    .map((days) => addDays(cutoff, -days))
}

function pastLabelBlock(context: BlockContext, features: readonly PastLabelFeature[], windows: number): Block {
  const { plan, dialect } = context
  const table = (name: string): string => context.table(`past_${windows}_${name}`)
  const pairs = plan.cutoffs.flatMap((cutoff) => pastCutoffs(plan, cutoff, windows).map((past) => ({ cutoff, past })))
  const cutoffs = [...new Set(pairs.map(({ past }) => past))].sort()
  const days = (rows: readonly (readonly Day[])[]): string[][] => rows.map((row) => row.map((day) => dialect.day(day)))
  if (cutoffs.length === 0) return withoutPast(context, features)
  const alias = `bp${windows}`
  return {
    tables: [
      {
        name: `past-pairs-${windows}`,
        table: table('pairs'),
        select: `SELECT v.cutoff, v.past_cutoff FROM ${dialect.values('v', ['cutoff', 'past_cutoff'], days(pairs.map(({ cutoff, past }) => [cutoff, past])))}`,
      },
      {
        name: `past-cutoffs-${windows}`,
        table: table('cutoffs'),
        select: `SELECT v.cutoff FROM ${dialect.values('v', ['cutoff'], days(cutoffs.map((cutoff) => [cutoff])))}`,
      },
      ...populationTables({ ...plan, mode: 'label', cutoffs }, dialect, table).map((made) => ({
        ...made,
        name: `past-${windows}-${made.name}`,
      })),
      {
        name: `past-labels-${windows}`,
        table: table('values'),
        select: `SELECT s.cutoff, s.user_index, COUNT(*) AS windows, ${dialect.sumInteger('p.label')} AS churns,
  MAX_BY(p.label, p.cutoff) AS last_label
FROM ${context.table('spine')} AS s
JOIN ${table('pairs')} AS m ON m.cutoff = s.cutoff
JOIN ${table('population')} AS p ON p.cutoff = m.past_cutoff AND p.user_index = s.user_index
WHERE p.status = ${dialect.text('example')}
GROUP BY s.cutoff, s.user_index`,
      },
    ],
    joins: [joinExample(table('values'), alias)],
    values: new Map(features.map((feature) => [feature.name, valueOf(feature, alias)])),
  }
}

/** No earlier cutoff at all: they would lie before 1970. */
function withoutPast({ dialect }: BlockContext, features: readonly PastLabelFeature[]): Block {
  const nothing = (feature: PastLabelFeature): string =>
    feature.read === 'last' ? dialect.cast('NULL', 'integer') : dialect.cast('0', 'integer')
  return { tables: [], joins: [], values: new Map(features.map((feature) => [feature.name, nothing(feature)])) }
}

function valueOf(feature: PastLabelFeature, alias: string): string {
  if (feature.read === 'windows') return `COALESCE(${alias}.windows, 0)`
  if (feature.read === 'churns') return `COALESCE(${alias}.churns, 0)`
  return `${alias}.last_label`
}
