import type { Dataset } from '../core/dataset.ts'

export interface CutoffRows {
  /** Day number, as in the dataset. */
  readonly day: number
  /** Ascending. */
  readonly rows: Uint32Array
}

/** Rows of every cutoff, earliest first; of a cutoff with more than `mostRows` every k-th, so that at most so many are left. */
export function rowsByCutoff({ cutoffs }: Pick<Dataset, 'cutoffs'>, mostRows: number): CutoffRows[] {
  const byDay = new Map<number, number[]>()
  cutoffs.forEach((day, row) => {
    const rows = byDay.get(day) ?? []
    rows.push(row)
    byDay.set(day, rows)
  })
  return [...byDay]
    .sort(([a], [b]) => a - b)
    .map(([day, rows]) => {
      const step = Math.ceil(rows.length / mostRows)
      return { day, rows: Uint32Array.from(rows.filter((_, i) => i % step === 0)) }
    })
}
