// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature, MeasureFeature, Window } from '../definition.ts'
import { negativeRoles, playsRole } from '../roles.ts'
import type { CatalogContext, FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { decayOf, eventCount, roleCount, roleLast, roleWords, spend } from './shared.ts'
import { furtherTrends, type Counted } from './trends.ts'

const family = 'negative'

const allWords = new Intl.ListFormat('en', { type: 'conjunction' }).format(
  negativeRoles.map((role, i) => (i === 0 ? roleWords[role].many : roleWords[role].many.toLowerCase())),
)

/** Signs of trouble: what went wrong for the user, how often per order, and whether it rises. */
export function negativeFeatures(context: CatalogContext): FamilyFeatures {
  const windowed = context.lookbackDays.map((days) => byLookback(context, days))
  return {
    features: [
      ...negativeRoles.map((role) => roleLast(context, role)),
      measure(
        family,
        {
          name: 'days_since_trouble',
          description: `Days since the last ${new Intl.ListFormat('en', { type: 'disjunction' }).format(negativeRoles.map((role) => roleWords[role].one))}`,
          unit: 'days',
          actionable: true,
        },
        { measure: 'last', where: playsRole(context.roles, ...negativeRoles) },
        last('lifetime'),
      ),
      ...windowed.flatMap((part) => part.features),
    ],
    trends: windowed.flatMap(({ trends = [] }) => trends),
    supporting: windowed.flatMap((part) => part.supporting),
  }
}

function troubleCount(context: CatalogContext, window: Window): MeasureFeature {
  return measure(
    family,
    {
      name: `trouble_count_${suffix(window)}`,
      description: `${allWords} ${inWords(window)}`,
      unit: 'count',
      actionable: true,
    },
    { measure: 'count', where: playsRole(context.roles, ...negativeRoles) },
    window,
  )
}

function returnedValue(context: CatalogContext, window: Window): MeasureFeature {
  return measure(
    family,
    {
      name: `returned_value_${suffix(window)}`,
      description: `Money of returns and refunds ${inWords(window)}`,
      unit: 'currency',
      actionable: true,
    },
    { measure: 'sum', of: 'amount', where: playsRole(context.roles, 'return', 'refund') },
    window,
  )
}

const countedTrouble = (context: CatalogContext): readonly Counted[] => [
  ...negativeRoles.map((role) => ({
    name: role,
    what: roleWords[role].many,
    of: (window: Window) => roleCount(context, role, window),
  })),
  { name: 'trouble', what: 'Signs of trouble', of: (window) => troubleCount(context, window) },
  {
    name: 'returned_value',
    what: 'Money of returns and refunds',
    of: (window) => returnedValue(context, window),
  },
]

function byLookback(context: CatalogContext, days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const counts = negativeRoles.map((role) => roleCount(context, role, now))
  const earlier = negativeRoles.map((role) => roleCount(context, role, then))
  const countOf = (role: (typeof negativeRoles)[number]): Feature => counts[negativeRoles.indexOf(role)]!
  const orders = roleCount(context, 'purchase', now)
  const events = eventCount(now)
  const [trouble, troubleEarlier] = [troubleCount(context, now), troubleCount(context, then)]
  const [returned, returnedEarlier] = [returnedValue(context, now), returnedValue(context, then)]
  const money = spend(context, now)
  const slopes = furtherTrends(countedTrouble(context), days)
  const ratio = (name: string, description: string, from: readonly Feature[]): Feature =>
    derive(family, { name, description, unit: 'ratio', actionable: true }, { formula: 'ratio', from })
  return {
    features: [
      ...counts,
      ...negativeRoles.map((role, i) =>
        decayOf(counts[i]!, earlier[i]!, { name: `${role}_rise_${days}d`, what: roleWords[role].many, days }),
      ),
      trouble,
      ratio(`return_rate_${days}d`, `Returns per order ${inWords(now)}`, [countOf('return'), orders]),
      ratio(`refund_rate_${days}d`, `Refunds per order ${inWords(now)}`, [countOf('refund'), orders]),
      ratio(`complaint_rate_${days}d`, `Complaints per order ${inWords(now)}`, [countOf('complaint'), orders]),
      ratio(`cancel_rate_${days}d`, `Cancelled orders per order ${inWords(now)}`, [countOf('cancel_order'), orders]),
      ratio(`payment_failure_rate_${days}d`, `Failed payments per order ${inWords(now)}`, [
        countOf('payment_failed'),
        orders,
      ]),
      returned,
      ratio(`returned_value_share_${days}d`, `Money of returns and refunds over money spent ${inWords(now)}`, [
        returned,
        money,
      ]),
      decayOf(returned, returnedEarlier, {
        name: `returned_value_rise_${days}d`,
        what: 'Money of returns and refunds',
        days,
      }),
      ratio(`trouble_share_${days}d`, `Share of events that tell of trouble ${inWords(now)}`, [trouble, events]),
      decayOf(trouble, troubleEarlier, { name: `trouble_rise_${days}d`, what: 'Signs of trouble', days }),
    ],
    trends: slopes.trends,
    supporting: [...earlier, orders, events, money, troubleEarlier, returnedEarlier, ...slopes.supporting],
  }
}
