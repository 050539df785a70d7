import type { Random } from '../core/random.ts'
import { shuffleUsers } from './shuffle-users.ts'

/** Fold of every row, in [0, folds), the rows of a user in one fold: distinct users, ascending, shuffled, dealt round. */
export function userFolds(users: Uint32Array, folds: number, random: Random): Uint8Array {
  const { order, placeOfRow } = shuffleUsers(users, random)
  const foldOfPlace = new Uint8Array(order.length)
  for (const [k, place] of order.entries()) foldOfPlace[place] = k % folds
  const foldOfRow = new Uint8Array(users.length)
  for (let row = 0; row < users.length; row++) foldOfRow[row] = foldOfPlace[placeOfRow[row]!]!
  return foldOfRow
}
