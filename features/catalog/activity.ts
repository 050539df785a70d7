// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Condition } from '../../core/condition.ts'
import type { Feature, Window } from '../definition.ts'
import { playsRole } from '../roles.ts'
import { joinFamilies, type CatalogContext, type FamilyFeatures } from './context.ts'
import { habitFeatures } from './habits.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { sessionFeatures } from './sessions.ts'
import { activeDays, daysSinceEvent, decayOf, eventCount, roleCount, roleLast } from './shared.ts'
import { furtherTrends, slopeOf } from './trends.ts'

const family = 'activity'

/** How often, how regularly, when and by which channels the user is there. */
export function activityFeatures(context: CatalogContext): FamilyFeatures {
  const windowed = context.lookbackDays.map((days) =>
    joinFamilies(byLookback(context, days), sessionFeatures(days), habitFeatures(days)),
  )
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
    trends: windowed.flatMap(({ trends = [] }) => trends),
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
  const [now, then] = [last(days), before(days)]
  const login = playsRole(context.roles, 'login')
  const events = eventCount(now)
  const active = activeDays(now)
  const logins = roleCount(context, 'login', now)
  const views = roleCount(context, 'view', now)
  const loginDays = daysWithLogin(login, now)
  const earlier = {
    events: eventCount(then),
    active: activeDays(then),
    logins: roleCount(context, 'login', then),
    views: roleCount(context, 'view', then),
    loginDays: daysWithLogin(login, then),
  }
  const slope = slopeOf({ name: 'event', what: 'Events', of: eventCount }, days)
  const further = furtherTrends(
    [
      { name: 'active_day', what: 'Days with any event', of: activeDays },
      { name: 'login', what: 'Logins', of: (window) => roleCount(context, 'login', window) },
      { name: 'login_day', what: 'Days with a login', of: (window) => daysWithLogin(login, window) },
      { name: 'view', what: 'Views', of: (window) => roleCount(context, 'view', window) },
    ],
    days,
  )
  const gap = longestAbsence(now)
  const recency = recentWithin(now)
  return {
    features: [
      events,
      active,
      logins,
      loginDays,
      views,
      derive(
        family,
        { name: `events_per_active_day_${days}d`, description: `Events per active day ${inWords(now)}`, unit: 'ratio' },
        { formula: 'ratio', from: [events, active] },
      ),
      decayOf(events, earlier.events, { name: `event_decay_${days}d`, what: 'Events', days }),
      decayOf(active, earlier.active, { name: `active_day_decay_${days}d`, what: 'Days with any event', days }),
      decayOf(logins, earlier.logins, { name: `login_decay_${days}d`, what: 'Logins', days }),
      decayOf(loginDays, earlier.loginDays, { name: `login_day_decay_${days}d`, what: 'Days with a login', days }),
      decayOf(views, earlier.views, { name: `view_decay_${days}d`, what: 'Views', days }),
      ...slope.features,
      gap,
      derive(
        family,
        {
          name: `longest_silence_${days}d`,
          description: `Longest run of days without activity ${inWords(now)}, the present one included`,
          unit: 'days',
          actionable: true,
        },
        { formula: 'largest', from: [gap, recency] },
      ),
    ],
    trends: further.trends,
    supporting: [...Object.values(earlier), ...slope.supporting, ...further.supporting, recency],
  }
}

function daysWithLogin(where: Condition, window: Window): Feature {
  return measure(
    family,
    {
      name: `login_days_${suffix(window)}`,
      description: `Days with a login ${inWords(window)}`,
      unit: 'days',
      actionable: true,
    },
    { measure: 'activeDays', where },
    window,
  )
}

function longestAbsence(window: Window): Feature {
  return measure(
    family,
    {
      name: `longest_absence_${suffix(window)}`,
      description: `Longest stretch between two active days ${inWords(window)}`,
      unit: 'days',
    },
    { measure: 'gaps', of: 'max' },
    window,
  )
}

function recentWithin(window: Window): Feature {
  return measure(
    family,
    {
      name: `days_since_event_within_${suffix(window)}`,
      description: `Days since the last event ${inWords(window)}; empty if there was none`,
      unit: 'days',
    },
    { measure: 'last' },
    window,
  )
}
