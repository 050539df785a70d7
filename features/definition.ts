import type { Condition } from '../core/condition.ts'

/** The families of the catalogue; `custom` holds what a config adds without naming one. */
export const families = ['activity', 'transaction', 'preference', 'lifecycle', 'negative', 'attributes'] as const
export type Family = (typeof families)[number] | 'custom'

/** Whole days, or everything before the visible end. */
export type LookbackDays = number | 'lifetime'

/** The stretch of time that a measure reads: [visibleEnd - offset - lookback, visibleEnd - offset). */
export interface Window {
  readonly lookbackDays: LookbackDays
  /** 0 for the stretch that ends at the visible end; with `lifetime` always 0. */
  readonly offsetDays: number
}

interface FeatureBase {
  /** snake_case, unique, at most 63 characters. */
  readonly name: string
  /** One sentence for a business reader. */
  readonly description: string
  readonly family: Family
  /** What one is: `count`, `days`, `currency`, `ratio`, `flag`, `score`, `category`, `number`, ... */
  readonly unit: string
  /** What a user without anything to measure gets. */
  readonly whenEmpty: 'zero' | 'missing'
  /** Someone in the business can change it for a user. */
  readonly actionable: boolean
}

/** Where events have to be counted level by level. */
export type LevelColumn = 'category' | 'channel'

/**
 * What is measured over the rows of the window that meet `where`:
 * `count` of events; `sum`, `min`, `max` of money (in the source's unit) or quantity; `last` and `first`: days from the
 * last (first) event to the cutoff; `activeDays`: calendar days with an event; `distinct`: levels seen; `lastLevel`,
 * `firstLevel`: level of the last (first) event that has one, ties by greatest (least) name; `gaps`: days between
 * consecutive days with an event, both inside the window; `levels`: how the events spread over the levels.
 */
export type Measurement =
  | { readonly measure: 'count' | 'last' | 'first' | 'activeDays' }
  | { readonly measure: 'sum' | 'min' | 'max'; readonly of: 'amount' | 'quantity' }
  | { readonly measure: 'distinct' | 'lastLevel' | 'firstLevel'; readonly of: LevelColumn }
  | { readonly measure: 'gaps'; readonly of: GapStatistic; readonly silentDays?: number }
  | { readonly measure: 'levels'; readonly of: LevelColumn; readonly statistic: LevelStatistic }

/**
 * `mean`; `sd` (sample, n - 1); `max`, `count`; `daysSinceReturn`: days from the end of the last gap of more than
 * `silentDays` days to the cutoff.
 */
export type GapStatistic = 'mean' | 'sd' | 'max' | 'count' | 'daysSinceReturn'

/**
 * Over n_1..n_k, the events of each level, T their sum: `topShare` = max n / T; `entropy` = -sum (n/T) ln (n/T) in nats;
 * `concentration` = sum n^2 / T^2 (Herfindahl).
 */
export type LevelStatistic = 'topShare' | 'entropy' | 'concentration'

export type MeasureFeature = FeatureBase &
  Window & { readonly kind: 'measure'; readonly where?: Condition } & Measurement

/** How an attribute is read. `value` and `previous` may be categories; all others are numbers. */
export type AttributeRead =
  | 'value' // valid at the cutoff
  | 'previous' // the value before the last change; missing without a change
  | 'changes' // number of changes inside the lookback
  | 'daysSinceChange' // days from the last change to the cutoff
  | 'daysSince' // of a day attribute: days from its value to the cutoff

/**
 * An attribute as it was known at the cutoff: the row with the latest `valid_from` before it (a row that becomes valid
 * on the day of the cutoff is not known yet). A change is a row whose value differs from the row before it.
 */
export type AsOfFeature = FeatureBase & {
  readonly kind: 'asOf'
  /** Key of the config's `attributes`. */
  readonly table: string
  readonly attribute: string
  readonly type: 'category' | 'number' | 'day'
  readonly read: AttributeRead
  /** Only for `changes`; `lifetime` for the others. */
  readonly lookbackDays: LookbackDays
}

/** Made of other features of the same row; see `features/formula.ts`. */
export type DerivedFeature = FeatureBase & {
  readonly kind: 'derived'
  readonly formula: FormulaName
  /** Names of features, in the formula's order. */
  readonly from: readonly string[]
  /** Parameter of `rate` and `below`. */
  readonly limit?: number
}

export const formulaNames = [
  'ratio', // a / b
  'difference', // a - b
  'product', // a * b
  'share', // a / (a + b)
  'decay', // (a + 1) / (b + 1)
  'slope', // least-squares slope of the inputs, oldest first, per step
  'rate', // a / min(b, limit): tenure-scaled
  'below', // 1 if a < limit, else 0
  'countPositive', // how many of the inputs are above 0
] as const
export type FormulaName = (typeof formulaNames)[number]

/** Fitted on training rows by `pipelines` with the transforms of `models`, saved with the model. */
export type FittedFeature = FeatureBase & {
  readonly kind: 'fitted'
  readonly from: readonly string[]
  readonly fit: FittedTransform
}

/** 1..bins by the quantiles of the training rows; `descending`: the smallest values get the highest score. */
export interface FittedTransform {
  readonly transform: 'quantile_score'
  readonly bins: number
  readonly descending: boolean
}

/** A tag as data, not as SQL. */
export type Feature = MeasureFeature | AsOfFeature | DerivedFeature | FittedFeature

/** What the column holds: numbers (integers or DOUBLE) or text. */
export function featureKind(feature: Feature): 'number' | 'category' {
  if (feature.kind === 'measure')
    return feature.measure === 'lastLevel' || feature.measure === 'firstLevel' ? 'category' : 'number'
  const isValue = feature.kind === 'asOf' && (feature.read === 'value' || feature.read === 'previous')
  return isValue && feature.type === 'category' ? 'category' : 'number'
}
