export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Of a sample: divided by one less than there are. */
export function variance(values: ArrayLike<number>): number {
  const middle = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - middle) ** 2
  return sum / (values.length - 1)
}

/** The 97.5 % quantile of Student's distribution, by its expansion around the normal one (Fisher 1925); within .01 from 4 degrees on. */
export function studentBound(freedom: number): number {
  const z = 1.959964
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ]
  return terms.reduce((sum, term, k) => sum + term / freedom ** (k + 1), z)
}
