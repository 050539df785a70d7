import { createHash } from 'node:crypto'

/**
 * A number in [0, 1) that belongs to this user and salt for ever: the first 52 bits of sha256(salt, NUL, id).
 * `userId` is the id as text (integers in decimal). Independent of the order of rows and of all other users.
 */
export function userHash(userId: string, salt: string): number {
  const digest = createHash('sha256').update(`${salt}\u0000${userId}`).digest()
  return (digest.readUInt32BE(0) * 2 ** 20 + (digest.readUInt32BE(4) >>> 12)) / 2 ** 52
}

/** The user's fold, 0 to folds - 1; equally likely. Throws a RangeError unless folds is a positive integer. */
export function userFold(userId: string, folds: number, salt: string): number {
  if (!Number.isInteger(folds) || folds < 1) throw new RangeError(`userFold: folds must be in [1, inf), got ${folds}`)
  return Math.floor(userHash(userId, salt) * folds)
}

/** `userFold` of every user; `folds` at most 65,536. */
export function userFoldsOf(userIds: readonly string[], folds: number, salt: string): Uint16Array {
  return Uint16Array.from(userIds, (userId) => userFold(userId, folds, salt))
}
