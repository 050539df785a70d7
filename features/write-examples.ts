import type { Column } from '../core/dataset.ts'
import { type ParquetColumn, writeParquet } from '../engines/write-parquet.ts'
import type { SweptExamples } from './sweep.ts'

/**
 * Swept examples as Parquet: user_index, cutoff, label and churn_kind (not when scoring), the context columns, then the
 * features; numbers as FLOAT with NULL for missing. The same examples give the same bytes.
 */
export async function writeExamples(path: string, swept: SweptExamples, signal?: AbortSignal): Promise<void> {
  const { dataset, labels, churnKind } = swept
  const { codes, levels } = churnKind
  const features = dataset.names.map((name, at) => parquetColumn(name, dataset.columns[at]!))
  const context = [...swept.context].map(([name, column]) => parquetColumn(name, column))
  const labelled: ParquetColumn[] =
    labels === null
      ? []
      : [
          { name: 'label', type: 'integer', values: labels },
          { name: 'churn_kind', type: 'text', codes, levels },
        ]
  const keys: ParquetColumn[] = [
    { name: 'user_index', type: 'integer', values: dataset.users },
    { name: 'cutoff', type: 'date', values: dataset.cutoffs },
  ]
  await writeParquet(path, [...keys, ...labelled, ...context, ...features], signal)
}

function parquetColumn(name: string, column: Column): ParquetColumn {
  if (column.kind === 'number') return { name, type: 'number', values: column.values }
  return { name, type: 'text', codes: column.codes, levels: column.levels }
}
