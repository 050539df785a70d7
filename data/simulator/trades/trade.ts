/**
 * A trade in numbers: who its users are, what a visit holds, how they tire and how they leave. A trade is a table, like the
 * shop of `../shop.ts`, but smaller, so that eight of them can be read in one sitting.
 *
 * Users live by a chain of stages with one step at the start of each day: active, fading, dormant, gone. Visits of a day are
 * Poisson given the stage, and what happens in a visit is independent given the stage and the cause, so that the
 * probability of the label is a finite sum (`trade-truth.ts`), not an estimate.
 */

export const tradeStages = ['active', 'fading', 'dormant', 'gone'] as const

/** By stage: active, fading, dormant. */
export type ByStage = readonly [number, number, number]

export interface Money {
  /** Median in the unit of the log, e.g. dollars. */
  readonly typical: number
  /** Standard deviation of the log. */
  readonly spread: number
}

/** What happens in a visit: Poisson(perVisit x stages[stage] x the cause's factor) times. */
export interface Action {
  readonly type: string
  readonly perVisit: number
  /** Factor by stage; default 1, 1, 1. */
  readonly stages?: ByStage
  /** Factor in the stage fading, by cause; default 1. */
  readonly whenFading?: Readonly<Record<string, number>>
  readonly money?: Money
  /** Minutes, items, megabytes. */
  readonly quantity?: Money
  readonly hasCategory?: boolean
}

/** What happens without a visit, so many times a day. Never a qualifying event. */
export interface Aside extends Omit<Action, 'perVisit'> {
  readonly perDay: number
}

/** A first step after registration: done by a share of the users, who then stay longer. Never a qualifying event. */
export interface Step {
  readonly type: string
  readonly share: number
  /** Mean delay in days. */
  readonly meanDays: number
  /** Factor of the hazard of those who never do it; 1 for those who do. */
  readonly hazardWithout: number
}

export interface UserKind {
  readonly name: string
  /** Of all users; sums to 1 over the kinds. */
  readonly share: number
  /** When active, before personal spread, weekday and season. */
  readonly visitsPerDay: number
  readonly hazard: number
  /** Factor of money and quantity. */
  readonly spend: number
}

/** A fact about a user that the customer table shows. */
export interface Trait {
  readonly name: string
  readonly levels: readonly string[]
  readonly shares: readonly number[]
  /** Factor of the hazard by level; default 1. */
  readonly hazard?: readonly number[]
}

export interface Plan {
  readonly name: string
  readonly share: number
  readonly price: number
  readonly periodDays: number
  /** Factor of the chance not to renew. */
  readonly hazard: number
}

/** Users who pay by period: they leave when a period ends without renewal. */
export interface Contract {
  readonly plans: readonly Plan[]
  /** Chance not to renew at the end of a period, by stage. */
  readonly endChance: ByStage
  /** Chance that the payment fails and is never made good, at each end of a period. */
  readonly failedChance: number
  /** Of those who do not renew in time, the part who do so within the grace period after all. */
  readonly lateShare: number
  readonly graceDays: number
  /** Days before the end of the period on which a user who will not renew says so. */
  readonly noticeDays: number
  readonly events: { readonly paid: string; readonly failed: string; readonly cancelled: string }
}

/** A tier that the business reckons on the first of each month by what was spent in the days before. */
export interface SpendTiers {
  readonly names: readonly string[]
  /** Least spend of each, ascending from 0. */
  readonly from: readonly number[]
  readonly withinDays: number
}

/** The label that the truth table tells the probability of: the template's. */
export interface TradeLabel {
  /** `silence`: no event of `events` in the window, or said goodbye; `contract`: a period ends unrenewed in the window. */
  readonly kind: 'silence' | 'contract'
  /** Event types that count as staying, and that make a user eligible. */
  readonly events: readonly string[]
  readonly gapDays: number
  readonly horizonDays: number
  readonly eligibleDays: number
  readonly everyDays: number
}

export interface Trade {
  readonly title: string
  /** Defaults of the log. */
  readonly seed: number
  readonly users: number
  readonly days: number
  readonly start: string
  /** Users register from so many days before the log until its end. */
  readonly daysBeforeLog: number
  /** Column names of the log, in the trade's own words. */
  readonly columns: {
    readonly user: string
    readonly time: string
    readonly type: string
    readonly amount: string
    readonly quantity: string
    readonly category: string
    readonly channel: string
  }
  /** First letter of user ids. */
  readonly idPrefix: string
  readonly channels: readonly { readonly name: string; readonly share: number }[]
  readonly categories: readonly string[]
  readonly kinds: readonly UserKind[]
  readonly traits: readonly Trait[]
  readonly causes: readonly { readonly name: string; readonly share: number; readonly visitsWhenFading: number }[]
  /** Chances per day at hazard 1. */
  readonly rates: {
    readonly activeToFading: number
    readonly activeToExit: number
    readonly fadingToActive: number
    readonly fadingToExit: number
    readonly dormantToActive: number
    /** Of exits, the part who say so and are gone; the others fall dormant. */
    readonly goneShare: number
    /** Hazard times 1 + youth x exp(-tenure / youthDays). */
    readonly youth: number
    readonly youthDays: number
    readonly frailtySpread: number
    readonly visitSpread: number
  }
  /** Visits of a dormant user against an active one. */
  readonly dormantVisits: number
  /** The event of a visit itself. */
  readonly visit: Omit<Action, 'perVisit'>
  readonly actions: readonly Action[]
  readonly asides: readonly Aside[]
  readonly registration: string
  readonly steps: readonly Step[]
  /** Written on the day on which a user is gone; null where nobody says so. */
  readonly goodbye: string | null
  readonly contract: Contract | null
  /** What the business counts as spending, and what it earns; null where there are no tiers. */
  readonly tiers: (SpendTiers & { readonly events: readonly string[] }) | null
  /** Monday first; mean about 1. */
  readonly weekdays: readonly number[]
  /** Hours of the day between which visits begin. */
  readonly hours: readonly [number, number]
  /** Waves over the year, each 1 + gain at its peak and back to 1 beyond `widthDays`. Negative gains are holidays. */
  readonly seasons: readonly { readonly peakDay: number; readonly widthDays: number; readonly gain: number }[]
  readonly label: TradeLabel
}

/** Event types of a trade, each once, in a fixed order. */
export function tradeEventTypes(trade: Trade): readonly string[] {
  const { contract } = trade
  const all = [
    trade.registration,
    ...trade.steps.map(({ type }) => type),
    trade.visit.type,
    ...trade.actions.map(({ type }) => type),
    ...trade.asides.map(({ type }) => type),
    ...(contract === null ? [] : [contract.events.paid, contract.events.failed, contract.events.cancelled]),
    ...(trade.goodbye === null ? [] : [trade.goodbye]),
  ]
  return [...new Set(all)]
}
