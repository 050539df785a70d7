import type { Dataset } from '../../core/dataset.ts'

/** The first `rowCount` rows, on the same memory. */
export function firstRows(x: Dataset, rowCount: number): Dataset {
  return {
    ...x,
    rowCount,
    columns: x.columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: column.values.subarray(0, rowCount) }
        : { ...column, codes: column.codes.subarray(0, rowCount) },
    ),
    users: x.users.subarray(0, rowCount),
    cutoffs: x.cutoffs.subarray(0, rowCount),
  }
}
