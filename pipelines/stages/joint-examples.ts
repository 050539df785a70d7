import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Column, gather, selectRows } from '../../core/dataset.ts'
import { readDataset } from '../../engines/read-dataset.ts'
import type { CompiledExamples, ExamplePlan, Prediction } from '../../features/plan.ts'
import type { StageContext } from '../context.ts'
import type { ContextCodes, ExampleRows } from './examples-type.ts'

/** The examples of one prediction, taken out of the rows of all when they are asked for. */
export interface PredictionExamples {
  readonly prediction: Prediction
  readonly rowCount: number
  /** A copy of the rows; 0 and 1 as labels, all 0 when scoring. */
  take(): { readonly rows: ExampleRows; readonly labels: Uint8Array }
}

type Place = Pick<StageContext, 'engine' | 'signal' | 'resources' | 'workDir'>

/** Reads the rows of several predictions once; in the order of `compiled.predictions`. */
export async function readJointExamples(
  context: Place,
  { select, columns, predictions }: CompiledExamples,
  { mode, folder: name }: { readonly mode: ExamplePlan['mode']; readonly folder: string },
): Promise<PredictionExamples[]> {
  const folder = join(context.workDir, name)
  await mkdir(folder, { recursive: true })
  const parts = await context.engine.pull(select, folder, { signal: context.signal })
  const features = columns.filter(({ role }) => role === 'feature' || role === 'input')
  const labelNames = predictions.flatMap(({ columns: { label, isExample } }) => [label, isExample!])
  const extra = [...new Set([...predictions.map(({ columns: { recentValue } }) => recentValue), ...labelNames])]
  const read = await readDataset(
    parts,
    {
      users: 'user_index',
      cutoffs: 'cutoff',
      features: [...features, ...extra.map((column) => ({ name: column, kind: 'number' as const }))],
      context: ['lifecycle_stage', 'channel_recent'],
    },
    { ...context.resources, tempDirectory: join(context.workDir, 'read'), signal: context.signal },
  )
  const { names, columns: values, ...rest } = read.dataset
  const dataset = { ...rest, names: names.slice(0, features.length), columns: values.slice(0, features.length) }
  const numbers = (column: string): Float32Array => numbersOf(values[names.indexOf(column)]!)
  const codes = (column: string): ContextCodes => read.context.find((one) => one.name === column)!
  return predictions.map((prediction) => {
    const { label, isExample, recentValue } = prediction.columns
    const rows = rowsWhere(numbers(isExample!))
    return {
      prediction,
      rowCount: rows.length,
      take: () => ({
        rows: {
          dataset: selectRows(dataset, rows),
          lifecycle: takeCodes(codes('lifecycle_stage'), rows),
          channel: takeCodes(codes('channel_recent'), rows),
          recentValue: gather(numbers(recentValue), rows, new Float32Array(rows.length)),
        },
        labels: mode === 'score' ? new Uint8Array(rows.length) : sharedLabels(numbers(label), rows),
      }),
    }
  })
}

function rowsWhere(isExample: Float32Array): Uint32Array {
  const rows = new Uint32Array(isExample.length)
  let length = 0
  for (let row = 0; row < isExample.length; row++) if (isExample[row] === 1) rows[length++] = row
  return rows.slice(0, length)
}

const takeCodes = ({ codes, levels }: ContextCodes, rows: Uint32Array): ContextCodes => ({
  codes: gather(codes, rows, new Uint16Array(rows.length)),
  levels,
})

function sharedLabels(values: Float32Array, rows: Uint32Array): Uint8Array {
  const labels = new Uint8Array(new SharedArrayBuffer(rows.length))
  for (let i = 0; i < rows.length; i++) labels[i] = values[rows[i]!]!
  return labels
}

function numbersOf(column: Column): Float32Array {
  return column.kind === 'number' ? column.values : new Float32Array(column.codes.length).fill(Number.NaN)
}
