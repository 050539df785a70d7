// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import type { MeasureFeature } from '../definition.ts'
import { segmentColumn, segmentJoin } from '../calendar.ts'
import type { MadeTable } from '../made-table.ts'
import { isLaidOutByCutoff, knownPredicate, windowKey } from '../window.ts'
import { conditionKey, joinExample, visibleEvents, whereSql, type Block, type BlockContext } from './block.ts'

export type SessionsFeature = MeasureFeature & { readonly measure: 'sessions' }

const microsPerMinute = 60_000_000

/**
 * Runs of events without a long pause. A session begins with every event that has no other event of the window within
 * the pause before it; its length is the sum of the short steps between its events. Both add up over segments when they
 * are kept by the segment of the event and the segment of the event before it.
 */
export function sessionsBlocks(context: BlockContext, features: readonly SessionsFeature[]): readonly Block[] {
  const groups = new Map<string, SessionsFeature[]>()
  for (const feature of features) {
    const key = `${feature.inactivityMinutes}/${conditionKey(feature.where)}`
    groups.set(key, [...(groups.get(key) ?? []), feature])
  }
  const make = isLaidOutByCutoff(context.plan) ? mixedSessions : segmentSessions
  return [...groups.values()].map((group, index) => {
    const windows = [...new Map(group.map((feature) => [windowKey(feature), feature])).values()]
    const alias = `bs${index}`
    return {
      tables: make(context, windows, index),
      joins: [joinExample(context.table(`session_values_${index}`), alias)],
      values: new Map(group.map((feature) => [feature.name, sessionValue(context, feature, alias)])),
    }
  })
}

function sessionValue({ dialect }: BlockContext, feature: SessionsFeature, alias: string): string {
  const key = windowKey(feature)
  const [count, micros] = [`${alias}.n_${key}`, `${alias}.t_${key}`]
  if (feature.of === 'count') return `COALESCE(${count}, 0)`
  if (feature.of === 'totalMinutes') return dialect.ratio(`COALESCE(${micros}, 0)`, String(microsPerMinute))
  return dialect.ratio(micros, `(${count} * ${microsPerMinute})`)
}

/** Events with the time of the event before; `step` is NULL for a user's first. */
function steps(context: BlockContext, feature: SessionsFeature): string {
  const { dialect, table } = context
  const events = visibleEvents(context)
  const micros = dialect.epochMicros('e.event_time')
  const over = 'OVER (PARTITION BY e.user_index ORDER BY e.event_time)'
  const condition = feature.where === undefined ? '' : ` AND ${whereSql(context, feature.where)}`
  return `SELECT e.user_index, ${segmentColumn} AS segment,
    COALESCE(LAG(${segmentColumn}) ${over}, -1) AS previous_segment,
    ${micros} - LAG(${micros}) ${over} AS step
  FROM ${events.from}
  ${segmentJoin(table('calendar'), events.seen)}
  WHERE ${events.where}${condition}`
}

/** One delay: an event is seen with all events before it, so that steps add up over segments. */
function segmentSessions(context: BlockContext, windows: readonly SessionsFeature[], index: number): MadeTable[] {
  const { dialect, table } = context
  const pause = windows[0]!.inactivityMinutes * microsPerMinute
  const sums = windows.map((window) => {
    const key = windowKey(window)
    const begins = `CASE WHEN p.in_${key} THEN g.begins ELSE g.n END`
    const inside = `CASE WHEN f.in_${key} AND p.in_${key} THEN g.inside END`
    return `,
  ${dialect.sumInteger(`CASE WHEN f.in_${key} THEN ${begins} END`)} AS n_${key},
  COALESCE(${dialect.sumInteger(inside)}, 0) AS t_${key}`
  })
  return [
    {
      name: `sessions-by-segment-${index}`,
      table: table(`session_segments_${index}`),
      select: `SELECT q.user_index, q.segment, q.previous_segment, COUNT(*) AS n,
  COUNT(*) FILTER (WHERE q.step IS NULL OR q.step > ${pause}) AS begins,
  ${dialect.sumInteger(`CASE WHEN q.step <= ${pause} THEN q.step END`)} AS inside
FROM (
  ${steps(context, windows[0]!)}
) AS q
GROUP BY q.user_index, q.segment, q.previous_segment`,
    },
    {
      name: `sessions-by-example-${index}`,
      table: table(`session_values_${index}`),
      select: `SELECT s.cutoff, s.user_index${sums.join('')}
FROM ${table(`session_segments_${index}`)} AS g
JOIN ${table('flags')} AS f ON f.segment = g.segment
LEFT JOIN ${table('flags')} AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment
JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index`,
    },
  ]
}

/** Several delays: which event is before which depends on what a cutoff sees. Slower (events x cutoffs x windows), always right. */
function mixedSessions(context: BlockContext, windows: readonly SessionsFeature[], index: number): MadeTable[] {
  const { dialect, table } = context
  const [first] = windows
  const pause = first!.inactivityMinutes * microsPerMinute
  const events = visibleEvents(context)
  const condition = first!.where === undefined ? '' : ` AND ${whereSql(context, first!.where)}`
  const isKnown = events.known === events.seen ? '' : ` AND ${knownPredicate(events.known, 'f.cutoff')}`
  const laid = windows.map((window) => {
    const key = windowKey(window)
    const inside = key === 'lifetime' ? '' : ` AND f.in_${key}`
    return `    SELECT ${dialect.text(key)} AS w, s.cutoff, s.user_index, ${dialect.epochMicros('e.event_time')} AS micros
    FROM ${events.from}
    ${segmentJoin(table('calendar'), events.seen)}
    JOIN ${table('flags')} AS f ON f.segment = ${segmentColumn}${isKnown}
    JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = e.user_index
    WHERE ${events.where}${condition}${inside}`
  })
  const values = windows.map((window) => {
    const key = windowKey(window)
    const isInside = `q.w = ${dialect.text(key)}`
    return `,
  COUNT(*) FILTER (WHERE ${isInside} AND (q.step IS NULL OR q.step > ${pause})) AS n_${key},
  COALESCE(${dialect.sumInteger(`CASE WHEN ${isInside} AND q.step <= ${pause} THEN q.step END`)}, 0) AS t_${key}`
  })
  return [
    {
      name: `sessions-by-example-${index}`,
      table: table(`session_values_${index}`),
      select: `SELECT q.cutoff, q.user_index${values.join('')}
FROM (
  SELECT v.w, v.cutoff, v.user_index,
    v.micros - LAG(v.micros) OVER (PARTITION BY v.w, v.cutoff, v.user_index ORDER BY v.micros) AS step
  FROM (
${laid.join('\n    UNION ALL\n')}
  ) AS v
) AS q
GROUP BY q.cutoff, q.user_index`,
    },
  ]
}
