// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature, FittedFeature, MeasureFeature, Window } from '../definition.ts'
import { playsRole } from '../roles.ts'
import { joinFamilies, type CatalogContext, type FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { decayOf, firstOf, roleCount, roleLast, spend } from './shared.ts'
import { furtherSlopes, slopeOf } from './trends.ts'

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
  const average = derive(
    family,
    { name: 'average_order_value_lifetime', description: 'Average value of all orders', unit: 'currency' },
    { formula: 'ratio', from: [total, orders] },
  )
  const lastOrder = measure(
    family,
    { name: 'last_order_value', description: 'Value of the last order; empty if there was none', unit: 'currency' },
    { measure: 'lastValue', of: 'amount', where: playsRole(context.roles, 'purchase') },
    last('lifetime'),
  )
  const windowed = context.lookbackDays.map((days) => byLookback(context, days))
  return {
    features: [
      recency,
      roleLast(context, 'discount'),
      orders,
      total,
      average,
      lastOrder,
      derive(
        family,
        {
          name: 'last_order_value_ratio',
          description: 'Value of the last order over the average of all orders; below 1 = smaller than usual',
          unit: 'ratio',
          actionable: true,
        },
        { formula: 'ratio', from: [lastOrder, average] },
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
    trends: windowed.flatMap(({ trends = [] }) => trends),
    supporting: [firstOf(context, 'purchase'), ...windowed.flatMap((part) => part.supporting)],
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
  const [now, then] = [last(days), before(days)]
  const where = playsRole(context.roles, 'purchase')
  const orders = roleCount(context, 'purchase', now)
  const ordersEarlier = roleCount(context, 'purchase', then)
  const money = spend(context, now)
  const moneyEarlier = spend(context, then)
  const orderDays = (window: Window): Feature =>
    measure(
      family,
      {
        name: `purchase_days_${suffix(window)}`,
        description: `Days with an order ${inWords(window)}`,
        unit: 'days',
        actionable: true,
      },
      { measure: 'activeDays', where },
      window,
    )
  const items = (window: Window): Feature =>
    measure(
      family,
      {
        name: `quantity_${suffix(window)}`,
        description: `Items bought ${inWords(window)}`,
        unit: 'items',
        actionable: true,
      },
      { measure: 'sum', of: 'quantity', where },
      window,
    )
  const over = (name: string, words: { description: string; unit: string }, from: readonly Feature[]): Feature =>
    derive(family, { name, ...words, actionable: true }, { formula: 'ratio', from })
  const value = (window: Window, from: readonly Feature[]): Feature =>
    over(
      `average_order_value_${suffix(window)}`,
      { description: `Average value of an order ${inWords(window)}`, unit: 'currency' },
      from,
    )
  const price = (window: Window, from: readonly Feature[]): Feature =>
    over(
      `average_item_price_${suffix(window)}`,
      { description: `Average price paid per item ${inWords(window)}`, unit: 'currency' },
      from,
    )
  const change = (name: string, what: string, from: readonly Feature[]): Feature =>
    derive(
      family,
      {
        name: `${name}_change_${days}d`,
        description: `${what} in the last ${days} days less that of the ${days} days before`,
        unit: 'currency',
        actionable: true,
      },
      { formula: 'difference', from },
    )
  const slopes = joinFamilies(
    slopeOf({ name: 'spend', what: 'Spend', of: (window) => spend(context, window) }, days),
    slopeOf({ name: 'purchase', what: 'Orders', of: (window) => roleCount(context, 'purchase', window) }, days),
  )
  const further = furtherSlopes(
    [
      { name: 'purchase_day', what: 'Days with an order', of: orderDays },
      { name: 'discount', what: 'Discounts used', of: (window) => roleCount(context, 'discount', window) },
      { name: 'quantity', what: 'Items bought', of: items },
    ],
    days,
  )
  const discounts = [now, then].map((window) => roleCount(context, 'discount', window)) as [Feature, Feature]
  const valueNow = value(now, [money, orders])
  const valueEarlier = value(then, [moneyEarlier, ordersEarlier])
  const priceNow = price(now, [money, items(now)])
  const priceEarlier = price(then, [moneyEarlier, items(then)])
  return {
    features: [
      orders,
      orderDays(now),
      money,
      valueNow,
      change('average_order_value', 'Average order value', [valueNow, valueEarlier]),
      measure(
        family,
        { name: `largest_order_${days}d`, description: `Largest order ${inWords(now)}`, unit: 'currency' },
        { measure: 'max', of: 'amount', where },
        now,
      ),
      decayOf(orders, ordersEarlier, { name: `purchase_decay_${days}d`, what: 'Orders', days }),
      decayOf(orderDays(now), orderDays(then), {
        name: `purchase_day_decay_${days}d`,
        what: 'Days with an order',
        days,
      }),
      decayOf(money, moneyEarlier, { name: `spend_decay_${days}d`, what: 'Money spent', days }),
      ...slopes.features,
      discounts[0],
      decayOf(...discounts, { name: `discount_decay_${days}d`, what: 'Discounts used', days }),
      over(`discounts_per_order_${days}d`, { description: `Discounts used per order ${inWords(now)}`, unit: 'ratio' }, [
        discounts[0],
        orders,
      ]),
      items(now),
      decayOf(items(now), items(then), { name: `quantity_decay_${days}d`, what: 'Items bought', days }),
      over(`items_per_order_${days}d`, { description: `Items per order ${inWords(now)}`, unit: 'items' }, [
        items(now),
        orders,
      ]),
      priceNow,
      change('average_item_price', 'Average price paid per item', [priceNow, priceEarlier]),
    ],
    trends: further.trends,
    supporting: [
      ordersEarlier,
      discounts[1],
      moneyEarlier,
      valueEarlier,
      orderDays(then),
      items(then),
      priceEarlier,
      ...slopes.supporting,
      ...further.supporting,
    ],
  }
}
