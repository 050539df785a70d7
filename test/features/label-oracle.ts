import type { ChurnConfig, LeafLabel } from '../../features/churn.ts'
import { at, dayMs, type TestContract, type TestEvent, type World } from './world.ts'

export interface Judgement {
  status: 'unseen' | 'already_churned' | 'inactive' | 'churned_in_gap' | 'example'
  label: number | null
  kind: string | null
  will: string | null
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

interface Facts {
  already: boolean
  inGap: boolean
  churned: boolean
  /** Wills of the churns in the window; empty where the label does not tell. */
  wills?: string[]
}

/** Plain reading of the definitions in features/label.ts, day by day, one user and one cutoff at a time. */
export function judge({ world, churn, maxDelay, dataEnd }: Judged, user: number, cutoff: number): Judgement {
  const day = (event: TestEvent): number => Math.floor(event.at / dayMs)
  const all = world.events.filter((event) => event.user === user && event.at < dataEnd)
  const isVisible = (event: TestEvent): boolean => isKnown(event, cutoff)
  const visible = all.filter(isVisible)
  const nobody = { label: null, kind: null, will: null }
  if (visible.length === 0) return { status: 'unseen', ...nobody }
  const c = cutoff / dayMs
  const from = c + churn.gapDays
  const to = from + churn.horizonDays
  const eligibleTypes = typeof churn.eligible === 'object' && 'events' in churn.eligible ? churn.eligible.events : []
  const contracts = (world.contracts ?? [])
    .filter((one) => one.user === user)
    .map(daysOfContract)
    .filter((one) => one.begins < dataEnd / dayMs && one.ends > one.begins)

  const leaf = (label: LeafLabel): Facts => {
    if (label.kind === 'contract') {
      const churns = contracts.filter(
        (one) =>
          one.ends < Infinity &&
          !contracts.some((other) => other.ends > one.ends && other.begins <= one.ends + label.graceDays),
      )
      const will = (one: (typeof contracts)[number]): string =>
        label.involuntary?.values.includes(one.reason ?? '') ? 'involuntary' : 'voluntary'
      const meant = churns.filter((one) => label.only === undefined || will(one) === label.only)
      const isBack = (end: number): boolean =>
        contracts.some((other) => other.begins > end + label.graceDays && other.begins < c)
      const inWindow = meant.filter(({ ends }) => ends >= from && ends < to)
      return {
        already: meant.some(({ ends }) => ends + label.graceDays < c && !isBack(ends)),
        inGap: meant.some(({ ends }) => ends + label.graceDays >= c && ends < from),
        churned: inWindow.length > 0,
        wills: label.involuntary === undefined ? [] : inWindow.map(will),
      }
    }
    const own = all.filter((event) => label.events.includes(event.type))
    const inWindow = own.filter((event) => day(event) >= from && day(event) < to)
    if (label.kind === 'no_event_in_window') return { already: false, inGap: false, churned: inWindow.length === 0 }
    if (label.kind === 'event_in_window') return { already: false, inGap: false, churned: inWindow.length > 0 }
    if (label.kind === 'partial') {
      const value = (events: TestEvent[]): number =>
        label.of === 'count' ? events.length : events.reduce((sum, event) => sum + (event.amountCents ?? 0), 0)
      const past = value(own.filter((event) => day(event) >= c - label.pastDays && day(event) < c))
      const allowed = (past / label.pastDays) * (1 - label.fallPercent / 100)
      const churned = past > 0 && value(inWindow) / churn.horizonDays <= allowed + 1e-9 * past
      return { already: false, inGap: false, churned }
    }
    if (label.kind === 'explicit') {
      const others = eligibleTypes.filter((type) => !label.events.includes(type))
      const isBack = (event: TestEvent): boolean =>
        label.returnEvents?.includes(event.type) ??
        (others.length > 0 ? others.includes(event.type) : !label.events.includes(event.type))
      const known = own.filter(isVisible)
      const already = known.some((churned) => !visible.some((event) => isBack(event) && event.at > churned.at))
      const inGap = own.some((event) => !isVisible(event) && day(event) < from)
      const will = (event: TestEvent): string =>
        label.involuntaryEvents!.includes(event.type) ? 'involuntary' : 'voluntary'
      const wills = label.involuntaryEvents === undefined ? [] : inWindow.map(will)
      return { already, inGap, churned: inWindow.length > 0, wills }
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

  const leaves: { label: LeafLabel; facts: Facts }[] = []
  const whole = (name: string): Facts => {
    const label = churn.labels[name]!
    if (label.kind !== 'any' && label.kind !== 'all') {
      const facts = leaf(label)
      leaves.push({ label, facts })
      return facts
    }
    const parts = label.of.map(whole)
    if (label.kind === 'any')
      return {
        already: parts.some((part) => part.already),
        inGap: parts.some((part) => part.inGap),
        churned: parts.some((part) => part.churned),
      }
    return {
      already: parts.every((part) => part.already),
      inGap: parts.every((part) => part.already || part.inGap),
      churned: parts.every((part) => part.already || part.inGap || part.churned) && parts.some((part) => part.churned),
    }
  }
  const facts = whole(churn.target)
  if (facts.already) return { status: 'already_churned', ...nobody }
  const rule = churn.eligible
  const isActive =
    rule === 'any_history' ||
    ('contract' in rule
      ? contracts.some((one) => one.begins < c && one.ends > c)
      : visible.some(
          (event) => rule.events.includes(event.type) && event.at >= cutoff - (event.delay + rule.withinDays) * dayMs,
        ))
  if (!isActive) return { status: 'inactive', ...nobody }
  if (facts.inGap) return { status: 'churned_in_gap', ...nobody }
  if (!facts.churned) return { status: 'example', label: 0, kind: null, will: null }
  const isWord = ({ label, facts: own }: (typeof leaves)[number]): boolean =>
    own.churned && (label.kind === 'explicit' || label.kind === 'contract' || label.kind === 'event_in_window')
  const wills = leaves.flatMap((one) => one.facts.wills ?? [])
  const will = wills.includes('voluntary') ? 'voluntary' : (wills[0] ?? null)
  return { status: 'example', label: 1, kind: leaves.some(isWord) ? 'active' : 'passive', will }
}

/** Days since 1970; an open begin is -Infinity, an open end Infinity. */
function daysOfContract(one: TestContract): { begins: number; ends: number; reason: string | null } {
  return {
    begins: one.begins === null ? -Infinity : at(one.begins) / dayMs,
    ends: one.ends === null ? Infinity : at(one.ends) / dayMs,
    reason: one.reason,
  }
}
