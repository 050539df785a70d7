/**
 * Rows without a mark (0) and rows with one (1), each side in its order: `isMarked[i]` is about `rows[i]`, or about row i where no
 * rows are given.
 */
export function divideRows(isMarked: Uint8Array, rows?: Uint32Array): readonly [Uint32Array, Uint32Array] {
  const sides = [new Uint32Array(isMarked.length), new Uint32Array(isMarked.length)] as const
  const counts: [number, number] = [0, 0]
  for (let i = 0; i < isMarked.length; i++) {
    const side = isMarked[i] as 0 | 1
    sides[side][counts[side]++] = rows === undefined ? i : rows[i]!
  }
  return [sides[0].slice(0, counts[0]), sides[1].slice(0, counts[1])]
}
