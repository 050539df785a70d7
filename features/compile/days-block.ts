// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import type { Condition } from '../../core/condition.ts'
import type { MeasureFeature } from '../definition.ts'
import { segmentColumn, segmentJoin } from '../calendar.ts'
import type { MadeTable } from '../made-table.ts'
import { isLaidOutByCutoff, knownPredicate, windowKey } from '../window.ts'
import {
  conditionKey,
  inWindow,
  joinExample,
  noBlock,
  reachOf,
  seenBySpine,
  Slots,
  visibleEvents,
  whereSql,
  type Block,
  type BlockContext,
} from './block.ts'
import { gapBlocks, type GapFeature } from './gaps-block.ts'

export type DaysFeature = MeasureFeature & { readonly measure: 'activeDays' | 'gaps' }

export const isDaysMeasure = (feature: MeasureFeature): feature is DaysFeature =>
  feature.measure === 'activeDays' || feature.measure === 'gaps'

/**
 * Days with an event: how many, and the gaps between them. `days` holds one row per (user, day), its segment, and a flag
 * k<i> per condition; with sources of different delay one per (user, day, seen day), because a cutoff may see a day by one
 * source and not yet by another.
 */
export function daysBlocks(context: BlockContext, features: readonly DaysFeature[]): readonly Block[] {
  if (features.length === 0) return []
  const kinds = new Slots<Condition | undefined>()
  const kindOf = new Map(
    features.map((feature) => [feature.name, kinds.index(conditionKey(feature.where), () => feature.where)]),
  )
  const base: Block = { ...noBlock, tables: [daysTable(context, kinds.values())] }
  const active = features.filter((feature) => feature.measure === 'activeDays')
  const gaps = features.filter((feature): feature is GapFeature => feature.measure === 'gaps')
  const isMixed = isLaidOutByCutoff(context.plan)
  return [
    base,
    ...(active.length === 0
      ? []
      : [isMixed ? mixedActiveDays(context, active, kindOf) : activeDays(context, active, kindOf)]),
    ...gapBlocks(context, gaps, kindOf),
  ]
}

function daysTable(context: BlockContext, kinds: readonly (Condition | undefined)[]): MadeTable {
  const { dialect, table } = context
  const events = visibleEvents(context)
  const flags = kinds.map((where, i) => {
    const condition = where === undefined ? 'TRUE' : `COALESCE(${dialect.anyTrue(whereSql(context, where))}, FALSE)`
    return `,\n  ${condition} AS k${i}`
  })
  if (!isLaidOutByCutoff(context.plan)) return daysWithSegment(context, flags)
  const known = events.known === events.seen ? '' : `, ${events.known} AS known_day`
  const byKnown = events.known === events.seen ? '' : `, ${events.known}`
  return {
    name: 'active-days',
    table: table('days'),
    select: `SELECT e.user_index, e.event_day, ${events.seen} AS seen_day${known}${flags.join('')}
FROM ${events.from}
WHERE ${events.where}
GROUP BY e.user_index, e.event_day, ${events.seen}${byKnown}`,
  }
}

/** One delay: a day is seen as a whole, and lies in one segment. */
function daysWithSegment(context: BlockContext, flags: readonly string[]): MadeTable {
  const { table } = context
  const { from, seen, where } = visibleEvents(context)
  const kinds = flags.map((_, i) => `, q.k${i}`).join('')
  return {
    name: 'active-days',
    table: table('days'),
    select: `SELECT q.user_index, q.event_day, ${segmentColumn} AS segment${kinds}
FROM (
  SELECT e.user_index, e.event_day, ${seen} AS seen_day${flags.join('')}
  FROM ${from}
  WHERE ${where}
  GROUP BY e.user_index, e.event_day, ${seen}
) AS q
${segmentJoin(table('calendar'), 'q.seen_day')}`,
  }
}

/** One delay: days add up over segments. */
function activeDays(
  context: BlockContext,
  features: readonly MeasureFeature[],
  kindOf: ReadonlyMap<string, number>,
): Block {
  const { dialect, table } = context
  const used = [...new Set(features.map((feature) => kindOf.get(feature.name)!))]
  const counts = used.map((k) => `,\n  COUNT(*) FILTER (WHERE d.k${k}) AS d${k}`)
  const sums = features.map(
    (feature, i) => `,\n  ${dialect.sumInteger(inWindow(feature, `g.d${kindOf.get(feature.name)!}`))} AS a${i}`,
  )
  return {
    tables: [
      {
        name: 'active-days-by-segment',
        table: table('day_segments'),
        select: `SELECT d.user_index, d.segment${counts.join('')}
FROM ${table('days')} AS d
GROUP BY d.user_index, d.segment`,
      },
      {
        name: 'active-days-by-example',
        table: table('day_values'),
        select: `SELECT s.cutoff, s.user_index${sums.join('')}
FROM ${table('day_segments')} AS g
${seenBySpine(context, reachOf(features))}
GROUP BY s.cutoff, s.user_index`,
      },
    ],
    joins: [joinExample(table('day_values'), 'bd')],
    values: new Map(features.map((feature, i) => [feature.name, `COALESCE(bd.a${i}, 0)`])),
  }
}

/** Condition on days (alias `d`) beside flags (`f`) where rows say when they became available. */
const isKnown = ({ plan }: BlockContext): string =>
  plan.relations.hasAvailableDay === true ? ` AND ${knownPredicate('d.known_day', 'f.cutoff')}` : ''

/** Several delays: a day counts once however many of its sources are seen. */
function mixedActiveDays(
  context: BlockContext,
  features: readonly MeasureFeature[],
  kindOf: ReadonlyMap<string, number>,
): Block {
  const { dialect, table } = context
  const flags = features.map((feature, i) => {
    const key = windowKey(feature)
    const inside = key === 'lifetime' ? '' : ` AND f.in_${key}`
    return `,\n    ${dialect.anyTrue(`d.k${kindOf.get(feature.name)!}${inside}`)} AS a${i}`
  })
  const counts = features.map((_, i) => `,\n  COUNT(*) FILTER (WHERE v.a${i}) AS a${i}`)
  return {
    tables: [
      {
        name: 'active-days-by-example',
        table: table('day_values'),
        select: `SELECT v.cutoff, v.user_index${counts.join('')}
FROM (
  SELECT s.cutoff, s.user_index, d.event_day${flags.join('')}
  FROM ${table('days')} AS d
  ${segmentJoin(table('calendar'), 'd.seen_day')}
  JOIN ${table('flags')} AS f ON f.segment = ${segmentColumn}${isKnown(context)}
  JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = d.user_index
  GROUP BY s.cutoff, s.user_index, d.event_day
) AS v
GROUP BY v.cutoff, v.user_index`,
      },
    ],
    joins: [joinExample(table('day_values'), 'bd')],
    values: new Map(features.map((feature, i) => [feature.name, `COALESCE(bd.a${i}, 0)`])),
  }
}
