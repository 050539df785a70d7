/** Days within which those called churned may still come back: long enough to see it, short enough for the log. */
export function followUpFor(horizonDays: number, spanDays: number): number {
  return Math.max(horizonDays, Math.min(180, Math.floor(spanDays / 4)))
}

/**
 * The lengths of silence that the lab looks at, ascending: every day of the first fortnight, then wider and wider steps, up to
 * `maxDays` or to where a horizon still fits into the log. `extra` (what the config says) is always among them.
 */
export function labLengths(options: {
  readonly spanDays: number
  readonly horizonDays: number
  readonly maxDays: number | null
  readonly extra: number | null
}): number[] {
  const { spanDays, horizonDays, maxDays, extra } = options
  const last = Math.min(maxDays ?? 730, spanDays - horizonDays - 1)
  const lengths = new Set<number>()
  for (let days = 1; days <= last; days += stepAfter(days)) lengths.add(days)
  if (extra !== null && extra <= last) lengths.add(extra)
  return [...lengths].sort((a, b) => a - b)
}

function stepAfter(days: number): number {
  if (days < 14) return 1
  if (days < 30) return 2
  if (days < 90) return 5
  if (days < 180) return 10
  return 30
}

/** Lengths for which churn rates by cutoff are worked out: those that people use, what the config says, what is recommended. */
export function ratedLengths(lengths: readonly number[], others: readonly (number | null)[]): number[] {
  const usual = [3, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150, 180, 270, 365]
  const last = lengths.at(-1) ?? 0
  const wanted = [...usual, ...others.filter((days) => days !== null)].filter((days) => days <= last)
  return [...new Set(wanted)].sort((a, b) => a - b)
}
