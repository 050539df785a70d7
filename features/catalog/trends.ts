import type { Feature, Window } from '../definition.ts'
import type { FamilyFeatures } from './context.ts'
import { derive, inWords, last, trendParts, trendWords } from './make.ts'
import { tenureDays } from './shared.ts'

/** A count or sum, whatever the window. */
export interface Counted {
  /** What the slope's name begins with: `login` gives `login_slope_30d`. */
  readonly name: string
  /** In the plural, as a sentence begins: `Logins`. */
  readonly what: string
  readonly of: (window: Window) => Feature
  /** False: no matter of the days since the first event, such as different levels or changes of attributes. */
  readonly isRated?: boolean
}

/** The slope of a count or sum over the weeks (or other parts) of a lookback, and these parts; none below 4 days. */
export function slopeOf({ name, what, of }: Counted, days: number): FamilyFeatures {
  if (days < 4) return { features: [], supporting: [] }
  const parts = trendParts(days)
  const periods = parts.map(of)
  const slope = derive(
    periods[0]!.family,
    {
      name: `${name}_slope_${days}d`,
      description: `Trend of ${what.slice(0, 1).toLowerCase()}${what.slice(1)} over the last ${trendWords(parts)}`,
      unit: periods[0]!.unit,
      actionable: true,
    },
    { formula: 'slope', from: periods },
  )
  return { features: [slope], supporting: periods }
}

/** Their rates are always made, by the family `lifecycle`. */
const alwaysRated = new Set(['active_day', 'login'])

/** Slopes and rates that are made only where the config asks for them (`features.trends`). */
export function furtherTrends(counted: readonly Counted[], days: number): FamilyFeatures {
  const made = counted.map((one) => slopeOf(one, days))
  const rated = counted.filter((one) => one.isRated !== false && !alwaysRated.has(one.name))
  return {
    features: [],
    supporting: [...made.flatMap(({ supporting }) => supporting), ...rated.map(({ of }) => of(last(days))), tenureDays],
    trends: [...made.flatMap(({ features }) => features), ...rated.map((one) => rateOf(one, days))],
  }
}

/** A count or sum per day of a lookback, or of the time since the first event where that is shorter. */
function rateOf({ name, what, of }: Counted, days: number): Feature {
  const now = of(last(days))
  return derive(
    now.family,
    {
      name: `${name}_per_day_${days}d`,
      description: `${what} per day ${inWords(last(days))}, or since the first event if that is later`,
      unit: now.unit === 'currency' ? 'currency per day' : 'per day',
      actionable: true,
    },
    { formula: 'rate', from: [now, tenureDays], limit: days },
  )
}
