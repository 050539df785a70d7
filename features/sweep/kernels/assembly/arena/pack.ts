/*
 * Words of the records of a piece, put together from its columns. Sixteen rows at a time: rooms of columns and words are as
 * long as the longest piece, a multiple of that, and what is behind the last row is not looked at.
 */

/** into[i] = users[i] & mask */
export function maskUsers(users: usize, mask: i32, into: usize, rows: i32): void {
  const bits = i32x4.splat(mask)
  const end = into + ((<usize>rows) << 2)
  for (; into < end; into += 16, users += 16) v128.store(into, v128.and(v128.load(users), bits))
}

/** into[i] |= column[i] << shift, of unsigned bytes. */
export function addBytes(column: usize, shift: i32, into: usize, rows: i32): void {
  const end = into + ((<usize>rows) << 2)
  for (; into < end; into += 64, column += 16) {
    const bytes = v128.load(column)
    addEight(v128.extend_low<u8>(bytes), shift, into)
    addEight(v128.extend_high<u8>(bytes), shift, into + 32)
  }
}

/** The same of unsigned 16-bit values. */
export function addHalves(column: usize, shift: i32, into: usize, rows: i32): void {
  const end = into + ((<usize>rows) << 2)
  for (; into < end; into += 32, column += 16) addEight(v128.load(column), shift, into)
}

/** The same of 32-bit words. */
export function addWords(column: usize, shift: i32, into: usize, rows: i32): void {
  const end = into + ((<usize>rows) << 2)
  for (; into < end; into += 16, column += 16) addFour(v128.load(column), shift, into)
}

function addEight(halves: v128, shift: i32, into: usize): void {
  addFour(v128.extend_low<u16>(halves), shift, into)
  addFour(v128.extend_high<u16>(halves), shift, into + 16)
}

function addFour(words: v128, shift: i32, into: usize): void {
  v128.store(into, v128.or(v128.load(into), i32x4.shl(words, shift)))
}
