import type { Condition } from '../../core/condition.ts'
import type { Feature, FormulaName, MeasureFeature, Measurement } from '../../features/definition.ts'

/** Event types of the log, in the peer's order. */
export const eventTypes = ['login', 'view', 'cart', 'purchase', 'complaint', 'cancel', 'favourite'] as const

const shared = { family: 'custom', unit: 'number', actionable: false } as const
const isType = (type: string): Condition => ({ op: 'compare', name: 'event_type', by: '=', value: type })

interface Measuring {
  readonly type?: string
  /** Default: all history. */
  readonly days?: number
}

function measure(name: string, what: Measurement, { type, days }: Measuring = {}): MeasureFeature {
  const isZero = ['count', 'sum', 'activeDays', 'distinct'].includes(what.measure)
  return {
    ...shared,
    ...what,
    kind: 'measure',
    name,
    description: name,
    whenEmpty: isZero ? 'zero' : 'missing',
    ...(type === undefined ? {} : { where: isType(type) }),
    lookbackDays: days ?? 'lifetime',
    offsetDays: 0,
  } as MeasureFeature
}

function derived(name: string, formula: FormulaName, from: readonly string[], limit?: number): Feature {
  const more = limit === undefined ? {} : { limit }
  return { ...shared, kind: 'derived', name, description: name, whenEmpty: 'missing', formula, from, ...more }
}

const counted: Readonly<Record<string, readonly number[]>> = {
  login: [7, 30, 90],
  view: [7, 30, 90],
  cart: [7, 30, 90],
  purchase: [7, 30, 90],
  complaint: [30, 90],
  cancel: [90],
  favourite: [90],
}

/** The 46 tags of the peer (`bench/peers/retrain-features.py`) as declarations of ours, in the peer's order. */
export const tags: readonly Feature[] = [
  measure('rec_any', { measure: 'last' }),
  ...eventTypes.map((type) => measure(`rec_${type}`, { measure: 'last' }, { type })),
  ...[7, 30, 90].map((days) => measure(`n_all_${days}`, { measure: 'count' }, { days })),
  ...Object.entries(counted).flatMap(([type, windows]) =>
    windows.map((days) => measure(`n_${type}_${days}`, { measure: 'count' }, { type, days })),
  ),
  ...[7, 30, 90].map((days) => measure(`amt_${days}`, { measure: 'sum', of: 'amount' }, { type: 'purchase', days })),
  ...[7, 30, 90].map((days) => measure(`ad_${days}`, { measure: 'activeDays' }, { days })),
  ...[30, 90].map((days) => measure(`dc_${days}`, { measure: 'distinct', of: 'category' }, { days })),
  ...[30, 90].map((days) => measure(`dch_${days}`, { measure: 'distinct', of: 'channel' }, { days })),
  measure('tenure', { measure: 'first' }),
  measure('ipt_mean', { measure: 'intervals', of: 'mean' }, { type: 'purchase' }),
  measure('ipt_std', { measure: 'intervals', of: 'sd' }, { type: 'purchase' }),
  derived('max_gap', 'largest', ['max_absence', 'rec_any']),
  ...['all', 'login', 'purchase'].map((of) => derived(`decay_${of}`, 'fade', [`n_${of}_30`, `earlier_${of}`], 2)),
  derived('aov_90', 'ratio', ['amt_90', 'n_purchase_90']),
  derived('aov_change', 'difference', ['aov_30', 'aov_earlier']),
]

const before30 = (name: string, what: Measurement, type?: string): Feature => ({
  ...measure(name, what, { type, days: 60 }),
  offsetDays: 30,
})

/** What the tags are made of. */
export const supporting: readonly Feature[] = [
  measure('max_absence', { measure: 'gaps', of: 'max' }),
  before30('earlier_all', { measure: 'count' }),
  before30('earlier_login', { measure: 'count' }, 'login'),
  before30('earlier_purchase', { measure: 'count' }, 'purchase'),
  before30('amt_earlier', { measure: 'sum', of: 'amount' }, 'purchase'),
  derived('aov_30', 'ratio', ['amt_30', 'n_purchase_30']),
  derived('aov_earlier', 'ratio', ['amt_earlier', 'earlier_purchase']),
]
