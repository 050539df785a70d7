import type { Feature, Window } from '../definition.ts'
import type { FamilyFeatures } from './context.ts'
import { derive, trendParts, trendWords } from './make.ts'

/** A count or sum, whatever the window. */
export interface Counted {
  /** What the slope's name begins with: `login` gives `login_slope_30d`. */
  readonly name: string
  /** In the plural, as a sentence begins: `Logins`. */
  readonly what: string
  readonly of: (window: Window) => Feature
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

/** Slopes that are made only where the config asks for them (`features.trends`). */
export function furtherSlopes(counted: readonly Counted[], days: number): FamilyFeatures {
  const made = counted.map((one) => slopeOf(one, days))
  return {
    features: [],
    supporting: made.flatMap(({ supporting }) => supporting),
    trends: made.flatMap(({ features }) => features),
  }
}
