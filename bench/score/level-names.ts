import type { Dataset } from '../../core/dataset.ts'

/** By category column the names of its levels: the model's file knows them by code. */
export function levelNames({ names, columns }: Dataset): Record<string, readonly string[]> {
  return Object.fromEntries(
    columns.flatMap((column, j) => (column.kind === 'category' ? [[names[j]!, column.levels]] : [])),
  )
}
