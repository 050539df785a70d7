// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature } from '../definition.ts'
import { roles } from '../roles.ts'
import { joinFamilies, type CatalogContext, type FamilyFeatures } from './context.ts'
import { derive, inWords, last, measure } from './make.ts'
import { onboardingFeatures } from './onboarding.ts'
import { ownPastLabels } from './past-labels.ts'
import { activeDays, daysSinceEvent, eventCount, roleCount, spend, tenureDays } from './shared.ts'

const family = 'lifecycle'

/** How old the relation is, how it began, and how much of it was used. */
export function lifecycleFeatures(context: CatalogContext): FamilyFeatures {
  return joinFamilies(relationFeatures(context), onboardingFeatures(context), ownPastLabels)
}

function relationFeatures(context: CatalogContext): FamilyFeatures {
  const lifetime = last('lifetime')
  const allDays = activeDays(lifetime)
  const orders = roleCount(context, 'purchase', lifetime)
  const present = roles.filter((role) => context.roles[role].some((type) => context.eventTypes.includes(type)))
  const steps = present.map((role) => roleCount(context, role, lifetime))
  const windowed = context.lookbackDays.map((days) => byLookback(context, days))
  return {
    features: [
      tenureDays,
      allDays,
      eventCount(lifetime),
      derive(
        family,
        {
          name: 'active_day_share',
          description: 'Share of all days since the first event that were active',
          unit: 'ratio',
        },
        { formula: 'ratio', from: [allDays, tenureDays] },
      ),
      derive(
        family,
        {
          name: 'silent_share_of_life',
          description: 'Days since the last event over days since the first; near 1 = one early burst',
          unit: 'ratio',
        },
        { formula: 'ratio', from: [daysSinceEvent, tenureDays] },
      ),
      derive(
        family,
        {
          name: 'is_single_purchase',
          description: '1 if the user has fewer than two orders ever, else 0',
          unit: 'flag',
        },
        { formula: 'below', from: [orders], limit: 2 },
      ),
      measure(
        family,
        {
          name: 'days_since_return_from_silence',
          description: 'Days since the user came back from more than 30 silent days; empty if never',
          unit: 'days',
        },
        { measure: 'gaps', of: 'daysSinceReturn', silentDays: 30 },
        lifetime,
      ),
      ...(steps.length < 2 ? [] : [stepsDone(steps)]),
      ...windowed.flatMap((part) => part.features),
    ],
    supporting: [daysSinceEvent, orders, ...steps, ...windowed.flatMap((part) => part.supporting)],
  }
}

function stepsDone(steps: readonly Feature[]): Feature {
  return derive(
    family,
    {
      name: 'steps_done',
      description: `How many of ${steps.length} kinds of action (${steps.map(({ name }) => name.replace('_count_lifetime', '').replaceAll('_', ' ')).join(', ')}) the user has ever done`,
      unit: 'count',
      actionable: true,
    },
    { formula: 'countPositive', from: steps },
  )
}

/** A user too young for a lookback gets a tenure-scaled rate and a flag. */
function byLookback(context: CatalogContext, days: number): FamilyFeatures {
  const now = last(days)
  const measured = [
    { name: 'event_rate', what: 'Events', unit: 'per day', from: eventCount(now) },
    { name: 'active_day_rate', what: 'Active days', unit: 'per day', from: activeDays(now) },
    { name: 'login_rate', what: 'Logins', unit: 'per day', from: roleCount(context, 'login', now) },
    { name: 'purchase_rate', what: 'Orders', unit: 'per day', from: roleCount(context, 'purchase', now) },
    { name: 'spend_rate', what: 'Money spent', unit: 'currency per day', from: spend(context, now) },
  ]
  return {
    features: [
      ...measured.map(({ name, what, unit, from }) =>
        derive(
          family,
          {
            name: `${name}_${days}d`,
            description: `${what} per day ${inWords(now)}, or since the first event if that is later`,
            unit,
            actionable: true,
          },
          { formula: 'rate', from: [from, tenureDays], limit: days },
        ),
      ),
      derive(
        family,
        {
          name: `is_younger_than_${days}d`,
          description: `1 if the first event is less than ${days} days old, else 0`,
          unit: 'flag',
        },
        { formula: 'below', from: [tenureDays], limit: days },
      ),
    ],
    supporting: measured.map(({ from }) => from),
  }
}
