import type { Column, Dataset } from '../core/dataset.ts'

export interface Comparison {
  /** Rows of `first` that were looked up in `second`, by user; both hold one row per user. */
  readonly rows: number
  readonly values: number
  /** Users of `first` whom `second` lacks. */
  readonly lost: number
  /** Features with at least one value that is not the same bits, and in how many rows; in the order of the dataset. */
  readonly differing: readonly { readonly feature: string; readonly rows: number }[]
}

/**
 * Compares the rows `rows` of one dataset with those of the same users in another of the same features, bit by bit;
 * categories by level. NaN equals NaN.
 */
export function differingFeatures(first: Dataset, rows: Uint32Array, second: Dataset): Comparison {
  const place = new Map<number, number>()
  second.users.forEach((user, row) => place.set(user, row))
  const pairs = [...rows].flatMap((row): [number, number][] => {
    const other = place.get(first.users[row]!)
    return other === undefined ? [] : [[row, other]]
  })
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
