import { EbbError } from '../core/errors.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { ChurnConfig, LeafLabel } from './churn.ts'

/*
 * What the labels mean. C cutoff, G gap, H horizon, W = [C + G, C + G + H); days are calendar days; d the largest source
 * delay. Labels see all events before dataEnd, delayed or not; who is in the spine is decided by visible events alone.
 *
 * no_event_in_window   churned iff no event of `events` falls in W. There is no day of churn: nobody has "already churned"
 *                      and nobody churns in the gap; a silent user is kept out by eligibility.
 * churn_date           N = silenceDays. A day x with an event of `events` and none on x+1 .. x+N makes a churn on day
 *                      x + N, the last of the N silent days. Churned iff such a day falls in W. It is known from the cutoff
 *                      x + N + d + 1 on (then all N days have been seen silent).
 *                      With rows that became available late, silent means silent in what is known at the cutoff (already
 *                      churned), but silent in the whole log for the label.
 * explicit             every event of `events` is a churn on its day, known as soon as the event is visible.
 * any                  churned iff one of its labels says so; the same for already churned and churned in the gap.
 *
 * Already churned      a churn is known at C, and no return is visible at C: for churn_date an event of `events` after x,
 *                      for explicit an event of `returnEvents` (default: the events of eligibility, else every other type)
 *                      later than the churn. At the same instant the churn wins. Not in the spine, never scored.
 * Churned in the gap   a churn that is not known at C and lies before C + G: in [C, C + G), or before C but not yet
 *                      visible. Whether the user returns does not matter. No label; counted.
 * churn_kind           active where an `explicit` label says churned, else passive; null where not churned.
 */

/** Sorted leaves of the target; `any` is resolved. */
export function targetLeaves(churn: ChurnConfig): readonly (LeafLabel & { readonly name: string })[] {
  const leaves = new Map<string, LeafLabel & { name: string }>()
  const visit = (name: string): void => {
    const label = churn.labels[name]!
    if (label.kind === 'any') for (const inner of label.of) visit(inner)
    else leaves.set(name, { ...label, name })
  }
  visit(churn.target)
  return [...leaves.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Days after the end of the prediction window until the label is known, beyond the sources' delay. */
export function labelDelayDays(_churn: ChurnConfig): number {
  return 0
}

/** Faults of the `churn:` section that its schema cannot see: unknown names, cycles. */
export function checkChurn(churn: ChurnConfig): readonly EbbError[] {
  const names = Object.keys(churn.labels)
  const faults = names.length === 0 ? [fault('churn.labels', 'no label is defined')] : []
  const unknown = (where: string, name: string): EbbError => {
    const near = didYouMean(name, names)
    return fault(
      where,
      `no label named "${name}"`,
      near === null ? `known: ${names.join(', ')}` : `did you mean "${near}"?`,
    )
  }
  if (names.length > 0 && !names.includes(churn.target)) faults.push(unknown('churn.target', churn.target))
  for (const [name, label] of Object.entries(churn.labels)) {
    if (label.kind !== 'any') continue
    for (const [i, inner] of label.of.entries())
      if (!names.includes(inner)) faults.push(unknown(`churn.labels.${name}.of[${i}]`, inner))
    if (isCyclic(churn, name)) faults.push(fault(`churn.labels.${name}.of`, 'the label contains itself'))
  }
  return faults
}

function isCyclic(churn: ChurnConfig, start: string): boolean {
  const seen = new Set<string>()
  const visit = (name: string): boolean => {
    const label = churn.labels[name]
    if (label?.kind !== 'any') return false
    return label.of.some((inner) => {
      if (inner === start) return true
      if (seen.has(inner)) return false
      seen.add(inner)
      return visit(inner)
    })
  }
  return visit(start)
}

/** The event types that `churn:` speaks of and that the data do not have, one fault of kind `data` each. */
export function checkChurnEvents(churn: ChurnConfig, eventTypes: readonly string[]): readonly EbbError[] {
  const spoken = Object.entries(churn.labels).flatMap(([name, label]) =>
    label.kind === 'any' ? [] : label.events.map((type) => ({ where: `churn.labels.${name}.events`, type })),
  )
  const eligible = churn.eligible === 'any_history' ? [] : churn.eligible.events
  return [...spoken, ...eligible.map((type) => ({ where: 'churn.eligible.events', type }))]
    .filter(({ type }) => !eventTypes.includes(type))
    .map(({ where, type }) => {
      const near = didYouMean(type, eventTypes)
      return new EbbError({
        code: 'EVENT_TYPE_ABSENT',
        kind: 'data',
        where,
        what: 'no event of this type in the data',
        expected: someOf(eventTypes),
        received: `"${type}"`,
        hint: near === null ? undefined : `did you mean "${near}"?`,
      })
    })
}

function someOf(eventTypes: readonly string[]): string {
  const shown = eventTypes.slice(0, 20).join(', ')
  const more = eventTypes.length > 20 ? ` and ${eventTypes.length - 20} more` : ''
  return eventTypes.length === 1 ? `"${shown}"` : `one of ${shown}${more}`
}

/** The types by which a user who churned explicitly is back; null = every type that is not in `events`. */
export function returnTypes(
  leaf: Extract<LeafLabel, { kind: 'explicit' }>,
  churn: ChurnConfig,
): readonly string[] | null {
  if (leaf.returnEvents !== undefined) return leaf.returnEvents
  const active = churn.eligible === 'any_history' ? [] : churn.eligible.events
  const others = active.filter((type) => !leaf.events.includes(type))
  return others.length === 0 ? null : others
}

/** One sentence for the report. */
export function describeTarget(churn: ChurnConfig): string {
  const parts = targetLeaves(churn).map((leaf) => {
    if (leaf.kind === 'no_event_in_window') return `no ${leaf.events.join(' or ')}`
    if (leaf.kind === 'churn_date') return `the last of ${leaf.silenceDays} days without ${leaf.events.join(' or ')}`
    return leaf.events.join(' or ')
  })
  const from = churn.gapDays === 0 ? 'from the cutoff on' : `that begin ${churn.gapDays} days after the cutoff`
  return `${parts.join(', or ')}, in the ${churn.horizonDays} days ${from}`
}

/** `column IN (...)` over event types. */
export const typeIn = (dialect: Dialect, column: string, types: readonly string[]): string =>
  `${column} IN (${types.map((type) => dialect.text(type)).join(', ')})`

function fault(where: string, what: string, hint?: string): EbbError {
  return new EbbError({ code: 'CHURN_INVALID', kind: 'config', where, what, hint })
}
