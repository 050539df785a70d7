// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature, LevelStatistic, Window } from '../definition.ts'
import type { CatalogContext, FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { decayOf, roleCount, roleLast } from './shared.ts'
import { furtherSlopes } from './trends.ts'

const family = 'preference'

/** What the user likes, and whether that narrows. */
export function preferenceFeatures(context: CatalogContext): FamilyFeatures {
  const windowed = context.lookbackDays.map((days) => byLookback(context, days))
  return {
    features: [
      roleLast(context, 'favourite'),
      roleLast(context, 'cart'),
      categoryCount(last('lifetime')),
      measure(
        family,
        { name: 'last_category', description: 'Category of the last event that has one', unit: 'category' },
        { measure: 'lastLevel', of: 'category' },
        last('lifetime'),
      ),
      ...windowed.flatMap((part) => part.features),
    ],
    trends: windowed.flatMap(({ trends = [] }) => trends),
    supporting: windowed.flatMap((part) => part.supporting),
  }
}

function categoryCount(window: Window): Feature {
  return measure(
    family,
    {
      name: `category_count_${suffix(window)}`,
      description: `Different categories ${inWords(window)}`,
      unit: 'count',
      actionable: true,
    },
    { measure: 'distinct', of: 'category' },
    window,
  )
}

const statistics: Readonly<Record<LevelStatistic, readonly [name: string, description: string, unit: string]>> = {
  topShare: ['core_category_share', 'Share of the most used category', 'ratio'],
  entropy: ['category_entropy', 'Variety of categories (entropy); 0 = one category only', 'nats'],
  concentration: ['category_concentration', 'Concentration on few categories; 1 = one category only', 'ratio'],
}

function spread(statistic: LevelStatistic, window: Window): Feature {
  const [name, description, unit] = statistics[statistic]
  return measure(
    family,
    { name: `${name}_${suffix(window)}`, description: `${description} ${inWords(window)}`, unit },
    { measure: 'levels', of: 'category', statistic },
    window,
  )
}

function byLookback(context: CatalogContext, days: number): FamilyFeatures {
  const now = last(days)
  const categories = categoryCount(now)
  const categoriesEarlier = categoryCount(before(days))
  const core = spread('topShare', now)
  const coreEarlier = spread('topShare', before(days))
  const counts = (['cart', 'favourite', 'purchase', 'view'] as const).map((role) => roleCount(context, role, now))
  const [carts, favourites, orders, views] = counts as [Feature, Feature, Feature, Feature]
  const cartsEarlier = roleCount(context, 'cart', before(days))
  const favouritesEarlier = roleCount(context, 'favourite', before(days))
  const slopes = furtherSlopes(
    [
      { name: 'category_count', what: 'Different categories', of: categoryCount },
      { name: 'cart', what: 'Items put into the cart', of: (window) => roleCount(context, 'cart', window) },
      { name: 'favourite', what: 'Items marked as favourite', of: (window) => roleCount(context, 'favourite', window) },
    ],
    days,
  )
  const ratio = (name: string, description: string, from: readonly Feature[]): Feature =>
    derive(family, { name, description, unit: 'ratio', actionable: true }, { formula: 'ratio', from })
  return {
    features: [
      categories,
      derive(
        family,
        {
          name: `category_count_change_${days}d`,
          description: `Different categories in the last ${days} days less those of the ${days} days before`,
          unit: 'count',
          actionable: true,
        },
        { formula: 'difference', from: [categories, categoriesEarlier] },
      ),
      core,
      derive(
        family,
        {
          name: `core_category_share_change_${days}d`,
          description: `Share of the most used category in the last ${days} days less that of the ${days} days before`,
          unit: 'ratio',
        },
        { formula: 'difference', from: [core, coreEarlier] },
      ),
      spread('entropy', now),
      spread('concentration', now),
      carts,
      favourites,
      decayOf(carts, cartsEarlier, { name: `cart_decay_${days}d`, what: 'Items put into the cart', days }),
      decayOf(favourites, favouritesEarlier, {
        name: `favourite_decay_${days}d`,
        what: 'Items marked as favourite',
        days,
      }),
      ratio(`orders_per_cart_${days}d`, `Orders per item put into the cart ${inWords(now)}`, [orders, carts]),
      ratio(`carts_per_view_${days}d`, `Items put into the cart per view ${inWords(now)}`, [carts, views]),
    ],
    trends: slopes.trends,
    supporting: [categoriesEarlier, coreEarlier, orders, views, cartsEarlier, favouritesEarlier, ...slopes.supporting],
  }
}
