// SQL templates: some functions are longer than the house's 40 lines, so that a statement can be read in one piece.
import type { Dialect } from '../../engines/dialect.ts'
import type { MeasureFeature } from '../definition.ts'
import { segmentColumn } from '../calendar.ts'
import type { MadeTable } from '../made-table.ts'
import { isLaidOutByCutoff, knownPredicate, windowKey } from '../window.ts'
import { joinExample, joinPrevious, Slots, type Block, type BlockContext } from './block.ts'

export type GapFeature = MeasureFeature & { readonly measure: 'gaps' }

/** Gaps between consecutive days of one kind: backward lags once, put together for every window. */
export function gapBlocks(
  context: BlockContext,
  features: readonly GapFeature[],
  kindOf: ReadonlyMap<string, number>,
): readonly Block[] {
  const groups = new Map<number, GapFeature[]>()
  for (const feature of features) {
    const kind = kindOf.get(feature.name)!
    groups.set(kind, [...(groups.get(kind) ?? []), feature])
  }
  const make = isLaidOutByCutoff(context.plan) ? mixedGaps : segmentGaps
  return [...groups].map(([kind, group]) => {
    const alias = `bg${kind}`
    const columns = new Slots<GapColumn>()
    const values = new Map(group.map((feature) => [feature.name, gapValue({ context, columns, alias }, feature)]))
    const tables = make(context, columns.values(), kind)
    return { tables, joins: [joinExample(context.table(`gap_values_${kind}`), alias)], values }
  })
}

/** An aggregate over the gaps of a window. */
interface GapColumn {
  readonly window: MeasureFeature
  readonly of: 'count' | 'sum' | 'squares' | 'max' | 'first' | 'return'
  readonly silentDays: number
}

/** More days than any gap has: a day and the gap that ends on it share one integer. */
const longestGap = 1_000_000
const dayNumber = (dialect: Dialect, day: string): string =>
  dialect.cast(dialect.daysBetween("DATE '0001-01-01'", day), 'bigint')

type Inside = (expression: string) => string

/** Aggregates over gaps `q`; `inside` keeps the gaps that count. */
const gapColumns: Readonly<Record<GapColumn['of'], (dialect: Dialect, inside: Inside, silentDays: number) => string>> =
  {
    count: (_, inside) => `COUNT(${inside('q.gap')})`,
    sum: (dialect, inside) => dialect.sumInteger(inside('q.gap')),
    squares: (dialect, inside) => dialect.sumInteger(inside('q.gap * q.gap')),
    max: (_, inside) => `MAX(${inside('q.gap')})`,
    first: (dialect, inside) => `MIN(${inside(`${dayNumber(dialect, 'q.event_day')} * ${longestGap} + q.gap`)})`,
    return: (_, inside, silentDays) => `MAX(${inside(`CASE WHEN q.gap > ${silentDays} THEN q.event_day END`)})`,
  }

interface ValueContext {
  readonly context: BlockContext
  readonly columns: Slots<GapColumn>
  readonly alias: string
}

function gapValue({ context, columns, alias }: ValueContext, feature: GapFeature): string {
  const { dialect } = context
  const silentDays = feature.silentDays ?? 0
  const column = (of: GapColumn['of']): string => {
    const key = `${of}/${windowKey(feature)}/${of === 'return' ? silentDays : ''}`
    return `${alias}.c${columns.index(key, () => ({ window: feature, of, silentDays }))}`
  }
  if (feature.of === 'count') return `COALESCE(${column('count')}, 0)`
  if (feature.of === 'max') return dialect.cast(column('max'), 'integer')
  if (feature.of === 'first') return dialect.cast(dialect.modulo(column('first'), String(longestGap)), 'integer')
  if (feature.of === 'mean') return dialect.ratio(column('sum'), column('count'))
  if (feature.of === 'daysSinceReturn')
    return dialect.cast(dialect.daysBetween(column('return'), 's.cutoff'), 'integer')
  const [n, sum, squares] = [column('count'), column('sum'), column('squares')]
  // n * sum of squares - (sum)^2 is an exact integer: no cancellation of doubles, the same for any order of rows.
  return `SQRT(${dialect.ratio(`(${n} * ${squares} - ${sum} * ${sum})`, `(${n} * (${n} - 1))`)})`
}

/** How a column of a segment is merged over segments. */
function merged(context: BlockContext, column: GapColumn, part: string): string {
  if (column.of === 'first') return `MIN(${part})`
  return column.of === 'max' || column.of === 'return' ? `MAX(${part})` : context.dialect.sumInteger(part)
}

/**
 * One delay: gaps per (user, segment of the later day, segment of the earlier day); both must lie in the window. A window
 * without beginning holds the earlier day with the later one: where there are no others, its segment is not asked for.
 */
function segmentGaps(context: BlockContext, columns: readonly GapColumn[], kind: number): MadeTable[] {
  const { dialect, table } = context
  const bases = new Slots<string>()
  const sums = columns.map((column, i) => {
    const key = `${column.of}/${column.of === 'return' ? column.silentDays : ''}`
    const b = bases.index(key, () => gapColumns[column.of](dialect, (expression) => expression, column.silentDays))
    const window = windowKey(column.window)
    const part = window === 'lifetime' ? `g.b${b}` : `CASE WHEN f.in_${window} AND p.in_${window} THEN g.b${b} END`
    return `,\n  ${merged(context, column, part)} AS c${i}`
  })
  const isPaired = !columns.every(({ window }) => window.lookbackDays === 'lifetime')
  const over = 'OVER (PARTITION BY d.user_index ORDER BY d.event_day)'
  const previous = isPaired ? ` LAG(d.segment) ${over} AS previous_segment,` : ''
  const gap = dialect.daysBetween(`LAG(d.event_day) ${over}`, 'd.event_day')
  return [
    {
      name: `gaps-by-segment-${kind}`,
      table: table(`gap_segments_${kind}`),
      select: `SELECT q.user_index, q.segment${isPaired ? ', q.previous_segment' : ''}${bases
        .values()
        .map((base, i) => `,\n  ${base} AS b${i}`)
        .join('')}
FROM (
  SELECT d.user_index, d.event_day, d.segment,${previous}
    ${dialect.cast(gap, 'bigint')} AS gap
  FROM ${table('days')} AS d
  WHERE d.k${kind}
) AS q
WHERE q.gap IS NOT NULL
GROUP BY q.user_index, q.segment${isPaired ? ', q.previous_segment' : ''}`,
    },
    {
      name: `gaps-by-example-${kind}`,
      table: table(`gap_values_${kind}`),
      select: `SELECT s.cutoff, s.user_index${sums.join('')}
FROM ${table(`gap_segments_${kind}`)} AS g
JOIN ${table('flags')} AS f ON f.segment = g.segment${isPaired ? joinPrevious(context) : ''}
JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index
GROUP BY s.cutoff, s.user_index`,
    },
  ]
}

/**
 * Several delays: which days follow each other depends on what a cutoff sees, so the days are laid out per cutoff and
 * window before the lag. Slower (days x cutoffs x windows), always right.
 */
function mixedGaps(context: BlockContext, columns: readonly GapColumn[], kind: number): MadeTable[] {
  const { dialect, table } = context
  const windows = [...new Map(columns.map((column) => [windowKey(column.window), column.window])).keys()]
  const isKnown =
    context.plan.relations.hasAvailableDay === true ? ` AND ${knownPredicate('d.known_day', 'f.cutoff')}` : ''
  const laid = windows.map((window) => {
    const inside = window === 'lifetime' ? '' : ` AND f.in_${window}`
    return `  SELECT DISTINCT ${dialect.text(window)} AS w, s.cutoff, s.user_index, d.event_day
  FROM ${table('days')} AS d
  LEFT JOIN ${table('calendar')} AS cal ON cal.day = d.seen_day
  JOIN ${table('flags')} AS f ON f.segment = ${segmentColumn}${isKnown}
  JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = d.user_index
  WHERE d.k${kind}${inside}`
  })
  const lag = 'LAG(v.event_day) OVER (PARTITION BY v.w, v.cutoff, v.user_index ORDER BY v.event_day)'
  const aggregates = columns.map((column, i) => {
    const isInside = `q.w = ${dialect.text(windowKey(column.window))}`
    const inside = (expression: string): string => `CASE WHEN ${isInside} THEN ${expression} END`
    return `,\n  ${gapColumns[column.of](dialect, inside, column.silentDays)} AS c${i}`
  })
  return [
    {
      name: `gaps-by-example-${kind}`,
      table: table(`gap_values_${kind}`),
      select: `SELECT q.cutoff, q.user_index${aggregates.join('')}
FROM (
  SELECT l.w, l.cutoff, l.user_index, l.event_day, ${dialect.cast(dialect.daysBetween('l.previous_day', 'l.event_day'), 'bigint')} AS gap
  FROM (SELECT v.w, v.cutoff, v.user_index, v.event_day, ${lag} AS previous_day
  FROM (
${laid.join('\n  UNION ALL\n')}
  ) AS v) AS l
  WHERE l.previous_day IS NOT NULL
) AS q
GROUP BY q.cutoff, q.user_index`,
    },
  ]
}
