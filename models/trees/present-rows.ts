import type { Dataset } from '../../core/dataset.ts'

/** Rows whose weight is above 0, ascending; all rows where there are no weights. */
export function presentRows({ rowCount, weights }: Dataset): Uint32Array {
  const rows = Uint32Array.from({ length: rowCount }, (_, i) => i)
  return weights === undefined ? rows : rows.filter((row) => weights[row]! > 0)
}
