import type { Random } from '../core/random.ts'
import { shuffleUsers } from './shuffle-users.ts'

/**
 * Draws `count(number of users)` users without replacement; by row: 1 = its user was drawn. Depends on the set of users alone,
 * not on the order of rows.
 */
export function drawUsers(users: Uint32Array, random: Random, count: (distinct: number) => number): Uint8Array {
  const { order, placeOfRow } = shuffleUsers(users, random)
  const isDrawn = new Uint8Array(order.length)
  for (const place of order.subarray(0, count(order.length))) isDrawn[place] = 1
  const rows = new Uint8Array(users.length)
  for (let row = 0; row < rows.length; row++) rows[row] = isDrawn[placeOfRow[row]!]!
  return rows
}
