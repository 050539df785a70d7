import type { Random } from '../core/random.ts'

/** Fold of every row, in [0, folds), the rows of a user in one fold: distinct users, ascending, shuffled, dealt round. */
export function userFolds(users: Uint32Array, folds: number, random: Random): Uint8Array {
  const distinct = random.shuffle(Uint32Array.from(new Set(users)).sort())
  const foldOfUser = new Map<number, number>()
  for (const [k, user] of distinct.entries()) foldOfUser.set(user, k % folds)
  return Uint8Array.from(users, (user) => foldOfUser.get(user)!)
}
