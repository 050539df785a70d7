import type { Feature, LevelStatistic, Window } from '../definition.ts'
import { joinFamilies, type CatalogContext, type FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { decayOf, roleCount, roleLast, roleWords } from './shared.ts'
import { furtherTrends } from './trends.ts'

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
  return joinFamilies(varietyFeatures(days), wishFeatures(context, days))
}

/** How many categories, how evenly used, and whether that narrows. */
function varietyFeatures(days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const [categories, categoriesEarlier] = [categoryCount(now), categoryCount(then)]
  const [core, coreEarlier] = [spread('topShare', now), spread('topShare', then)]
  const slope = furtherTrends(
    [{ name: 'category_count', what: 'Different categories', of: categoryCount, isRated: false }],
    days,
  )
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
    ],
    trends: slope.trends,
    supporting: [categoriesEarlier, coreEarlier, ...slope.supporting],
  }
}

/** What the user puts by, and what comes of it. */
function wishFeatures(context: CatalogContext, days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const count = (role: 'cart' | 'favourite' | 'purchase' | 'view', window: Window): Feature =>
    roleCount(context, role, window)
  const wishes = (['cart', 'favourite'] as const).map((role) => ({ role, what: roleWords[role].many }))
  const slopes = furtherTrends(
    wishes.map(({ role, what }) => ({ name: role, what, of: (window: Window) => count(role, window) })),
    days,
  )
  const ratio = (name: string, description: string, from: readonly Feature[]): Feature =>
    derive(family, { name, description, unit: 'ratio', actionable: true }, { formula: 'ratio', from })
  const [carts, orders, views] = [count('cart', now), count('purchase', now), count('view', now)]
  return {
    features: [
      ...wishes.map(({ role }) => count(role, now)),
      ...wishes.map(({ role, what }) =>
        decayOf(count(role, now), count(role, then), { name: `${role}_decay_${days}d`, what, days }),
      ),
      ratio(`orders_per_cart_${days}d`, `Orders per item put into the cart ${inWords(now)}`, [orders, carts]),
      ratio(`carts_per_view_${days}d`, `Items put into the cart per view ${inWords(now)}`, [carts, views]),
    ],
    trends: slopes.trends,
    supporting: [orders, views, ...wishes.map(({ role }) => count(role, then)), ...slopes.supporting],
  }
}
