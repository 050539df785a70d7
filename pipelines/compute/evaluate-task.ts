import type { CurveFiles, SliceReport } from '../../core/artifacts.ts'
import { type Labels, gather } from '../../core/dataset.ts'
import type { Surroundings } from '../../core/stage.ts'
import { type EvaluatedModel, evaluateModels } from '../../evaluation/bootstrap.ts'
import { curveFiles } from '../../evaluation/curves.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { type Slice, evaluateSlices } from '../../evaluation/slices.ts'

export interface EvaluateInput {
  readonly part: string
  readonly labels: Labels
  readonly users: Uint32Array
  /** Rows of the part. */
  readonly rows: Uint32Array
  readonly models: readonly {
    readonly name: string
    readonly probabilities: Float64Array
    readonly threshold: number
  }[]
  readonly metrics: readonly string[]
  readonly replicates: number
  /** Also the curves of every model. */
  readonly withCurves: boolean
  /** Also these slices of one model; codes by row of the dataset. */
  readonly slices?: { readonly model: string; readonly slices: readonly Slice[] }
}

export interface EvaluateOutput {
  readonly evaluated: readonly EvaluatedModel[]
  readonly curves: Omit<CurveFiles, 'scores'> | null
  readonly slices: SliceReport | null
}

/** Metrics with intervals of all models on one part, on the same resampled users. */
export async function evaluateTask(input: EvaluateInput, context: Surroundings): Promise<EvaluateOutput> {
  const { rows, replicates } = input
  const { signal } = context
  const y = gather(input.labels, rows, new Uint8Array(rows.length))
  const users = gather(input.users, rows, new Uint32Array(rows.length))
  const metrics = input.metrics.map((name) => metricByName(name))
  const models = input.models.map(({ name, probabilities, threshold }) => ({
    name,
    threshold,
    p: gather(probabilities, rows, new Float64Array(rows.length)),
  }))
  const emit: Surroundings['emit'] = (event) => context.emit({ ...event, name: `evaluate/${input.part}` })
  const evaluated = await evaluateModels({
    y,
    users,
    models,
    metrics,
    replicates,
    random: context.random.child('users'),
    signal,
    emit,
  })
  const curves = input.withCurves ? curveFiles({ y, models }) : null
  if (input.slices === undefined) return { evaluated, curves, slices: null }
  const { p, threshold } = models.find(({ name }) => name === input.slices!.model)!
  const slices = await evaluateSlices({
    model: input.slices.model,
    y,
    p,
    users,
    threshold,
    metrics,
    replicates,
    slices: input.slices.slices.map((slice) => ({
      ...slice,
      codes: gather(Uint16Array.from(slice.codes), rows, new Uint16Array(rows.length)),
    })),
    random: context.random.child('slices'),
    signal,
    emit,
  })
  return { evaluated, curves, slices }
}
