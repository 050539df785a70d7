import type { Dataset } from '../../core/dataset.ts'

/** Rows whose weight is above 0, ascending; all rows where there are no weights. */
export function presentRows({ rowCount, weights }: Dataset): Uint32Array {
  const rows = new Uint32Array(rowCount)
  let count = 0
  for (let i = 0; i < rowCount; i++) if (weights === undefined || weights[i]! > 0) rows[count++] = i
  return count === rowCount ? rows : rows.slice(0, count)
}
