/*
 * Words of the records of a piece, put together from its columns by a recipe of steps; a step is four words of 32 bits: what is done
 * (0 to 3 below), address of a column, mask or shift, address of the words. Sixteen rows at a time: rooms of columns and words are as
 * long as the longest piece, a multiple of that, and what is behind the last row is not looked at.
 */

export function pack(recipe: usize, steps: i32, rows: i32): void {
  for (const end = recipe + ((<usize>steps) << 4); recipe < end; recipe += 16) {
    const kind = load<i32>(recipe)
    const column = <usize>load<u32>(recipe, 4)
    const by = load<i32>(recipe, 8)
    const into = <usize>load<u32>(recipe, 12)
    if (kind === 0) maskUsers(column, by, into, rows)
    else if (kind === 1) addBytes(column, by, into, rows)
    else if (kind === 2) addHalves(column, by, into, rows)
    else addWords(column, by, into, rows)
  }
}

/** 0: into[i] = users[i] & mask */
function maskUsers(users: usize, mask: i32, into: usize, rows: i32): void {
  const bits = i32x4.splat(mask)
  const end = into + ((<usize>rows) << 2)
  for (; into < end; into += 16, users += 16) v128.store(into, v128.and(v128.load(users), bits))
}

/** 1: into[i] |= column[i] << shift, of unsigned bytes. */
function addBytes(column: usize, shift: i32, into: usize, rows: i32): void {
  const end = into + ((<usize>rows) << 2)
  for (; into < end; into += 64, column += 16) {
    const bytes = v128.load(column)
    addEight(v128.extend_low<u8>(bytes), shift, into)
    addEight(v128.extend_high<u8>(bytes), shift, into + 32)
  }
}

/** 2: the same of unsigned 16-bit values. */
function addHalves(column: usize, shift: i32, into: usize, rows: i32): void {
  const end = into + ((<usize>rows) << 2)
  for (; into < end; into += 32, column += 16) addEight(v128.load(column), shift, into)
}

/** 3: the same of 32-bit words. */
function addWords(column: usize, shift: i32, into: usize, rows: i32): void {
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
