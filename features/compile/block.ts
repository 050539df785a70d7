import type { Condition } from '../../core/condition.ts'
import { canonicalJson } from '../../core/json.ts'
import { conditionSql } from '../../engines/condition-sql.ts'
import type { Dialect } from '../../engines/dialect.ts'
import { segmentColumn, segmentJoin, type Calendar } from '../calendar.ts'
import type { MeasureFeature } from '../definition.ts'
import { eventColumn } from '../event-columns.ts'
import type { MadeTable, TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'
import { knownDay, seenDay, windowKey } from '../window.ts'

/** What every block of the compiler works with. */
export interface BlockContext {
  readonly plan: ExamplePlan
  readonly dialect: Dialect
  readonly table: TableNames
  readonly calendar: Calendar
}

/**
 * A part of the features: relations to make, and the joins from the spine (alias `s`) that end in one row per example.
 * `values` are SQL expressions of the features over these joins.
 */
export interface Block {
  readonly tables: readonly MadeTable[]
  readonly joins: readonly string[]
  readonly values: ReadonlyMap<string, string>
}

export const noBlock: Block = { tables: [], joins: [], values: new Map() }

/** A stable text for a condition, to tell equal ones. */
export const conditionKey = (condition: Condition | undefined): string =>
  condition === undefined ? '' : canonicalJson(condition)

/** The condition over events with alias `e`; TRUE where there is none. */
export function whereSql(context: BlockContext, condition: Condition | undefined): string {
  if (condition === undefined) return 'TRUE'
  return conditionSql(condition, context.dialect, (name) => eventColumn(name, context.dialect, 'e'))
}

/** Events, alias `e`, that some cutoff sees. */
export function visibleEvents(context: BlockContext): {
  readonly from: string
  readonly seen: string
  readonly known: string
  readonly where: string
} {
  const { plan, dialect } = context
  const seen = seenDay(dialect, plan.delaysDays, 'e')
  const known = knownDay(dialect, plan, 'e')
  const last = dialect.day(plan.cutoffs.at(-1)!)
  return { from: `${plan.relations.events} AS e`, seen, known, where: `${known} < ${last}` }
}

/** Joins and keys of the segments of events (alias `e`); with `available_at` also of the segment in which they are known. */
export function segmentsOfEvents(context: BlockContext): {
  readonly joins: string
  readonly keys: readonly SegmentKey[]
} {
  const calendar = context.table('calendar')
  const { seen, known } = visibleEvents(context)
  const segment = { sql: segmentColumn, name: 'segment' }
  if (!isAvailabilityKnown(context)) return { joins: segmentJoin(calendar, seen), keys: [segment] }
  return {
    joins: `${segmentJoin(calendar, seen)}\nLEFT JOIN ${calendar} AS known ON known.day = ${known}`,
    keys: [segment, { sql: 'COALESCE(known.segment, 0)', name: 'known_segment' }],
  }
}

interface SegmentKey {
  readonly sql: string
  readonly name: string
}

const isAvailabilityKnown = ({ plan }: BlockContext): boolean => plan.relations.hasAvailableDay === true

/** `expression` where the segment (flags alias `f`) lies in the feature's window, else NULL. */
export function inWindow(feature: MeasureFeature, expression: string, alias = 'f'): string {
  const key = windowKey(feature)
  return key === 'lifetime' ? expression : `CASE WHEN ${alias}.in_${key} THEN ${expression} END`
}

/**
 * Joins segments (alias `g`, column `segment`) to the cutoffs that see them and to the spine; `windowed`: only segments
 * that some finite window holds.
 */
export function seenBySpine(context: BlockContext, reach: 'windowed' | 'lifetime'): string {
  const { table } = context
  const isKnown = isAvailabilityKnown(context)
    ? `\nJOIN ${table('flags')} AS known ON known.cutoff = f.cutoff AND known.segment = g.known_segment`
    : ''
  return `JOIN ${table('flags')} AS f ON f.segment = g.segment${reach === 'windowed' ? ' AND f.in_any' : ''}${isKnown}
JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index`
}

/** Joins the flags (alias `p`) of the segment of the earlier of two events or days beside those of the later one. */
export const joinPrevious = ({ table }: BlockContext): string =>
  `\nJOIN ${table('flags')} AS p ON p.cutoff = f.cutoff AND p.segment = g.previous_segment`

/** Whether any of the features looks at all history. */
export const reachOf = (features: readonly MeasureFeature[]): 'windowed' | 'lifetime' =>
  features.some((feature) => feature.lookbackDays === 'lifetime') ? 'lifetime' : 'windowed'

export const joinExample = (relation: string, alias: string): string =>
  `LEFT JOIN ${relation} AS ${alias} ON ${alias}.cutoff = s.cutoff AND ${alias}.user_index = s.user_index`

/** Value of a measure that found nothing. */
export const orEmpty = (feature: MeasureFeature, expression: string): string =>
  feature.whenEmpty === 'zero' ? `COALESCE(${expression}, 0)` : expression

/** Puts equal keys into one slot, in order of appearance. */
export class Slots<T> {
  private readonly byKey = new Map<string, { readonly index: number; readonly value: T }>()

  index(key: string, value: () => T): number {
    const found = this.byKey.get(key) ?? { index: this.byKey.size, value: value() }
    this.byKey.set(key, found)
    return found.index
  }

  values(): readonly T[] {
    return [...this.byKey.values()].map((slot) => slot.value)
  }
}
