// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature, FittedFeature, MeasureFeature, Window } from '../definition.ts'
import { playsRole } from '../roles.ts'
import { joinFamilies, type CatalogContext, type FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { decayOf, firstOf, roleCount, roleLast, spend } from './shared.ts'
import { furtherTrends, slopeOf } from './trends.ts'

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
  return joinFamilies(orderFeatures(context, days), discountFeatures(context, days), itemFeatures(context, days))
}

/** One number of the window over another. */
function over(name: string, words: { description: string; unit: string }, from: readonly Feature[]): Feature {
  return derive(family, { name, ...words, actionable: true }, { formula: 'ratio', from })
}

/** An average now less the same before. */
function changeOf(name: string, { what, days }: { what: string; days: number }, from: readonly Feature[]): Feature {
  const description = `${what} in the last ${days} days less that of the ${days} days before`
  const words = { name: `${name}_change_${days}d`, description, unit: 'currency', actionable: true }
  return derive(family, words, { formula: 'difference', from })
}

function daysWithOrder(context: CatalogContext, window: Window): Feature {
  return measure(
    family,
    {
      name: `purchase_days_${suffix(window)}`,
      description: `Days with an order ${inWords(window)}`,
      unit: 'days',
      actionable: true,
    },
    { measure: 'activeDays', where: playsRole(context.roles, 'purchase') },
    window,
  )
}

function orderFeatures(context: CatalogContext, days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const [orders, ordersEarlier] = [roleCount(context, 'purchase', now), roleCount(context, 'purchase', then)]
  const [orderDays, orderDaysEarlier] = [daysWithOrder(context, now), daysWithOrder(context, then)]
  const [money, moneyEarlier] = [spend(context, now), spend(context, then)]
  const value = (window: Window, from: readonly Feature[]): Feature =>
    over(
      `average_order_value_${suffix(window)}`,
      { description: `Average value of an order ${inWords(window)}`, unit: 'currency' },
      from,
    )
  const [valueNow, valueEarlier] = [value(now, [money, orders]), value(then, [moneyEarlier, ordersEarlier])]
  const slopes = orderSlopes(context, days)
  return {
    features: [
      orders,
      orderDays,
      money,
      valueNow,
      changeOf('average_order_value', { what: 'Average order value', days }, [valueNow, valueEarlier]),
      measure(
        family,
        { name: `largest_order_${days}d`, description: `Largest order ${inWords(now)}`, unit: 'currency' },
        { measure: 'max', of: 'amount', where: playsRole(context.roles, 'purchase') },
        now,
      ),
      decayOf(orders, ordersEarlier, { name: `purchase_decay_${days}d`, what: 'Orders', days }),
      decayOf(orderDays, orderDaysEarlier, { name: `purchase_day_decay_${days}d`, what: 'Days with an order', days }),
      decayOf(money, moneyEarlier, { name: `spend_decay_${days}d`, what: 'Money spent', days }),
      ...slopes.features,
    ],
    trends: slopes.trends,
    supporting: [ordersEarlier, moneyEarlier, valueEarlier, orderDaysEarlier, ...slopes.supporting],
  }
}

function orderSlopes(context: CatalogContext, days: number): FamilyFeatures {
  return joinFamilies(
    slopeOf({ name: 'spend', what: 'Spend', of: (window) => spend(context, window) }, days),
    slopeOf({ name: 'purchase', what: 'Orders', of: (window) => roleCount(context, 'purchase', window) }, days),
    furtherTrends(
      [{ name: 'purchase_day', what: 'Days with an order', of: (window) => daysWithOrder(context, window) }],
      days,
    ),
  )
}

function discountFeatures(context: CatalogContext, days: number): FamilyFeatures {
  const count = (window: Window): Feature => roleCount(context, 'discount', window)
  const now = last(days)
  const orders = roleCount(context, 'purchase', now)
  const slope = furtherTrends([{ name: 'discount', what: 'Discounts used', of: count }], days)
  const perOrder = { description: `Discounts used per order ${inWords(now)}`, unit: 'ratio' }
  return {
    features: [
      count(now),
      decayOf(count(now), count(before(days)), { name: `discount_decay_${days}d`, what: 'Discounts used', days }),
      over(`discounts_per_order_${days}d`, perOrder, [count(now), orders]),
    ],
    trends: slope.trends,
    supporting: [count(before(days)), orders, ...slope.supporting],
  }
}

function itemsBought(context: CatalogContext, window: Window): Feature {
  return measure(
    family,
    {
      name: `quantity_${suffix(window)}`,
      description: `Items bought ${inWords(window)}`,
      unit: 'items',
      actionable: true,
    },
    { measure: 'sum', of: 'quantity', where: playsRole(context.roles, 'purchase') },
    window,
  )
}

function itemFeatures(context: CatalogContext, days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const [items, itemsEarlier] = [itemsBought(context, now), itemsBought(context, then)]
  const [money, moneyEarlier] = [spend(context, now), spend(context, then)]
  const orders = roleCount(context, 'purchase', now)
  const price = (window: Window, from: readonly Feature[]): Feature =>
    over(
      `average_item_price_${suffix(window)}`,
      { description: `Average price paid per item ${inWords(window)}`, unit: 'currency' },
      from,
    )
  const [priceNow, priceEarlier] = [price(now, [money, items]), price(then, [moneyEarlier, itemsEarlier])]
  const slope = furtherTrends(
    [{ name: 'quantity', what: 'Items bought', of: (window) => itemsBought(context, window) }],
    days,
  )
  const perOrder = { description: `Items per order ${inWords(now)}`, unit: 'items' }
  return {
    features: [
      items,
      decayOf(items, itemsEarlier, { name: `quantity_decay_${days}d`, what: 'Items bought', days }),
      over(`items_per_order_${days}d`, perOrder, [items, orders]),
      priceNow,
      changeOf('average_item_price', { what: 'Average price paid per item', days }, [priceNow, priceEarlier]),
    ],
    trends: slope.trends,
    supporting: [itemsEarlier, money, moneyEarlier, orders, priceEarlier, ...slope.supporting],
  }
}
