import type { Condition } from '../../core/condition.ts'
import { canonicalJson } from '../../core/json.ts'
import { conditionSql } from '../../engines/condition-sql.ts'
import type { Dialect } from '../../engines/dialect.ts'
import type { Calendar } from '../calendar.ts'
import type { MeasureFeature } from '../definition.ts'
import { eventColumn } from '../event-columns.ts'
import type { MadeTable, TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'
import { seenDay, windowKey } from '../window.ts'

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
  readonly where: string
} {
  const { plan, dialect } = context
  const seen = seenDay(dialect, plan.delaysDays, 'e')
  const last = dialect.day(plan.cutoffs.at(-1)!)
  return { from: `${plan.relations.events} AS e`, seen, where: `${seen} < ${last}` }
}

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
  return `JOIN ${table('flags')} AS f ON f.segment = g.segment${reach === 'windowed' ? ' AND f.in_any' : ''}
JOIN ${table('spine')} AS s ON s.cutoff = f.cutoff AND s.user_index = g.user_index`
}

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
