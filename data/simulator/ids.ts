/** A user's id of the shop, and one per channel: bijections of the index, so that ids never collide and say nothing. */
export const userId = (index: number): string => `u${String(index + 1).padStart(8, '0')}`
export const appUserId = (index: number): string => `a-${scramble(index, 0x9e37_79b1)}`
export const webUserId = (index: number): string => `w-${scramble(index, 0x85eb_ca6b)}`

/** Multiplication by an odd number modulo 2^32 visits every number once. */
function scramble(index: number, odd: number): string {
  return (Math.imul(index + 1, odd) >>> 0).toString(16).padStart(8, '0')
}
