/**
 * The simulated shop in numbers: who its users are, what they do in each stage, and why they leave. Everything is a
 * table, so that a reader sees the whole world at a glance and a test can ask for it.
 */

export const userTypes = ['loyal', 'bargain_hunter', 'explorer', 'seasonal', 'one_timer'] as const
export const causes = ['price', 'service', 'variety', 'competitor', 'life_event'] as const
export const stages = ['active', 'fading', 'dormant', 'gone'] as const
export const plans = ['basic', 'plus', 'premium'] as const
export const tiers = ['bronze', 'silver', 'gold'] as const
export const regions = ['north', 'south', 'east', 'west', 'islands', 'abroad'] as const
export const devices = ['android', 'ios', 'desktop'] as const
export const acquisitions = ['search', 'referral', 'ads', 'store', 'partner'] as const
export const channels = ['app', 'web'] as const
export const eventTypes = [
  'login',
  'view',
  'cart',
  'favourite',
  'purchase',
  'return',
  'complaint',
  'cancel_order',
  'unsubscribe',
  'uninstall',
] as const

/** Index of a name in its table, checked by the compiler. */
export const eventCode = Object.fromEntries(eventTypes.map((name, code) => [name, code])) as Record<
  (typeof eventTypes)[number],
  number
>
export const active = 0
export const fading = 1
export const dormant = 2
export const gone = 3

export interface TypeTraits {
  /** Part of all users; the table sums to 1. */
  readonly share: number
  /** Sessions a day when active, before personal spread, weekday and season. */
  readonly sessionsPerDay: number
  readonly viewsPerSession: number
  readonly cartPerView: number
  readonly favouritePerView: number
  /** Probability that a session with a filled cart ends in an order. */
  readonly orderPerCart: number
  /** Multiplies the hazard of fading and of leaving. */
  readonly hazard: number
  /** Amplitude of the yearly wave of sessions, peak in early December. */
  readonly season: number
  /** Price paid as a part of the list price. */
  readonly priceLevel: number
  /** Smallest and largest number of categories that a user of the type moves in. */
  readonly repertoire: readonly [number, number]
  /** Probability of each cause, in the order of `causes`; sums to 1. */
  readonly causes: readonly [number, number, number, number, number]
}

/** In the order of `userTypes`. */
export const typeTraits: readonly TypeTraits[] = [
  {
    share: 0.3,
    sessionsPerDay: 0.56,
    viewsPerSession: 1.5,
    cartPerView: 0.2,
    favouritePerView: 0.06,
    orderPerCart: 0.55,
    hazard: 0.85,
    season: 0.1,
    priceLevel: 1,
    repertoire: [4, 8],
    causes: [0.1, 0.35, 0.2, 0.2, 0.15],
  },
  {
    share: 0.22,
    sessionsPerDay: 0.48,
    viewsPerSession: 1.9,
    cartPerView: 0.18,
    favouritePerView: 0.1,
    orderPerCart: 0.3,
    hazard: 1.1,
    season: 0.12,
    priceLevel: 0.72,
    repertoire: [4, 9],
    causes: [0.5, 0.12, 0.1, 0.2, 0.08],
  },
  {
    share: 0.2,
    sessionsPerDay: 0.5,
    viewsPerSession: 2.1,
    cartPerView: 0.1,
    favouritePerView: 0.14,
    orderPerCart: 0.35,
    hazard: 1,
    season: 0.1,
    priceLevel: 0.95,
    repertoire: [6, 12],
    causes: [0.12, 0.15, 0.45, 0.18, 0.1],
  },
  {
    share: 0.13,
    sessionsPerDay: 0.42,
    viewsPerSession: 1.7,
    cartPerView: 0.2,
    favouritePerView: 0.08,
    orderPerCart: 0.5,
    hazard: 1.05,
    season: 0.25,
    priceLevel: 1.05,
    repertoire: [3, 6],
    causes: [0.2, 0.2, 0.2, 0.25, 0.15],
  },
  {
    share: 0.15,
    sessionsPerDay: 0.38,
    viewsPerSession: 1.5,
    cartPerView: 0.16,
    favouritePerView: 0.05,
    orderPerCart: 0.3,
    hazard: 1.3,
    season: 0.1,
    priceLevel: 0.98,
    repertoire: [3, 5],
    causes: [0.25, 0.2, 0.15, 0.25, 0.15],
  },
]

/** Multipliers of the hazard by what the shop knows of the user; `plan` is the plan of the day. */
export const planHazard = [1.9, 0.7, 0.3] as const
export const deviceHazard = [1.3, 0.7, 1] as const
export const acquisitionHazard = [0.9, 0.5, 1.3, 0.75, 1.15] as const
/** The two-way interaction: users from ads leave the basic plan in haste, but stay with the better ones. */
export const adsOnBasic = 2
export const adsOnOther = 0.6

export const planShare = [0.5, 0.35, 0.15] as const
export const regionShare = [0.26, 0.22, 0.2, 0.18, 0.06, 0.08] as const
export const acquisitionShare = [0.32, 0.18, 0.25, 0.15, 0.1] as const

/** Daily rates of the stages at hazard 1; see `dynamics.ts`. */
export const rates = {
  activeToFading: 0.0024,
  /** Active users who leave without fading. */
  activeToExit: 0.0024,
  fadingToActive: 0.003,
  fadingToExit: 0.011,
  dormantToActive: 0.0025,
  dormantToGone: 0.003,
  /** Of the exits of app users, the part who uninstall; the others fall dormant. */
  uninstallShare: 0.75,
  upgradePerDay: 0.0005,
  /** Hazard of the first weeks: times 1 + youth * exp(-tenure / youthDays). */
  youth: 1,
  youthDays: 45,
  /** Standard deviation of the log of the frailty, a factor of the hazard that no event shows. */
  frailtySpread: 0.25,
  /** Standard deviation of the log of a user's own sessions per day. */
  sessionSpread: 0.4,
} as const

/** Users register from so many days before the log until its end, each day alike. */
export const daysBeforeLog = 270

/** Monday first. */
export const weekdaySessions = [0.95, 0.9, 0.9, 0.95, 1.05, 1.2, 1.05] as const
export const categoryCount = 12
export const itemsPerCategory = 40
export const categories: readonly string[] = Array.from(
  { length: categoryCount },
  (_, c) => `category_${pad(c + 1, 2)}`,
)
export const items: readonly string[] = Array.from(
  { length: categoryCount * itemsPerCategory },
  (_, i) => `item_${pad(i + 1, 4)}`,
)
/** List price in cents, 4.90 to about 150.00, fixed. */
export const itemPriceCents: Int32Array = Int32Array.from(items, (_, i) => {
  const spread = ((i * 37) % 101) / 100
  const level = 1 + ((i / itemsPerCategory) | 0) / 6
  return Math.round(490 * level * Math.exp(2.3 * spread))
})
/** A user's tier on the first of a month, by the cents spent in the 90 days before. */
export const tierFromCents = [0, 12_000, 40_000] as const

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
