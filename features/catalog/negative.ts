// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature, MeasureFeature, Window } from '../definition.ts'
import { negativeRoles, playsRole } from '../roles.ts'
import { decayWords } from './activity.ts'
import type { CatalogContext, FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { eventCount, roleCount, roleLast } from './shared.ts'

const family = 'negative'

/** Signs of trouble: returns, complaints, cancelled orders, unsubscriptions, uninstalls. */
export function negativeFeatures(context: CatalogContext): FamilyFeatures {
  const windowed = context.lookbackDays.map((days) => byLookback(context, days))
  return {
    features: [
      ...negativeRoles.map((role) => roleLast(context, role)),
      measure(
        family,
        {
          name: 'days_since_trouble',
          description: 'Days since the last return, complaint, cancelled order, unsubscription or uninstall',
          unit: 'days',
          actionable: true,
        },
        { measure: 'last', where: playsRole(context.roles, ...negativeRoles) },
        last('lifetime'),
      ),
      ...windowed.flatMap((part) => part.features),
    ],
    supporting: windowed.flatMap((part) => part.supporting),
  }
}

function troubleCount(context: CatalogContext, window: Window): MeasureFeature {
  return measure(
    family,
    {
      name: `trouble_count_${suffix(window)}`,
      description: `Returns, complaints, cancelled orders, unsubscriptions and uninstalls ${inWords(window)}`,
      unit: 'count',
      actionable: true,
    },
    { measure: 'count', where: playsRole(context.roles, ...negativeRoles) },
    window,
  )
}

function byLookback(context: CatalogContext, days: number): FamilyFeatures {
  const now = last(days)
  const counts = negativeRoles.map((role) => roleCount(context, role, now))
  const [returns, complaints, cancelled] = counts as [Feature, Feature, Feature]
  const orders = roleCount(context, 'purchase', now)
  const events = eventCount(now)
  const trouble = troubleCount(context, now)
  const earlier = troubleCount(context, before(days))
  const ratio = (name: string, description: string, from: readonly Feature[]): Feature =>
    derive(family, { name, description, unit: 'ratio', actionable: true }, { formula: 'ratio', from })
  return {
    features: [
      ...counts,
      trouble,
      ratio(`return_rate_${days}d`, `Returns per order ${inWords(now)}`, [returns, orders]),
      ratio(`complaint_rate_${days}d`, `Complaints per order ${inWords(now)}`, [complaints, orders]),
      ratio(`cancel_rate_${days}d`, `Cancelled orders per order ${inWords(now)}`, [cancelled, orders]),
      ratio(`trouble_share_${days}d`, `Share of events that tell of trouble ${inWords(now)}`, [trouble, events]),
      derive(
        family,
        { ...decayWords(`trouble_rise_${days}d`, 'Signs of trouble', days), actionable: true },
        { formula: 'decay', from: [trouble, earlier] },
      ),
    ],
    supporting: [orders, events, earlier],
  }
}
