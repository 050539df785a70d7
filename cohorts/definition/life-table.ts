/** Silences by length: `returns[t]` ended after t days by a return, `censored[t]` were still silent after t days when the log ended. */
export interface LifeTable {
  readonly returns: Float64Array
  readonly censored: Float64Array
}

/** Kaplan-Meier (1958) over a life table; index t = days since the active day, 0 to the longest silence. */
export interface ReturnCurve {
  /** n_t: silences that lasted at least t days, or were censored at t or later. */
  readonly atRisk: Float64Array
  /** h_t = d_t / n_t; 0 where nobody is at risk. */
  readonly hazard: Float64Array
  /** S(t) = prod over s <= t of (1 - h_s): no return within t days. */
  readonly survival: Float64Array
  /** Greenwood (1926): sum over s <= t of d_s / (n_s (n_s - d_s)); Infinity once S(t) is 0. */
  readonly greenwood: Float64Array
}

export function returnCurve({ returns, censored }: LifeTable): ReturnCurve {
  const length = returns.length
  const atRisk = new Float64Array(length)
  for (let t = length - 1; t >= 0; t--) atRisk[t] = (atRisk[t + 1] ?? 0) + returns[t]! + censored[t]!
  const hazard = new Float64Array(length)
  const survival = new Float64Array(length)
  const greenwood = new Float64Array(length)
  let s = 1
  let variance = 0
  for (let t = 0; t < length; t++) {
    const n = atRisk[t]!
    const d = returns[t]!
    hazard[t] = n > 0 ? d / n : 0
    s *= 1 - hazard[t]!
    if (d > 0) variance += d === n ? Infinity : d / (n * (n - d))
    survival[t] = s
    greenwood[t] = variance
  }
  return { atRisk, hazard, survival, greenwood }
}

const z95 = 1.959963984540054

/**
 * 95 % interval of a survival probability s with `variance` of its logarithm, by the complementary log-log transform
 * (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, sec. 1.4): stays inside [0, 1]. NaN for s = 0 or 1.
 */
export function survivalInterval(s: number, variance: number): readonly [low: number, high: number] {
  if (!(s > 0 && s < 1)) return [Number.NaN, Number.NaN]
  const reach = (z95 * Math.sqrt(variance)) / Math.abs(Math.log(s))
  return [s ** Math.exp(reach), s ** Math.exp(-reach)]
}
