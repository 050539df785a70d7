// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature, FittedFeature, MeasureFeature } from '../definition.ts'
import { playsRole } from '../roles.ts'
import { decayWords } from './activity.ts'
import type { CatalogContext, FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, quarters } from './make.ts'
import { firstPurchase, roleCount, roleLast, spend } from './shared.ts'

const family = 'transaction'

/** How recently, how often, how regularly and for how much the user buys. */
export function transactionFeatures(context: CatalogContext): FamilyFeatures {
  const recency = roleLast(context, 'purchase')
  const gap = (name: string, description: string, of: 'mean' | 'sd' | 'max'): MeasureFeature =>
    measure(
      family,
      { name, description, unit: 'days' },
      { measure: 'gaps', of, where: playsRole(context.roles, 'purchase') },
      last('lifetime'),
    )
  const mean = gap('mean_purchase_gap', 'Usual days between two orders', 'mean')
  const sd = gap('sd_purchase_gap', 'How much the days between two orders vary (standard deviation)', 'sd')
  const orders = roleCount(context, 'purchase', last('lifetime'))
  const total = spend(context, last('lifetime'))
  const windowed = context.lookbackDays.map((days) => byLookback(context, days))
  return {
    features: [
      recency,
      orders,
      total,
      derive(
        family,
        { name: 'average_order_value_lifetime', description: 'Average value of all orders', unit: 'currency' },
        { formula: 'ratio', from: [total, orders] },
      ),
      mean,
      sd,
      gap('longest_purchase_gap', 'Longest stretch between two orders', 'max'),
      derive(
        family,
        {
          name: 'purchase_overdue',
          description: 'Days since the last order divided by the usual days between orders; above 1 = overdue',
          unit: 'ratio',
          actionable: true,
        },
        { formula: 'ratio', from: [recency, mean] },
      ),
      derive(
        family,
        {
          name: 'purchase_gap_variation',
          description: 'Irregularity of buying: standard deviation of the days between orders over their mean',
          unit: 'ratio',
        },
        { formula: 'ratio', from: [sd, mean] },
      ),
      ...rfm(context, recency),
      ...windowed.flatMap((part) => part.features),
    ],
    supporting: [firstPurchase(context), ...windowed.flatMap((part) => part.supporting)],
  }
}

/** Recency, frequency, monetary: fifths of the training rows, 5 = best. */
function rfm(context: CatalogContext, recency: Feature): FittedFeature[] {
  const longest = last(Math.max(...context.lookbackDays))
  const score = (name: string, what: string, from: Feature, descending: boolean): FittedFeature => ({
    kind: 'fitted',
    name,
    description: `${what}: 1 (lowest fifth of users) to 5 (best fifth)`,
    family,
    unit: 'score',
    whenEmpty: 'missing',
    actionable: false,
    from: [from.name],
    fit: { transform: 'quantile_score', bins: 5, descending },
  })
  return [
    score('rfm_recency_score', 'How recent the last order is', recency, true),
    score('rfm_frequency_score', `Orders ${inWords(longest)}`, roleCount(context, 'purchase', longest), false),
    score('rfm_monetary_score', `Money spent ${inWords(longest)}`, spend(context, longest), false),
  ]
}

function byLookback(context: CatalogContext, days: number): FamilyFeatures {
  const now = last(days)
  const where = playsRole(context.roles, 'purchase')
  const orders = roleCount(context, 'purchase', now)
  const ordersEarlier = roleCount(context, 'purchase', before(days))
  const money = spend(context, now)
  const moneyEarlier = spend(context, before(days))
  const parts = days < 4 ? [] : quarters(days).map((window) => spend(context, window))
  const average = (name: string, description: string, from: readonly Feature[]): Feature =>
    derive(family, { name, description, unit: 'currency', actionable: true }, { formula: 'ratio', from })
  const value = average(`average_order_value_${days}d`, `Average value of an order ${inWords(now)}`, [money, orders])
  const valueEarlier = average(`average_order_value_${days}d_before`, 'Earlier average value of an order', [
    moneyEarlier,
    ordersEarlier,
  ])
  const items = measure(
    family,
    { name: `quantity_${days}d`, description: `Items bought ${inWords(now)}`, unit: 'items', actionable: true },
    { measure: 'sum', of: 'quantity', where },
    now,
  )
  const derived = (name: string, words: { description: string; unit: string }, from: readonly Feature[]): Feature =>
    derive(family, { name, ...words, actionable: true }, { formula: 'ratio', from })
  return {
    features: [
      orders,
      measure(
        family,
        {
          name: `purchase_days_${days}d`,
          description: `Days with an order ${inWords(now)}`,
          unit: 'days',
          actionable: true,
        },
        { measure: 'activeDays', where },
        now,
      ),
      money,
      value,
      derive(
        family,
        {
          name: `average_order_value_change_${days}d`,
          description: `Average order value in the last ${days} days less that of the ${days} days before`,
          unit: 'currency',
          actionable: true,
        },
        { formula: 'difference', from: [value, valueEarlier] },
      ),
      measure(
        family,
        { name: `largest_order_${days}d`, description: `Largest order ${inWords(now)}`, unit: 'currency' },
        { measure: 'max', of: 'amount', where },
        now,
      ),
      derive(family, decayWords(`purchase_decay_${days}d`, 'Orders', days), {
        formula: 'decay',
        from: [orders, ordersEarlier],
      }),
      derive(family, decayWords(`spend_decay_${days}d`, 'Money spent', days), {
        formula: 'decay',
        from: [money, moneyEarlier],
      }),
      ...(parts.length === 0 ? [] : [spendSlope(days, parts)]),
      items,
      derived(`items_per_order_${days}d`, { description: `Items per order ${inWords(now)}`, unit: 'items' }, [
        items,
        orders,
      ]),
    ],
    supporting: [ordersEarlier, moneyEarlier, valueEarlier, ...parts],
  }
}

function spendSlope(days: number, parts: readonly Feature[]): Feature {
  return derive(
    family,
    {
      name: `spend_slope_${days}d`,
      description: `Trend of spend over the last four periods of ${Math.floor(days / 4)} days: change per period`,
      unit: 'currency',
      actionable: true,
    },
    { formula: 'slope', from: parts },
  )
}
