/**
 * Population stability index: sum of (p - q) ln(p / q) over bins, p and q the shares of two lists of counts (symmetric,
 * >= 0). A bin that is empty on one side counts as half a row there, so that it is finite; bins empty on both sides say
 * nothing. NaN when one side has no rows. Rule of thumb: below .1 little, above .25 a lot (Siddiqi 2006, ch. 9).
 */
export function populationStability(reference: readonly number[], now: readonly number[]): number {
  const shares = sharesOf(reference, now, 0.5)
  if (shares === null) return Number.NaN
  return shares.reduce((sum, [p, q]) => sum + (q - p) * Math.log(q / p), 0)
}

/**
 * Jensen-Shannon divergence in bits: H((p + q) / 2) - (H(p) + H(q)) / 2, from 0 (the same) to 1 (nothing in common)
 * (Lin 1991). NaN when one side has no rows.
 */
export function jensenShannon(reference: readonly number[], now: readonly number[]): number {
  const shares = sharesOf(reference, now, 0)
  if (shares === null) return Number.NaN
  const part = (p: number, m: number): number => (p === 0 ? 0 : p * Math.log2(p / m))
  const bits = shares.reduce((sum, [p, q]) => sum + (part(p, (p + q) / 2) + part(q, (p + q) / 2)) / 2, 0)
  return Math.min(1, Math.max(0, bits))
}

export interface Moments {
  /** NaN without values. */
  readonly mean: number
  /** Sample standard deviation (n - 1); 0 for one value. */
  readonly sd: number
}

/**
 * (mean now - mean then) / sqrt((sd then^2 + sd now^2) / 2) (Cohen 1988, 2.5; Austin 2009). 0 for two equal constants,
 * infinite for two different ones, NaN when one side has no values. Rule of thumb: .2 small, .5 medium, .8 large.
 */
export function standardisedMeanDifference(reference: Moments, now: Moments): number {
  const difference = now.mean - reference.mean
  return difference === 0 ? 0 : difference / Math.sqrt((reference.sd ** 2 + now.sd ** 2) / 2)
}

/** Cohen's h (1988, 6.2) between two shares in [0, 1]: 2 asin(sqrt(now)) - 2 asin(sqrt(then)), in [-pi, pi]; NaN for NaN. */
export function cohensH(reference: number, now: number): number {
  return 2 * Math.asin(Math.sqrt(now)) - 2 * Math.asin(Math.sqrt(reference))
}

/** Pairs of shares of the bins that hold anything; `empty` rows stand in for none. Null when one side has no rows. */
function sharesOf(reference: readonly number[], now: readonly number[], empty: number): [number, number][] | null {
  if (reference.length !== now.length)
    throw new RangeError(`drift: ${reference.length} and ${now.length} bins; both sides need the same`)
  if (!reference.some((count) => count > 0) || !now.some((count) => count > 0)) return null
  const filled = reference.flatMap((count, bin) =>
    count + now[bin]! > 0 ? [[count || empty, now[bin]! || empty]] : [],
  )
  const before = filled.reduce((sum, [count]) => sum + count!, 0)
  const after = filled.reduce((sum, [, count]) => sum + count!, 0)
  return filled.map(([a, b]) => [a! / before, b! / after])
}
