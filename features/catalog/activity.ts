// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature } from '../definition.ts'
import { playsRole } from '../roles.ts'
import type { CatalogContext, FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, quarters, suffix } from './make.ts'
import { activeDays, daysSinceEvent, eventCount, roleCount, roleLast } from './shared.ts'

const family = 'activity'

/** How often, how regularly, when and by which channels the user is there. */
export function activityFeatures(context: CatalogContext): FamilyFeatures {
  const windowed = context.lookbackDays.map((days) => byLookback(context, days))
  const gap = gaps()
  return {
    features: [
      daysSinceEvent,
      roleLast(context, 'login'),
      roleLast(context, 'view'),
      ...gap,
      derive(
        family,
        {
          name: 'absence_overdue',
          description: 'Days since the last event divided by the usual days between active days; above 1 = overdue',
          unit: 'ratio',
          actionable: true,
        },
        { formula: 'ratio', from: [daysSinceEvent, gap[0]!] },
      ),
      ...windowed.flatMap((part) => part.features),
    ],
    supporting: windowed.flatMap((part) => part.supporting),
  }
}

function gaps(): Feature[] {
  const all = last('lifetime')
  const gap = (name: string, description: string, of: 'mean' | 'sd'): Feature =>
    measure(family, { name, description, unit: 'days' }, { measure: 'gaps', of }, all)
  return [
    gap('mean_absence', 'Usual days between two active days', 'mean'),
    gap('sd_absence', 'How much the days between two active days vary (standard deviation)', 'sd'),
  ]
}

function byLookback(context: CatalogContext, days: number): FamilyFeatures {
  const now = last(days)
  const events = eventCount(now)
  const earlier = eventCount(before(days))
  const active = activeDays(now)
  const logins = roleCount(context, 'login', now)
  const loginsEarlier = roleCount(context, 'login', before(days))
  const loginDays = measure(
    family,
    { name: `login_days_${days}d`, description: `Days with a login ${inWords(now)}`, unit: 'days', actionable: true },
    { measure: 'activeDays', where: playsRole(context.roles, 'login') },
    now,
  )
  const parts = days < 4 ? [] : quarters(days).map((window) => eventCount(window))
  const weekend = countWhere(`weekend_count_${days}d`, { op: 'compare', name: 'weekday', by: '>=', value: 6 }, days)
  const night = countWhere(`night_count_${days}d`, nightHours, days)
  const share = (name: string, description: string, part: Feature): Feature =>
    derive(family, { name, description, unit: 'ratio' }, { formula: 'ratio', from: [part, events] })
  return {
    features: [
      events,
      active,
      logins,
      loginDays,
      roleCount(context, 'view', now),
      derive(
        family,
        { name: `events_per_active_day_${days}d`, description: `Events per active day ${inWords(now)}`, unit: 'ratio' },
        { formula: 'ratio', from: [events, active] },
      ),
      derive(family, decayWords(`event_decay_${days}d`, 'Events', days), { formula: 'decay', from: [events, earlier] }),
      derive(family, decayWords(`login_decay_${days}d`, 'Logins', days), {
        formula: 'decay',
        from: [logins, loginsEarlier],
      }),
      ...(parts.length === 0 ? [] : [slope(days, parts)]),
      measure(
        family,
        {
          name: `longest_absence_${days}d`,
          description: `Longest stretch between two active days ${inWords(now)}`,
          unit: 'days',
        },
        { measure: 'gaps', of: 'max' },
        now,
      ),
      measure(
        family,
        {
          name: `channel_count_${days}d`,
          description: `Channels used ${inWords(now)}`,
          unit: 'count',
          actionable: true,
        },
        { measure: 'distinct', of: 'channel' },
        now,
      ),
      share(`weekend_share_${days}d`, `Share of events on Saturday or Sunday ${inWords(now)}`, weekend),
      share(`night_share_${days}d`, `Share of events between 22 and 6 o'clock ${inWords(now)}`, night),
    ],
    supporting: [earlier, loginsEarlier, ...parts, weekend, night],
  }
}

const nightHours = {
  op: 'or',
  of: [
    { op: 'compare', name: 'hour', by: '>=', value: 22 },
    { op: 'compare', name: 'hour', by: '<', value: 6 },
  ],
} as const

function countWhere(name: string, where: Parameters<typeof measure>[2]['where'], days: number): Feature {
  return measure(family, { name, description: name, unit: 'count' }, { measure: 'count', where }, last(days))
}

/** Words of a decay: the last days against as many days before them. */
export const decayWords = (
  name: string,
  what: string,
  days: number,
): { name: string; description: string; unit: string; actionable: boolean } => ({
  name,
  description: `${what} in the last ${days} days against the ${days} days before (both plus 1); below 1 = falling`,
  unit: 'ratio',
  actionable: true,
})

function slope(days: number, parts: readonly Feature[]): Feature {
  const part = Math.floor(days / 4)
  return derive(
    family,
    {
      name: `event_slope_${suffix(last(days))}`,
      description: `Trend of events over the last four periods of ${part} days: change per period`,
      unit: 'count',
      actionable: true,
    },
    { formula: 'slope', from: parts },
  )
}
