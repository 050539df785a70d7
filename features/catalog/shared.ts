import type { Family, Feature, MeasureFeature, Window } from '../definition.ts'
import { playsRole, type Role } from '../roles.ts'
import type { CatalogContext } from './context.ts'
import { derive, inWords, last, measure, suffix } from './make.ts'

/** Measures that several families build on: the same name is always the same definition. */

export const roleWords: Readonly<
  Record<Role, { readonly one: string; readonly many: string; readonly family: Family }>
> = {
  register: { one: 'registration', many: 'Registrations', family: 'lifecycle' },
  key_action: { one: 'key action', many: 'Key actions', family: 'lifecycle' },
  login: { one: 'login', many: 'Logins', family: 'activity' },
  view: { one: 'view', many: 'Views', family: 'activity' },
  cart: { one: 'cart', many: 'Items put into the cart', family: 'preference' },
  favourite: { one: 'favourite', many: 'Items marked as favourite', family: 'preference' },
  purchase: { one: 'purchase', many: 'Orders', family: 'transaction' },
  discount: { one: 'discount', many: 'Discounts used', family: 'transaction' },
  return: { one: 'return', many: 'Returns', family: 'negative' },
  refund: { one: 'refund', many: 'Refunds', family: 'negative' },
  payment_failed: { one: 'failed payment', many: 'Failed payments', family: 'negative' },
  complaint: { one: 'complaint', many: 'Complaints', family: 'negative' },
  cancel_order: { one: 'cancelled order', many: 'Cancelled orders', family: 'negative' },
  unsubscribe: { one: 'unsubscription', many: 'Unsubscriptions', family: 'negative' },
  uninstall: { one: 'uninstall', many: 'Uninstalls', family: 'negative' },
}

/** `purchase_count_30d`. */
export function roleCount(context: CatalogContext, role: Role, window: Window): MeasureFeature {
  const words = roleWords[role]
  return measure(
    words.family,
    {
      name: `${role}_count_${suffix(window)}`,
      description: `${words.many} ${inWords(window)}`,
      unit: 'count',
      actionable: true,
    },
    { measure: 'count', where: playsRole(context.roles, role) },
    window,
  )
}

/** `days_since_purchase`. */
export function roleLast(context: CatalogContext, role: Role): MeasureFeature {
  const words = roleWords[role]
  return measure(
    words.family,
    {
      name: `days_since_${role}`,
      description: `Days since the last ${words.one}; empty if there was none`,
      unit: 'days',
      actionable: true,
    },
    { measure: 'last', where: playsRole(context.roles, role) },
    last('lifetime'),
  )
}

/** `event_count_30d`: events of any type. */
export const eventCount = (window: Window): MeasureFeature =>
  measure(
    'activity',
    {
      name: `event_count_${suffix(window)}`,
      description: `Events of any kind ${inWords(window)}`,
      unit: 'count',
      actionable: true,
    },
    { measure: 'count' },
    window,
  )

/** `active_days_30d`. */
export const activeDays = (window: Window): MeasureFeature =>
  measure(
    'activity',
    {
      name: `active_days_${suffix(window)}`,
      description: `Days with any event ${inWords(window)}`,
      unit: 'days',
      actionable: true,
    },
    { measure: 'activeDays' },
    window,
  )

/** `spend_30d`. */
export const spend = (context: CatalogContext, window: Window): MeasureFeature =>
  measure(
    'transaction',
    {
      name: `spend_${suffix(window)}`,
      description: `Money spent ${inWords(window)}`,
      unit: 'currency',
      actionable: true,
    },
    { measure: 'sum', of: 'amount', where: playsRole(context.roles, 'purchase') },
    window,
  )

export const daysSinceEvent: MeasureFeature = measure(
  'activity',
  {
    name: 'days_since_event',
    description: 'Days since the last event of any kind',
    unit: 'days',
    actionable: true,
  },
  { measure: 'last' },
  last('lifetime'),
)

export const tenureDays: MeasureFeature = measure(
  'lifecycle',
  { name: 'tenure_days', description: 'Days since the first event of any kind', unit: 'days' },
  { measure: 'first' },
  last('lifetime'),
)

/** `days_since_first_purchase`. */
export const firstOf = (context: CatalogContext, role: Role): MeasureFeature =>
  measure(
    'lifecycle',
    {
      name: `days_since_first_${role}`,
      description: `Days since the first ${role === 'purchase' ? 'order' : roleWords[role].one}; empty if there was none`,
      unit: 'days',
    },
    { measure: 'first', where: playsRole(context.roles, role) },
    last('lifetime'),
  )

/** The last days against as many days before them: (a + 1) / (b + 1). */
export function decayOf(now: Feature, earlier: Feature, words: { name: string; what: string; days: number }): Feature {
  const { name, what, days } = words
  return derive(
    now.family,
    {
      name,
      description: `${what} in the last ${days} days against the ${days} days before (both plus 1); below 1 = falling`,
      unit: 'ratio',
      actionable: true,
    },
    { formula: 'decay', from: [now, earlier] },
  )
}
