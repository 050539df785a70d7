import { userHash } from '../evaluation/user-fold.ts'

/** Salt of the global hold-out; changing it changes who is left alone. */
export const holdoutSalt = 'holdout'

/**
 * Whether the user belongs to the global hold-out: who is left alone in every campaign, so that their effect can be
 * measured. Depends on id, fraction and salt alone, never on scores, order or other users; who is held out at a smaller
 * fraction is held out at every larger one. `userId` is the id as text. Throws a RangeError unless fraction is in [0, 1].
 */
export function isHeldOut(userId: string, fraction: number, salt: string = holdoutSalt): boolean {
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`isHeldOut: fraction must be in [0, 1], got ${fraction}`)
  return userHash(userId, salt) < fraction
}

/** 1 = held out, one byte per user. */
export function heldOut(userIds: readonly string[], fraction: number, salt: string = holdoutSalt): Uint8Array {
  return Uint8Array.from(userIds, (userId) => (isHeldOut(userId, fraction, salt) ? 1 : 0))
}
