// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import type { MeasureFeature } from '../definition.ts'
import { windowKey } from '../window.ts'
import {
  conditionKey,
  inWindow,
  joinExample,
  reachOf,
  seenBySpine,
  segmentsOfEvents,
  visibleEvents,
  whereSql,
  type Block,
  type BlockContext,
} from './block.ts'
import { levelTable } from './level-tables.ts'

export type LevelsFeature = MeasureFeature & { readonly measure: 'levels' | 'distinct' }

/** n ln n is summed as an integer of this fraction, so that the order of rows does not matter. */
const entropyScale = 1e10

/** How events spread over levels, for any number of them: counts per (user, segment, level), then per example. */
export function levelsBlocks(context: BlockContext, features: readonly LevelsFeature[]): readonly Block[] {
  const groups = new Map<string, LevelsFeature[]>()
  for (const feature of features) {
    const key = `${feature.of}/${conditionKey(feature.where)}`
    groups.set(key, [...(groups.get(key) ?? []), feature])
  }
  return [...groups.values()].map((group, index) => levelsBlock(context, group, index))
}

function levelsBlock(context: BlockContext, group: readonly LevelsFeature[], index: number): Block {
  const { table, dialect } = context
  const { of, where } = group[0]!
  const level = levelTable(context, of)
  const events = visibleEvents(context)
  const { joins, keys } = segmentsOfEvents(context)
  const windows = [...new Map(group.map((feature) => [windowKey(feature), feature])).values()]
  const perLevel = windows.map((w) => `,\n    ${dialect.sumInteger(inWindow(w, 'g.n'))} AS n_${windowKey(w)}`)
  const statistics = windows.flatMap((window) => {
    const n = `n.n_${windowKey(window)}`
    const nLogN = `${dialect.toDouble(n)} * LN(${dialect.toDouble(n)}) * ${dialect.number(entropyScale)}`
    return [
      `COUNT(${n}) AS levels_${windowKey(window)}`,
      `MAX(${n}) AS top_${windowKey(window)}`,
      `${dialect.sumInteger(n)} AS total_${windowKey(window)}`,
      `${dialect.sumInteger(`${n} * ${n}`)} AS squares_${windowKey(window)}`,
      `${dialect.sumInteger(dialect.roundToBigint(nLogN))} AS logs_${windowKey(window)}`,
    ]
  })
  const condition = where === undefined ? '' : ` AND ${whereSql(context, where)}`
  const alias = `bv${index}`
  return {
    tables: [
      {
        name: `levels-by-segment-${index}`,
        table: table(`level_segments_${index}`),
        select: `SELECT e.user_index, ${keys.map(({ sql, name }) => `${sql} AS ${name}`).join(', ')}, ${level.code} AS code, COUNT(*) AS n
FROM ${events.from}
${joins}
${level.join}
WHERE ${events.where} AND ${level.code} IS NOT NULL${condition}
GROUP BY e.user_index, ${keys.map(({ sql }) => sql).join(', ')}, ${level.code}`,
      },
      {
        name: `levels-by-example-${index}`,
        table: table(`level_values_${index}`),
        select: `SELECT n.cutoff, n.user_index,
  ${statistics.join(',\n  ')}
FROM (
  SELECT s.cutoff, s.user_index, g.code${perLevel.join('')}
  FROM ${table(`level_segments_${index}`)} AS g
  ${seenBySpine(context, reachOf(group))}
  GROUP BY s.cutoff, s.user_index, g.code
) AS n
GROUP BY n.cutoff, n.user_index`,
      },
    ],
    joins: [joinExample(table(`level_values_${index}`), alias)],
    values: new Map(group.map((feature) => [feature.name, statistic(context, feature, alias)])),
  }
}

function statistic(context: BlockContext, feature: LevelsFeature, alias: string): string {
  const { dialect } = context
  const column = (name: string): string => `${alias}.${name}_${windowKey(feature)}`
  if (feature.measure === 'distinct') return `COALESCE(${column('levels')}, 0)`
  const total = column('total')
  if (feature.statistic === 'topShare') return dialect.ratio(column('top'), total)
  if (feature.statistic === 'concentration')
    return `(${dialect.ratio(column('squares'), total)} / ${dialect.toDouble(total)})`
  const meanLog = dialect.ratio(`(${dialect.toDouble(column('logs'))} / ${dialect.number(entropyScale)})`, total)
  return `CASE WHEN ${column('levels')} = 1 THEN ${dialect.toDouble('0')} ELSE LN(${dialect.toDouble(total)}) - ${meanLog} END`
}
