import type { ShareWithInterval } from '../../core/definition-lab.ts'
import { type ReturnCurve, survivalInterval } from './life-table.ts'

/**
 * P(return within `withinDays` | silent for `silenceDays` days) = 1 - S(N + H) / S(N); null where the log does not reach so far
 * (nobody at risk on day N + H) or everybody has returned before. `variance` is that of ln(S(N + H) / S(N)).
 */
export function returnChance(
  curve: ReturnCurve,
  window: { readonly silenceDays: number; readonly withinDays: number },
  variance: number,
): ShareWithInterval | null {
  const { silenceDays, withinDays } = window
  const end = silenceDays + withinDays
  const start = curve.survival[silenceDays]
  if (start === undefined || !(start > 0) || !((curve.atRisk[end] ?? 0) > 0)) return null
  const stay = curve.survival[end]! / start
  if (stay >= 1) return { value: 0, low: 0, high: Math.min(1, 3 / curve.atRisk[end]!) } // the rule of three
  if (stay <= 0) return { value: 1, low: 1, high: 1 }
  const [low, high] = survivalInterval(stay, variance)
  return { value: 1 - stay, low: 1 - high, high: 1 - low }
}

/**
 * What a silence adds to the logarithm of S(N + H) / S(N), as integers of 1 / `scale`, so that sums do not depend on their order:
 * with w_t = 1 / (n_t (1 - h_t)) and A(t) = sum over s <= t of h_s w_s, a silence longer than N days adds
 * A(min(D, N + H)) - A(N), less w_D where it ended by a return on day D <= N + H. The sum of squares of a user's sums is the
 * variance that allows for the likeness of one user's silences
 * (Williams 1995, Product-limit survival functions with correlated survival times); with one silence a user it is Greenwood's.
 */
export interface InfluenceTable {
  readonly scale: number
  /** By day t. */
  readonly weight: BigInt64Array
  readonly sum: BigInt64Array
}

/** `mostPerUser`: silences of the busiest user. The scale keeps the square of any user's sum below 2^63. */
export function influenceTable(curve: ReturnCurve, mostPerUser: number): InfluenceTable {
  const length = curve.hazard.length
  const weights = Float64Array.from(curve.hazard, (h, t) => {
    const n = curve.atRisk[t]!
    return n > 0 && h < 1 ? 1 / (n * (1 - h)) : 0
  })
  const sums = new Float64Array(length)
  for (let t = 1; t < length; t++) sums[t] = sums[t - 1]! + curve.hazard[t]! * weights[t]!
  const largest = weights.reduce((most, one) => Math.max(most, one), 0) + (sums.at(-1) ?? 0)
  const scale = Math.min(1e12, Math.floor(3e9 / Math.max(1e-9, largest * Math.max(1, mostPerUser))))
  const scaled = (value: number): bigint => BigInt(Math.round(value * scale))
  return { scale, weight: BigInt64Array.from(weights, scaled), sum: BigInt64Array.from(sums, scaled) }
}
