import type { Random } from '../core/random.ts'
import { denseUsers } from './trees/dense-users.ts'

/** Fold of every row, in [0, folds), the rows of a user in one fold: distinct users, ascending, shuffled, dealt round. */
export function userFolds(users: Uint32Array, folds: number, random: Random): Uint8Array {
  const { users: distinct, placeOfRow } = denseUsers(users)
  const order = new Uint32Array(distinct.length)
  for (let place = 0; place < order.length; place++) order[place] = place
  const foldOfPlace = new Uint8Array(distinct.length)
  for (const [k, place] of random.shuffle(order).entries()) foldOfPlace[place] = k % folds
  const foldOfRow = new Uint8Array(users.length)
  for (let row = 0; row < users.length; row++) foldOfRow[row] = foldOfPlace[placeOfRow[row]!]!
  return foldOfRow
}
