import type { Dialect } from '../engines/dialect.ts'
import type { ChurnConfig, LeafLabel, LeafOf } from './churn.ts'
import type { PlanAttribute } from './plan.ts'

/*
 * What the labels mean. C cutoff, G gap, H horizon, W = [C + G, C + G + H); days are calendar days; d the largest source
 * delay. Labels see all events before dataEnd, delayed or not; who is in the spine is decided by visible events alone.
 *
 * no_event_in_window   churned iff no event of `events` falls in W. There is no day of churn: nobody has "already churned"
 *                      and nobody churns in the gap; a silent user is kept out by eligibility.
 * event_in_window      the opposite: 1 iff such an event falls in W.
 * churn_date           N = silenceDays. A day x with an event of `events` and none on x+1 .. x+N makes a churn on day
 *                      x + N, the last of the N silent days. Churned iff such a day falls in W. It is known from the cutoff
 *                      x + N + d + 1 on (then all N days have been seen silent).
 *                      With rows that became available late, silent means silent in what is known at the cutoff (already
 *                      churned), but silent in the whole log for the label.
 * explicit             every event of `events` is a churn on its day, known as soon as the event is visible.
 * contract             g = graceDays. A contract [start, end) makes a churn on day `end` when no other contract of the user
 *                      that ends later (or runs on) begins by end + g. It is known from the cutoff end + g + 1 on, and a
 *                      label is known only g days after the end of W. A contract that ends by its first day never was.
 * partial              P = pastDays, v the money or number of events: churned iff v[C - P, C) > 0 and
 *                      v(W) / H <= (1 - fallPercent / 100) v[C - P, C) / P. No day of churn, as for no_event_in_window.
 * any                  churned iff one of its labels says so; the same for already churned and churned in the gap.
 * all                  churned iff each of its labels has churned by the end of W, one of them inside W. Already churned iff
 *                      all have; churned in the gap iff all have by the end of the gap, but not all are known to have.
 *
 * Already churned      a churn is known at C, and no return is visible at C: for churn_date an event of `events` after x,
 *                      for explicit an event of `returnEvents` (default: the events of eligibility, else every other type)
 *                      later than the churn, for contract the begin of another after end + g. At the same instant the
 *                      churn wins. Not in the spine, never scored.
 * Churned in the gap   a churn that is not known at C and lies before C + G: in [C, C + G), or before C but not yet
 *                      visible. Whether the user returns does not matter. No label; counted.
 * churn_kind           active where an `explicit`, `contract` or `event_in_window` label says churned, else passive; null
 *                      where not churned.
 * churn_will           only where a label tells the two apart (`involuntaryEvents`, `involuntary`): voluntary where one of
 *                      the churns in W was, else involuntary where one was; null where not churned or not told.
 */

export type NamedLeaf = LeafLabel & { readonly name: string }

/** How the target is put together of its leaves. */
export type LabelTree = { readonly leaf: string } | { readonly op: 'any' | 'all'; readonly of: readonly LabelTree[] }

export function labelTree(churn: Pick<ChurnConfig, 'labels'>, name: string): LabelTree {
  const label = churn.labels[name]!
  if (label.kind !== 'any' && label.kind !== 'all') return { leaf: name }
  return { op: label.kind, of: label.of.map((inner) => labelTree(churn, inner)) }
}

/** Sorted leaves of the target; `any` and `all` are resolved. */
export function targetLeaves(churn: Pick<ChurnConfig, 'labels' | 'target'>): readonly NamedLeaf[] {
  const leaves = new Map<string, NamedLeaf>()
  const visit = (tree: LabelTree): void => {
    if ('leaf' in tree) leaves.set(tree.leaf, { ...(churn.labels[tree.leaf] as LeafLabel), name: tree.leaf })
    else for (const inner of tree.of) visit(inner)
  }
  visit(labelTree(churn, churn.target))
  return [...leaves.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Days after the end of the prediction window until the label is known, beyond the sources' delay: the grace of contracts. */
export function labelDelayDays(churn: Pick<ChurnConfig, 'labels' | 'target'>): number {
  return Math.max(0, ...targetLeaves(churn).map((leaf) => (leaf.kind === 'contract' ? leaf.graceDays : 0)))
}

/** Event types of eligibility; empty where it does not speak of events. */
export const eligibleEvents = ({ eligible }: Pick<ChurnConfig, 'eligible'>): readonly string[] =>
  typeof eligible === 'object' && 'events' in eligible ? eligible.events : []

/** Some leaf of the target tells voluntary from involuntary churn. */
export const tellsWill = (churn: Pick<ChurnConfig, 'labels' | 'target'>): boolean =>
  targetLeaves(churn).some(
    (leaf) =>
      (leaf.kind === 'explicit' && leaf.involuntaryEvents !== undefined) ||
      (leaf.kind === 'contract' && leaf.involuntary !== undefined),
  )

/**
 * The attribute tables without the columns that no feature may read, because they are written later than their row becomes
 * valid: when and why a contract ends.
 */
export function readableAttributes(
  attributes: readonly PlanAttribute[],
  churn: Pick<ChurnConfig, 'labels'>,
): readonly PlanAttribute[] {
  const hidden = new Set<string>()
  for (const label of Object.values(churn.labels)) {
    if (label.kind !== 'contract') continue
    if (!label.endKnown) hidden.add(`${label.table}/${label.end}`)
    if (label.involuntary !== undefined) hidden.add(`${label.table}/${label.involuntary.column}`)
  }
  return attributes.map((table) => ({
    ...table,
    columns: table.columns.filter(({ name }) => !hidden.has(`${table.name}/${name}`)),
  }))
}

/** The types by which a user who churned explicitly is back; null = every type that is not in `events`. */
export function returnTypes(leaf: LeafOf<'explicit'>, churn: ChurnConfig): readonly string[] | null {
  if (leaf.returnEvents !== undefined) return leaf.returnEvents
  const others = eligibleEvents(churn).filter((type) => !leaf.events.includes(type))
  return others.length === 0 ? null : others
}

/** `column IN (...)` over event types. */
export const typeIn = (dialect: Dialect, column: string, types: readonly string[]): string =>
  `${column} IN (${types.map((type) => dialect.text(type)).join(', ')})`
