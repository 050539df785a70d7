// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import type { MeasureFeature } from '../definition.ts'
import { segmentColumn, segmentJoin } from '../calendar.ts'
import type { MadeTable } from '../made-table.ts'
import { isLaidOutByCutoff, knownPredicate, windowKey } from '../window.ts'
import {
  conditionKey,
  joinExample,
  joinPrevious,
  visibleEvents,
  whereSql,
  type Block,
  type BlockContext,
} from './block.ts'

export type IntervalsFeature = MeasureFeature & { readonly measure: 'intervals' }

const secondsPerDay = 86_400

/**
 * Time between consecutive events, in whole seconds. An interval belongs to the segments of both its events, so counts,
 * sums and sums of squares add up over segments, and a window holds it when it holds both.
 */
export function intervalsBlocks(context: BlockContext, features: readonly IntervalsFeature[]): readonly Block[] {
  const groups = new Map<string, IntervalsFeature[]>()
  for (const feature of features) {
    const key = conditionKey(feature.where)
    groups.set(key, [...(groups.get(key) ?? []), feature])
  }
  const make = isLaidOutByCutoff(context.plan) ? mixedIntervals : segmentIntervals
  return [...groups.values()].map((group, index) => {
    const windows = [...new Map(group.map((feature) => [windowKey(feature), feature])).values()]
    const alias = `bi${index}`
    return {
      tables: make(context, windows, index),
      joins: [joinExample(context.table(`interval_values_${index}`), alias)],
      values: new Map(group.map((feature) => [feature.name, intervalValue(context, feature, alias)])),
    }
  })
}

function intervalValue({ dialect }: BlockContext, feature: IntervalsFeature, alias: string): string {
  const column = (name: string): string => `${alias}.${name}_${windowKey(feature)}`
  const [n, sum, squares] = [column('n'), column('t'), column('q')]
  if (feature.of === 'mean') return dialect.ratio(sum, `(${n} * ${secondsPerDay})`)
  // n * sum of squares - (sum)^2 is an exact integer: no cancellation of doubles, the same for any order of rows.
  const variance = dialect.ratio(`(${n} * ${squares} - ${dialect.cast(sum, 'wide')} * ${sum})`, `(${n} * (${n} - 1))`)
  return `(SQRT(${variance}) / ${secondsPerDay})`
}

const seconds = ({ dialect }: BlockContext): string =>
  dialect.integerDivide(dialect.epochMicros('e.event_time'), '1000000')

/** One delay: an event is seen with all events before it, so that a window without beginning need not ask for the earlier one. */
function segmentIntervals(context: BlockContext, windows: readonly IntervalsFeature[], index: number): MadeTable[] {
  const { dialect, table } = context
  const events = visibleEvents(context)
  const { where } = windows[0]!
  const condition = where === undefined ? '' : ` AND ${whereSql(context, where)}`
  const over = 'OVER (PARTITION BY e.user_index ORDER BY e.event_time)'
  const isPaired = !windows.every(({ lookbackDays }) => lookbackDays === 'lifetime')
  const rowKey = isPaired ? 'q.user_index, q.segment, q.previous_segment' : 'q.user_index, q.segment'
  const previous = isPaired ? ` LAG(${segmentColumn}) ${over} AS previous_segment,` : ''
  const sums = windows.map((window) => {
    const key = windowKey(window)
    const inside = (column: string): string =>
      key === 'lifetime' ? column : `CASE WHEN f.in_${key} AND p.in_${key} THEN ${column} END`
    return `,
  ${dialect.sumInteger(inside('g.n'))} AS n_${key}, ${dialect.sumInteger(inside('g.t'))} AS t_${key},
  ${dialect.sumWide(inside('g.q'))} AS q_${key}`
  })
  return [
    {
      name: `intervals-by-segment-${index}`,
      table: table(`interval_segments_${index}`),
      select: `SELECT ${rowKey}, COUNT(*) AS n,
  ${dialect.sumInteger('q.step')} AS t, ${dialect.sumWide('q.step * q.step')} AS q
FROM (
  SELECT e.user_index, ${segmentColumn} AS segment,${previous}
    ${seconds(context)} - LAG(${seconds(context)}) ${over} AS step
  FROM ${events.from}
  ${segmentJoin(table('calendar'), events.seen)}
  WHERE ${events.where}${condition}
) AS q
WHERE q.step IS NOT NULL
GROUP BY ${rowKey}`,
    },
    {
      name: `intervals-by-example-${index}`,
      table: table(`interval_values_${index}`),
      select: `SELECT s.cutoff, s.user_index${sums.join('')}
FROM ${table(`interval_segments_${index}`)} AS g
JOIN ${table('flags')} AS f ON f.segment = g.segment${isPaired ? joinPrevious(context) : ''}
JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index`,
    },
  ]
}

/** Several delays: which event is before which depends on what a cutoff sees. Slower (events x cutoffs x windows), always right. */
function mixedIntervals(context: BlockContext, windows: readonly IntervalsFeature[], index: number): MadeTable[] {
  const { dialect, table } = context
  const events = visibleEvents(context)
  const { where } = windows[0]!
  const condition = where === undefined ? '' : ` AND ${whereSql(context, where)}`
  const isKnown = events.known === events.seen ? '' : ` AND ${knownPredicate(events.known, 'f.cutoff')}`
  const laid = windows.map((window) => {
    const key = windowKey(window)
    const inside = key === 'lifetime' ? '' : ` AND f.in_${key}`
    return `    SELECT ${dialect.text(key)} AS w, s.cutoff, s.user_index, ${seconds(context)} AS second
    FROM ${events.from}
    ${segmentJoin(table('calendar'), events.seen)}
    JOIN ${table('flags')} AS f ON f.segment = ${segmentColumn}${isKnown}
    JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = e.user_index
    WHERE ${events.where}${condition}${inside}`
  })
  const values = windows.map((window) => {
    const key = windowKey(window)
    const inside = (column: string): string => `CASE WHEN q.w = ${dialect.text(key)} THEN ${column} END`
    return `,
  COUNT(${inside('q.step')}) AS n_${key}, ${dialect.sumInteger(inside('q.step'))} AS t_${key},
  ${dialect.sumWide(inside('q.step * q.step'))} AS q_${key}`
  })
  return [
    {
      name: `intervals-by-example-${index}`,
      table: table(`interval_values_${index}`),
      select: `SELECT q.cutoff, q.user_index${values.join('')}
FROM (
  SELECT v.w, v.cutoff, v.user_index,
    v.second - LAG(v.second) OVER (PARTITION BY v.w, v.cutoff, v.user_index ORDER BY v.second) AS step
  FROM (
${laid.join('\n    UNION ALL\n')}
  ) AS v
) AS q
GROUP BY q.cutoff, q.user_index`,
    },
  ]
}
