import type { Column, Dataset } from '../core/dataset.ts'

export interface Comparison {
  /** Rows of the first that have one in the second. */
  readonly rows: number
  readonly values: number
  /** Those that have none. */
  readonly lost: number
  /** Features with at least one value that is not the same bits, and in how many rows; in the order of the dataset. */
  readonly differing: readonly { readonly feature: string; readonly rows: number }[]
}

interface RowsOf<T> {
  readonly dataset: Dataset
  readonly rows: T
}

/**
 * Compares rows of one dataset with rows of another of the same features, one by one and bit by bit; categories by level. NaN
 * equals NaN. A row of -1 in the second: there is none.
 */
export function differingFeatures(
  { dataset: first, rows }: RowsOf<Uint32Array>,
  { dataset: second, rows: others }: RowsOf<Int32Array>,
): Comparison {
  const pairs = [...rows].flatMap((row, i): [number, number][] => (others[i]! < 0 ? [] : [[row, others[i]!]]))
  const differing = first.names.flatMap((feature, j) => {
    const isSame = sameValue(first.columns[j]!, second.columns[second.names.indexOf(feature)])
    const count = pairs.filter(([row, other]) => !isSame(row, other)).length
    return count === 0 ? [] : [{ feature, rows: count }]
  })
  return { rows: pairs.length, values: pairs.length * first.names.length, lost: rows.length - pairs.length, differing }
}

function sameValue(a: Column, b: Column | undefined): (row: number, other: number) => boolean {
  if (b === undefined || a.kind !== b.kind) return () => false
  if (a.kind === 'number' && b.kind === 'number') return (row, other) => Object.is(a.values[row], b.values[other])
  if (a.kind === 'category' && b.kind === 'category')
    return (row, other) => a.levels[a.codes[row]!] === b.levels[b.codes[other]!]
  return () => false
}
