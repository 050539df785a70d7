import type { ChurnConfig, LeafLabel } from '../../features/churn.ts'
import { dayMs, type TestEvent, type World } from './world.ts'

export interface Judgement {
  status: 'unseen' | 'already_churned' | 'inactive' | 'churned_in_gap' | 'example'
  label: number | null
  kind: string | null
}

export interface Judged {
  readonly world: World
  readonly churn: ChurnConfig
  readonly maxDelay: number
  readonly dataEnd: number
}

/** The source's delay is over, and the row had become available before the cutoff. */
export const isKnown = (event: TestEvent, cutoff: number): boolean =>
  event.at < cutoff - event.delay * dayMs && (event.available === undefined || Date.parse(event.available) < cutoff)

/** Plain reading of the definitions in features/label.ts, day by day, one user and one cutoff at a time. */
export function judge({ world, churn, maxDelay, dataEnd }: Judged, user: number, cutoff: number): Judgement {
  const day = (event: TestEvent): number => Math.floor(event.at / dayMs)
  const all = world.events.filter((event) => event.user === user && event.at < dataEnd)
  const isVisible = (event: TestEvent): boolean => isKnown(event, cutoff)
  const visible = all.filter(isVisible)
  if (visible.length === 0) return { status: 'unseen', label: null, kind: null }
  const c = cutoff / dayMs
  const from = c + churn.gapDays
  const to = from + churn.horizonDays

  const leaf = (label: LeafLabel): { already: boolean; inGap: boolean; churned: boolean } => {
    const own = all.filter((event) => label.events.includes(event.type))
    if (label.kind === 'no_event_in_window') {
      const stayed = own.some((event) => day(event) >= from && day(event) < to)
      return { already: false, inGap: false, churned: !stayed }
    }
    if (label.kind === 'explicit') {
      const active = churn.eligible === 'any_history' ? [] : churn.eligible.events
      const others = active.filter((type) => !label.events.includes(type))
      const isBack = (event: TestEvent): boolean =>
        label.returnEvents?.includes(event.type) ??
        (others.length > 0 ? others.includes(event.type) : !label.events.includes(event.type))
      const known = own.filter(isVisible)
      const already = known.some((churned) => !visible.some((event) => isBack(event) && event.at > churned.at))
      const inGap = own.some((event) => !isVisible(event) && day(event) < from)
      return { already, inGap, churned: own.some((event) => day(event) >= from && day(event) < to) }
    }
    // churn_date: walk every calendar day and ask whether it is the N-th silent day after an active day.
    const churnDaysOf = (events: readonly TestEvent[]): number[] => {
      const active = new Set(events.map(day))
      return [...active].flatMap((start) => {
        let silent = 0
        while (silent < label.silenceDays && !active.has(start + silent + 1)) silent++
        return silent === label.silenceDays ? [start + label.silenceDays] : []
      })
    }
    const churnDays = churnDaysOf(own)
    const seen = own.filter(isVisible)
    const lastVisible = Math.max(...seen.map(day))
    const already = churnDaysOf(seen).some((churnDay) => churnDay + maxDelay < c && lastVisible < churnDay)
    const isChurnKnown = (churnDay: number): boolean =>
      churnDay + maxDelay < c && seen.some((event) => day(event) === churnDay - label.silenceDays)
    const inGap = churnDays.some((churnDay) => !isChurnKnown(churnDay) && churnDay < from)
    return { already, inGap, churned: churnDays.some((churnDay) => churnDay >= from && churnDay < to) }
  }

  const leaves = (name: string): LeafLabel[] => {
    const label = churn.labels[name]!
    return label.kind === 'any' ? label.of.flatMap(leaves) : [label]
  }
  const facts = leaves(churn.target).map((label) => ({ label, ...leaf(label) }))
  if (facts.some((fact) => fact.already)) return { status: 'already_churned', label: null, kind: null }
  const rule = churn.eligible
  const isActive =
    rule === 'any_history' ||
    visible.some(
      (event) => rule.events.includes(event.type) && event.at >= cutoff - (event.delay + rule.withinDays) * dayMs,
    )
  if (!isActive) return { status: 'inactive', label: null, kind: null }
  if (facts.some((fact) => fact.inGap)) return { status: 'churned_in_gap', label: null, kind: null }
  const churned = facts.filter((fact) => fact.churned)
  if (churned.length === 0) return { status: 'example', label: 0, kind: null }
  const kind = churned.some((fact) => fact.label.kind === 'explicit') ? 'active' : 'passive'
  return { status: 'example', label: 1, kind }
}
