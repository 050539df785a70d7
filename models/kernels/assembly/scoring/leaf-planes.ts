/**
 * Which leaf 64 rows at a time fall into, without a walk: QuickScorer (Lucchese et al. 2015) on bytes. Leaves are numbered
 * from left to right; a row that goes right at a node cannot end in a leaf of the node's left side; of the leaves that no node
 * rules out, the first is the row's. Eight leaves are a plane: one bit each in a byte per row, 16 rows in a vector.
 *
 * The program of a tree, 32-bit words: planes P; then, from the last plane to the first: cuts C, sets S, C cuts of two words
 * (offset of the column; bytes: least byte that goes right, what is added to the row's byte before, leaves of the plane that are
 * ruled out, 0) and S sets of ten (offset, leaves ruled out, 256 bits: 1 = left).
 */
export function leavesByPlanes(program: usize, rows: usize, bytes: usize, leaves: usize): void {
  for (let row: usize = 0; row < rows; row += 64) leavesOf64(program, bytes + row, leaves + row)
}

function rightOfCut(bytes: usize, shift: v128, least: v128, leaves: v128): v128 {
  return v128.and(i8x16.ge_u(i8x16.add(v128.load(bytes), shift), least), leaves)
}

function leavesOf64(program: usize, bytes: usize, leaves: usize): void {
  let at = program + 4
  let first = i8x16.splat(0)
  let second = first
  let third = first
  let fourth = first
  for (let plane = load<u32>(program); plane > 0; plane--) {
    const base = i8x16.splat(<i8>((plane - 1) << 3))
    let a = i8x16.splat(-1)
    let b = a
    let c = a
    let d = a
    const cuts = <usize>load<u32>(at)
    const sets = <usize>load<u32>(at, 4)
    at += 8
    const endOfCuts = at + (cuts << 3)
    for (; at < endOfCuts; at += 8) {
      const column = bytes + <usize>load<u32>(at)
      const least = v128.load8_splat(at, 4)
      const shift = v128.load8_splat(at, 5)
      const ruledOut = v128.load8_splat(at, 6)
      a = v128.andnot(a, rightOfCut(column, shift, least, ruledOut))
      b = v128.andnot(b, rightOfCut(column + 16, shift, least, ruledOut))
      c = v128.andnot(c, rightOfCut(column + 32, shift, least, ruledOut))
      d = v128.andnot(d, rightOfCut(column + 48, shift, least, ruledOut))
    }
    const endOfSets = at + sets * 40
    for (; at < endOfSets; at += 40) {
      const column = bytes + <usize>load<u32>(at)
      const ruledOut = v128.load8_splat(at, 4)
      const low = v128.load(at, 8)
      const high = v128.load(at, 24)
      a = v128.andnot(a, v128.and(rightOfSet(v128.load(column), low, high), ruledOut))
      b = v128.andnot(b, v128.and(rightOfSet(v128.load(column, 16), low, high), ruledOut))
      c = v128.andnot(c, v128.and(rightOfSet(v128.load(column, 32), low, high), ruledOut))
      d = v128.andnot(d, v128.and(rightOfSet(v128.load(column, 48), low, high), ruledOut))
    }
    first = firstOf(a, base, first)
    second = firstOf(b, base, second)
    third = firstOf(c, base, third)
    fourth = firstOf(d, base, fourth)
  }
  v128.store(leaves, first)
  v128.store(leaves, second, 16)
  v128.store(leaves, third, 32)
  v128.store(leaves, fourth, 48)
}

/** All ones where the byte's bit among the 256 of `low` and `high` is 0. */
function rightOfSet(bytes: v128, low: v128, high: v128): v128 {
  const place = i8x16.shr_u(bytes, 3)
  const eight = v128.or(v128.swizzle(low, place), v128.swizzle(high, i8x16.sub(place, i8x16.splat(16))))
  const bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0)
  const bit = v128.swizzle(bits, v128.and(bytes, i8x16.splat(7)))
  return i8x16.eq(v128.and(eight, bit), i8x16.splat(0))
}

/** The number of the first leaf that is left in the plane, or what later planes said where none is. */
function firstOf(plane: v128, base: v128, later: v128): v128 {
  const below = v128.andnot(i8x16.sub(plane, i8x16.splat(1)), plane)
  const number = i8x16.add(i8x16.popcnt(below), base)
  return v128.bitselect(later, number, i8x16.eq(plane, i8x16.splat(0)))
}

/** scores[row] += values[leaves[row]]. */
export function addLeafValues(leaves: usize, rows: usize, values: usize, scores: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const score = scores + (row << 3)
    store<f64>(score, load<f64>(score) + load<f64>(values + ((<usize>load<u8>(leaves + row)) << 3)))
  }
}
