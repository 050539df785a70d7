import { causes } from './shop.ts'

/** What a stage does to the habits of a user, as factors on the type's numbers unless a unit is named. */
export interface Habits {
  readonly sessions: number
  readonly views: number
  readonly carts: number
  readonly favourites: number
  readonly orders: number
  readonly priceLevel: number
  /** Probability that a view is of the core category (else: any of the repertoire). */
  readonly coreShare: number
  /** Complaints a day. */
  readonly complaintsPerDay: number
  /** Probabilities per order. */
  readonly returnPerOrder: number
  readonly cancelPerOrder: number
  /** Probabilities on the day on which the stage begins. */
  readonly complaintAtStart: number
  readonly unsubscribeAtStart: number
  /** Per day. */
  readonly movePerDay: number
  readonly downgradePerDay: number
}

const usual: Habits = {
  sessions: 1,
  views: 1,
  carts: 1,
  favourites: 1,
  orders: 1,
  priceLevel: 1,
  coreShare: 0.3,
  complaintsPerDay: 0.0004,
  returnPerOrder: 0.06,
  cancelPerOrder: 0.03,
  complaintAtStart: 0,
  unsubscribeAtStart: 0,
  movePerDay: 0.0003,
  downgradePerDay: 0.0004,
}
const weary: Habits = {
  ...usual,
  sessions: 0.75,
  orders: 0.6,
  complaintsPerDay: 0.04,
  returnPerOrder: 0.15,
  unsubscribeAtStart: 0.5,
}

/** The traces that a cause leaves before the user goes, in the order of `causes`. */
const fadingHabits: readonly Habits[] = [
  { ...weary, carts: 0.2, favourites: 5, orders: 0.5, priceLevel: 0.85, downgradePerDay: 0.008 },
  { ...weary, complaintAtStart: 0.95, complaintsPerDay: 0.1, returnPerOrder: 0.35, cancelPerOrder: 0.15 },
  { ...weary, coreShare: 0.98, favourites: 0.1, views: 0.8 },
  { ...weary, views: 2.5, carts: 0.1, orders: 0.3, cancelPerOrder: 0.25, unsubscribeAtStart: 0.9 },
  { ...weary, sessions: 0.4, views: 0.3, movePerDay: 0.03 },
]
const dormantHabits: Habits = {
  ...weary,
  sessions: 0.06,
  views: 0.5,
  carts: 0.5,
  complaintsPerDay: 0.0005,
  unsubscribeAtStart: 0.9,
}

/** `habits[stage][cause]` for the stages that do anything (all but gone). */
export const habits: readonly (readonly Habits[])[] = [
  causes.map(() => usual),
  fadingHabits,
  causes.map(() => dormantHabits),
]
