import type { Random } from '../core/random.ts'
import { denseUsers } from './trees/dense-users.ts'

/**
 * Draws `count(number of users)` users without replacement; by row: 1 = its user was drawn. Depends on the set of users alone,
 * not on the order of rows. Without sets of objects: a million rows take a tenth of a second.
 */
export function drawUsers(users: Uint32Array, random: Random, count: (distinct: number) => number): Uint8Array {
  const { users: distinct, placeOfRow } = denseUsers(users)
  const order = new Uint32Array(distinct.length)
  for (let place = 0; place < order.length; place++) order[place] = place
  const isDrawn = new Uint8Array(distinct.length)
  for (const place of random.shuffle(order).subarray(0, count(distinct.length))) isDrawn[place] = 1
  const rows = new Uint8Array(users.length)
  for (let row = 0; row < rows.length; row++) rows[row] = isDrawn[placeOfRow[row]!]!
  return rows
}
