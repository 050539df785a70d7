/**
 * Standard error of the weighted mean of `losses - other`, row by row, with the rows of a user added up first (users are
 * independent, rows of one user are not). Absent weights = all 1. Infinity with fewer than two users: nothing is known.
 */
export function pairedError(
  losses: Float64Array,
  other: Float64Array,
  { users, weights }: { users: Uint32Array; weights?: Float64Array },
): number {
  const weightOf = (row: number): number => (weights === undefined ? 1 : weights[row]!)
  let total = 0
  let difference = 0
  for (let i = 0; i < losses.length; i++) {
    total += weightOf(i)
    difference += weightOf(i) * (losses[i]! - other[i]!)
  }
  const mean = difference / total
  const byUser = new Map<number, number>()
  for (let i = 0; i < losses.length; i++)
    if (weightOf(i) > 0)
      byUser.set(users[i]!, (byUser.get(users[i]!) ?? 0) + weightOf(i) * (losses[i]! - other[i]! - mean))
  const squares = [...byUser.values()].reduce((sum, value) => sum + value * value, 0)
  const userCount = byUser.size
  return userCount < 2 ? Infinity : Math.sqrt((squares * userCount) / (userCount - 1)) / total
}
