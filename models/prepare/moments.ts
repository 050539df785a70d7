/** Weighted moments of the finite values. */
export interface Moments {
  /** Sum of weights of finite values, and their number. */
  readonly weight: number
  readonly count: number
  /** Largest and least; NaN when there are none. */
  readonly least: number
  readonly largest: number
  readonly mean: number
  /** Population standard deviation. */
  readonly deviation: number
  /** Third standardised moment; 0 for a constant. */
  readonly skewness: number
}

/** Two passes, so that large means do not cancel. Values that are not finite are left out; all NaN or 0 when none is. */
export function moments(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): Moments {
  let weight = 0
  let count = 0
  let total = 0
  let least = Infinity
  let largest = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    const w = weights === undefined ? 1 : weights[i]!
    weight += w
    count++
    total += w * value
    if (value < least) least = value
    if (value > largest) largest = value
  }
  if (count === 0) return { weight, count, least: NaN, largest: NaN, mean: NaN, deviation: 0, skewness: 0 }
  const mean = least === largest ? least : total / weight
  let second = 0
  let third = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    const difference = value - mean
    const part = (weights === undefined ? 1 : weights[i]!) * difference * difference
    second += part
    third += part * difference
  }
  const deviation = Math.sqrt(second / weight)
  const skewness = deviation > 0 ? third / weight / deviation ** 3 : 0
  return { weight, count, least, largest, mean, deviation, skewness }
}
