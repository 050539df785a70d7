/** The rows that a tree is grown on, and the others. Together they are `rows`; both ascending when `rows` is. */
export interface RowSample {
  readonly drawn: Uint32Array
  readonly rest: Uint32Array
}

/**
 * Draws each row with probability `share` by a hash of its number and `seed`: the draw of a row depends on nothing else,
 * neither threads nor other rows. `share` 1 draws all. When chance draws none, all are taken.
 */
export function sampleRows(rows: Uint32Array, share: number, seed: number): RowSample {
  if (share >= 1) return { drawn: rows.slice(), rest: new Uint32Array() }
  const ceiling = share * 2 ** 32
  const drawn = new Uint32Array(rows.length)
  const rest = new Uint32Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (hash(row, seed) < ceiling) drawn[count++] = row
    else rest[i - count] = row
  }
  if (count === 0) return { drawn: rows.slice(), rest: new Uint32Array() }
  return { drawn: drawn.subarray(0, count), rest: rest.subarray(0, rows.length - count) }
}

/** 32 well-mixed bits (the finaliser of MurmurHash3, Appleby 2011). */
function hash(row: number, seed: number): number {
  let bits = Math.imul(row + 1, 0x9e3779b1) ^ seed
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
