/** Quantile by linear interpolation (Hyndman and Fan type 7) of ascending `values`; q in [0, 1]; NaN when empty. */
export function quantileSorted(values: ArrayLike<number>, q: number): number {
  const n = values.length
  if (n === 0) return Number.NaN
  const position = (n - 1) * Math.min(Math.max(q, 0), 1)
  const below = Math.floor(position)
  const low = values[below]!
  const high = values[Math.min(below + 1, n - 1)]!
  return low === high ? low : low + (high - low) * (position - below)
}
