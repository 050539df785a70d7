/** Poisson count for a uniform in [0, 1) by inversion; `mean` up to about 50. */
export function poisson(mean: number, uniform: number): number {
  let term = Math.exp(-mean)
  let left = uniform - term
  let count = 0
  while (left >= 0 && term > 1e-18) {
    count += 1
    term *= mean / count
    left -= term
  }
  return count
}
