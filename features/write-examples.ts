import type { Column } from '../core/dataset.ts'
import { type PieceEncoder, type ParquetColumn, writeParquet } from '../engines/write-parquet.ts'
import type { SweptExamples, SweptPrediction } from './sweep.ts'

/**
 * Swept examples as Parquet: user_index, cutoff, label and churn_kind (not when scoring), of several predictions those of
 * each with what says whose examples the rows are, the context columns, then the features; numbers as FLOAT with NULL for
 * missing. The same examples give the same bytes.
 */
export async function writeExamples(
  path: string,
  swept: Omit<SweptExamples, 'cleanup'>,
  options: { readonly signal?: AbortSignal; readonly encoder?: PieceEncoder } = {},
): Promise<void> {
  const { dataset } = swept
  const features = dataset.names.map((name, at) => parquetColumn(name, dataset.columns[at]!))
  const context = [...swept.context].map(([name, column]) => parquetColumn(name, column))
  const labelled = swept.predictions.flatMap(labelColumns)
  const keys: ParquetColumn[] = [
    { name: 'user_index', type: 'integer', values: dataset.users },
    { name: 'cutoff', type: 'date', values: dataset.cutoffs },
  ]
  await writeParquet(path, [...keys, ...labelled, ...context, ...features], options)
}

/** A label is 0 where `is_example` says that the row is none. */
function labelColumns({ labels, isExample, churnKind, columns }: SweptPrediction): ParquetColumn[] {
  const example: ParquetColumn[] =
    isExample === null ? [] : [{ name: columns.isExample!, type: 'integer', values: isExample }]
  if (labels === null) return example
  return [
    { name: columns.label, type: 'integer', values: labels },
    { name: columns.churnKind, type: 'text', codes: churnKind.codes, levels: churnKind.levels },
    ...example,
  ]
}

function parquetColumn(name: string, column: Column): ParquetColumn {
  if (column.kind === 'number') return { name, type: 'number', values: column.values }
  return { name, type: 'text', codes: column.codes, levels: column.levels }
}
