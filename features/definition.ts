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
 * `count` of events; `sum`, `min`, `max`, `mean` of money (in the source's unit) or quantity; `lastValue`: money or
 * quantity of the last event that has one, ties by the greatest value; `last` and `first`: days from the last (first)
 * event to the cutoff; `activeDays`: calendar days with an event; `distinct`: levels seen; `lastLevel`, `firstLevel`:
 * level of the last (first) event that has one, ties by greatest (least) name; `gaps`: days between consecutive days with
 * an event, both inside the window; `levels`: how the events spread over the levels; `sessions`: runs of events;
 * `intervals`: days between consecutive events, exact to the second, both events inside the window.
 */
export type Measurement =
  | { readonly measure: 'count' | 'last' | 'first' | 'activeDays' }
  | { readonly measure: ValueMeasure; readonly of: 'amount' | 'quantity' }
  | { readonly measure: 'distinct' | 'lastLevel' | 'firstLevel'; readonly of: LevelColumn }
  | { readonly measure: 'gaps'; readonly of: GapStatistic; readonly silentDays?: number }
  | { readonly measure: 'levels'; readonly of: LevelColumn; readonly statistic: LevelStatistic }
  | { readonly measure: 'intervals'; readonly of: IntervalStatistic }
  | { readonly measure: 'sessions'; readonly of: SessionStatistic; readonly inactivityMinutes: number }

export const valueMeasures = ['sum', 'min', 'max', 'mean', 'lastValue'] as const
export type ValueMeasure = (typeof valueMeasures)[number]

/**
 * `mean`; `sd` (sample, n - 1); `max`, `count`; `first`: the earliest gap; `daysSinceReturn`: days from the end of the
 * last gap of more than `silentDays` days to the cutoff.
 */
export type GapStatistic = 'mean' | 'sd' | 'max' | 'count' | 'first' | 'daysSinceReturn'

/**
 * A session is a run of events of which none comes more than `inactivityMinutes` after the one before it; a window cuts
 * sessions at its edges. Its length is the time from its first event to its last, so 0 for a single event. `count`;
 * `totalMinutes` of all sessions (0 without events); `meanMinutes` = total / count.
 */
/** Of the intervals: `mean`; `sd` (sample, n - 1); missing with fewer than one (two) of them. */
export const intervalStatistics = ['mean', 'sd'] as const
export type IntervalStatistic = (typeof intervalStatistics)[number]

export const sessionStatistics = ['count', 'totalMinutes', 'meanMinutes'] as const
export type SessionStatistic = (typeof sessionStatistics)[number]

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
  /** Parameter of `rate`, `below` and `fade`. */
  readonly limit?: number
}

export const formulaNames = [
  'ratio', // a / b
  'difference', // a - b
  'product', // a * b
  'share', // a / (a + b)
  'decay', // (a + 1) / (b + 1)
  'fade', // a / (b / limit + 1): a stretch against the mean of the `limit` equal stretches before it
  'slope', // least-squares slope of the inputs, oldest first, per step
  'rate', // a / min(b, limit): tenure-scaled
  'below', // 1 if a < limit, else 0
  'countPositive', // how many of the inputs are above 0
  'sum', // of all inputs
  'largest', // the largest input that is not missing; missing only when all are
  'concentration', // counts n_1..n_k, T their sum: sum n^2 / T^2
  'shift', // counts a_1..a_k, b_1..b_k: half of sum |a/A - b/B|: 0 = the same mix, 1 = nothing in common
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

/**
 * The user's own earlier labels by the plan's target and horizon, or by another (`of`): of `windows` prediction windows of
 * that horizon H, back to back, the latest of which was complete at the cutoff C, i.e. at the earlier cutoffs
 * C - (gap + H + delay) - k H, k = 0 .. windows - 1 (delay: largest source delay, and what a label needs to be known).
 * `windows`: at how many of these the user was an example; `churns`: how many of these ended in churn; `last`: the label
 * of the latest of these, missing where there is none.
 */
export type PastLabelFeature = FeatureBase & {
  readonly kind: 'pastLabel'
  readonly read: 'windows' | 'churns' | 'last'
  readonly windows: number
  readonly of?: { readonly target: string; readonly horizonDays: number }
}

/**
 * A SQL expression of the user over the rows of the window; see `features/row-sql.ts` for what it may say. The slow path:
 * the events of the window are laid beside every example. `whenEmpty: zero` also where the expression gives NULL.
 */
export type RowSqlFeature = FeatureBase & Window & { readonly kind: 'rowSql'; readonly expression: string }

/** A tag as data, not as SQL. */
export type Feature = MeasureFeature | AsOfFeature | DerivedFeature | FittedFeature | PastLabelFeature | RowSqlFeature

/** What the column holds: numbers (integers or DOUBLE) or text. */
export function featureKind(feature: Feature): 'number' | 'category' {
  if (feature.kind === 'measure')
    return feature.measure === 'lastLevel' || feature.measure === 'firstLevel' ? 'category' : 'number'
  const isValue = feature.kind === 'asOf' && (feature.read === 'value' || feature.read === 'previous')
  return isValue && feature.type === 'category' ? 'category' : 'number'
}
