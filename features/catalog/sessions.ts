import type { Feature, SessionStatistic, Window } from '../definition.ts'
import type { FamilyFeatures } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { decayOf, eventCount } from './shared.ts'
import { furtherTrends } from './trends.ts'

const family = 'activity'

/** After so long a pause a new session begins. */
const inactivityMinutes = 30

const words: Readonly<Record<SessionStatistic, readonly [name: string, description: string, unit: string]>> = {
  count: ['session_count', 'Sessions (a pause of more than 30 minutes begins a new one)', 'count'],
  totalMinutes: ['session_minutes', 'Minutes from the first to the last event of each session, in all,', 'minutes'],
  meanMinutes: ['session_length', 'Usual minutes from the first to the last event of a session', 'minutes'],
}

function sessions(of: SessionStatistic, window: Window): Feature {
  const [name, description, unit] = words[of]
  return measure(
    family,
    { name: `${name}_${suffix(window)}`, description: `${description} ${inWords(window)}`, unit, actionable: true },
    { measure: 'sessions', of, inactivityMinutes },
    window,
  )
}

/** How many visits, how long, and whether they become fewer. */
export function sessionFeatures(days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const count = sessions('count', now)
  const minutes = sessions('totalMinutes', now)
  const [countEarlier, minutesEarlier] = [sessions('count', then), sessions('totalMinutes', then)]
  const slopes = furtherTrends(
    [
      { name: 'session', what: 'Sessions', of: (window) => sessions('count', window) },
      { name: 'session_minute', what: 'Minutes in sessions', of: (window) => sessions('totalMinutes', window) },
    ],
    days,
  )
  return {
    features: [
      count,
      minutes,
      sessions('meanMinutes', now),
      derive(
        family,
        { name: `events_per_session_${days}d`, description: `Events per session ${inWords(now)}`, unit: 'ratio' },
        { formula: 'ratio', from: [eventCount(now), count] },
      ),
      decayOf(count, countEarlier, { name: `session_decay_${days}d`, what: 'Sessions', days }),
      decayOf(minutes, minutesEarlier, { name: `session_minute_decay_${days}d`, what: 'Minutes in sessions', days }),
    ],
    trends: slopes.trends,
    supporting: [countEarlier, minutesEarlier, ...slopes.supporting],
  }
}
