/** log(p / (1 - p)); p is first clipped to [limit, 1 - limit] (default 1e-12), so that the result is finite. */
export function logit(p: number, limit = 1e-12): number {
  const clipped = Math.min(Math.max(p, limit), 1 - limit)
  return Math.log(clipped / (1 - clipped))
}
