import { join } from 'node:path'
import type { Column } from '../../core/dataset.ts'
import { readDataset } from '../../engines/read-dataset.ts'
import type { CompiledExamples, ExamplePlan, Prediction } from '../../features/plan.ts'
import type { StageContext } from '../context.ts'
import { examplesParts } from './examples-parts.ts'
import type { ContextCodes } from './examples-type.ts'
import { takeExamples, type TakenExamples } from './take-examples.ts'

/** The examples of one prediction, taken out of the rows of all when they are asked for. */
export interface PredictionExamples {
  readonly prediction: Prediction
  take(): TakenExamples
}

type Place = Pick<StageContext, 'engine' | 'signal' | 'resources' | 'workDir'>

/** Reads the rows of several predictions once; in the order of `compiled.predictions`. */
export async function readJointExamples(
  context: Place,
  compiled: CompiledExamples,
  { mode, folder: name }: { readonly mode: ExamplePlan['mode']; readonly folder: string },
): Promise<PredictionExamples[]> {
  const { columns, predictions } = compiled
  const parts = await examplesParts(context, compiled, name)
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
      order: 'cutoffs',
    },
    { ...context.resources, tempDirectory: join(context.workDir, 'read'), signal: context.signal },
  )
  const { names, columns: values, ...rest } = read.dataset
  const dataset = { ...rest, names: names.slice(0, features.length), columns: values.slice(0, features.length) }
  const numbers = (column: string): Float32Array => numbersOf(values[names.indexOf(column)]!)
  const codes = (column: string): ContextCodes => read.context.find((one) => one.name === column)!
  const all = { dataset, lifecycle: codes('lifecycle_stage'), channel: codes('channel_recent') }
  return predictions.map((prediction) => {
    const { label, isExample, recentValue } = prediction.columns
    const own = {
      isExample: numbers(isExample!),
      labels: mode === 'score' ? null : numbers(label),
      recentValue: numbers(recentValue),
    }
    return { prediction, take: () => takeExamples(all, own) }
  })
}

function numbersOf(column: Column): Float32Array {
  return column.kind === 'number' ? column.values : new Float32Array(column.codes.length).fill(Number.NaN)
}
