/**
 * Where rows go that come in any order and shall lie by cutoff, rows of one cutoff in the order in which they come.
 * Cutoffs are days since 1970-01-01.
 */
export class CutoffPlaces {
  private readonly next = new Uint32Array(2 ** 16)

  /** How many rows each cutoff has. */
  constructor(rows: ReadonlyMap<number, number>) {
    let first = 0
    for (const [cutoff, count] of [...rows].sort(([a], [b]) => a - b)) {
      this.next[cutoff] = first
      first += count
    }
  }

  /** Places of the next rows. */
  take(cutoffs: ArrayLike<number>): Uint32Array {
    const { next } = this
    return Uint32Array.from({ length: cutoffs.length }, (_, i) => next[cutoffs[i]!]!++)
  }
}
