// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import { addDays, dayNumber, type Day } from '../../core/day.ts'
import { canonicalJson } from '../../core/json.ts'
import { predictionsOf, type ChurnConfig } from '../churn.ts'
import type { PastLabelFeature } from '../definition.ts'
import { labelDelayDays } from '../label.ts'
import { populationTables } from '../labels/population-tables.ts'
import type { MadeTable } from '../made-table.ts'
import type { PlanRelations } from '../plan.ts'
import { knownDay, knownPredicate } from '../window.ts'
import { joinExample, type Block, type BlockContext } from './block.ts'

/**
 * The user's own earlier labels: the same population and labels as those of the spine, at earlier cutoffs whose
 * prediction windows were complete at the cutoff.
 */
export function pastLabelBlocks(context: BlockContext, features: readonly PastLabelFeature[]): readonly Block[] {
  const groups = new Map<string, PastLabelFeature[]>()
  for (const feature of features) {
    const key = canonicalJson([feature.windows, feature.of ?? null])
    groups.set(key, [...(groups.get(key) ?? []), feature])
  }
  return [...groups.values()].map((group, i, all) => {
    const { windows } = group[0]!
    const before = all.slice(0, i).filter((other) => other[0]!.windows === windows).length
    return pastLabelBlock(context, group, { windows, name: before === 0 ? `${windows}` : `${windows}_of_${before}` })
  })
}

/** The plan's section with the target and horizon whose earlier labels are meant. */
const churnOf = ({ plan }: BlockContext, { of }: Pick<PastLabelFeature, 'of'>): ChurnConfig => ({
  ...predictionsOf(plan.churn)[0]!,
  ...of,
})

/** The earlier cutoffs of a cutoff, latest first, as far as days go back. */
export function pastCutoffs(
  { delaysDays, churn }: Pick<BlockContext['plan'], 'delaysDays' | 'churn'>,
  cutoff: Day,
  windows: number,
): readonly Day[] {
  const { gapDays, horizonDays } = churn
  const latest = gapDays + horizonDays + Math.max(...delaysDays) + labelDelayDays(churn)
  return Array.from({ length: windows }, (_, k) => latest + k * horizonDays)
    .filter((days) => days <= dayNumber(cutoff))
    .map((days) => addDays(cutoff, -days))
}

function pastLabelBlock(
  context: BlockContext,
  features: readonly PastLabelFeature[],
  { windows, name }: { readonly windows: number; readonly name: string },
): Block {
  const { plan, dialect } = context
  const churn = churnOf(context, features[0]!)
  const hasPast = plan.cutoffs.filter((cutoff) => pastCutoffs({ ...plan, churn }, cutoff, windows).length > 0)
  if (hasPast.length === 0) return withoutPast(context, features)
  const alias = `bp${name}`
  const values = context.table(`past_${name}_values`)
  // With rows that arrive late, what a label was depends on what the cutoff knows: one judgement per cutoff.
  const groups = plan.relations.hasAvailableDay === true ? hasPast.map((cutoff) => [cutoff]) : [hasPast]
  const judged = groups.map((cutoffs, i) =>
    judgedPast(context, { cutoffs, windows, churn, id: groups.length === 1 ? name : `${name}_${i}` }),
  )
  return {
    tables: [
      ...judged.flatMap(({ tables }) => tables),
      {
        name: `past-labels-${name.replaceAll('_', '-')}`,
        table: values,
        select: judged
          .map(
            ({
              pairs,
              population,
            }) => `SELECT s.cutoff, s.user_index, COUNT(*) AS windows, ${dialect.sumInteger('p.label')} AS churns,
  MAX_BY(p.label, p.cutoff) AS last_label
FROM ${context.table('spine')} AS s
JOIN ${pairs} AS m ON m.cutoff = s.cutoff
JOIN ${population} AS p ON p.cutoff = m.past_cutoff AND p.user_index = s.user_index
WHERE p.status = ${dialect.text('example')}
GROUP BY s.cutoff, s.user_index`,
          )
          .join('\nUNION ALL\n'),
      },
    ],
    joins: [joinExample(values, alias)],
    values: new Map(features.map((feature) => [feature.name, valueOf(feature, alias)])),
  }
}

interface PastJudging {
  readonly cutoffs: readonly Day[]
  readonly windows: number
  readonly churn: ChurnConfig
  readonly id: string
}

/** The populations and labels at the earlier cutoffs of some cutoffs, from what these know. */
function judgedPast(
  context: BlockContext,
  { cutoffs, windows, churn, id }: PastJudging,
): { readonly tables: readonly MadeTable[]; readonly pairs: string; readonly population: string } {
  const { plan, dialect } = context
  const table = (name: string): string => context.table(`past_${id}_${name}`)
  const pairs = cutoffs.flatMap((cutoff) =>
    pastCutoffs({ ...plan, churn }, cutoff, windows).map((past) => ({ cutoff, past })),
  )
  const pasts = [...new Set(pairs.map(({ past }) => past))].sort()
  const days = (rows: readonly (readonly Day[])[]): string[][] => rows.map((row) => row.map((day) => dialect.day(day)))
  const tables = populationTables(
    { ...plan, ...knownTo(context, cutoffs), mode: 'label', cutoffs: pasts, churn },
    dialect,
    table,
  )
  return {
    tables: [
      {
        name: `past-pairs-${id}`,
        table: table('pairs'),
        select: `SELECT v.cutoff, v.past_cutoff FROM ${dialect.values('v', ['cutoff', 'past_cutoff'], days(pairs.map(({ cutoff, past }) => [cutoff, past])))}`,
      },
      {
        name: `past-cutoffs-${id}`,
        table: table('cutoffs'),
        select: `SELECT v.cutoff FROM ${dialect.values('v', ['cutoff'], days(pasts.map((cutoff) => [cutoff])))}`,
      },
      ...tables.map((made) => ({ ...made, name: `past-${id}-${made.name}` })),
    ],
    pairs: table('pairs'),
    population: table('population'),
  }
}

/** Where rows arrive late: the relations as the one cutoff knows them. */
function knownTo({ plan, dialect }: BlockContext, cutoffs: readonly Day[]): { relations?: PlanRelations } {
  if (plan.relations.hasAvailableDay !== true) return {}
  const isKnown = knownPredicate(knownDay(dialect, plan, 'k'), dialect.day(cutoffs[0]!))
  const events = `(SELECT * FROM ${plan.relations.events} AS k WHERE ${isKnown})`
  return { relations: { ...plan.relations, events } }
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
