import { type Dataset, sharedFloat64 } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { Surroundings } from '../../core/stage.ts'
import { weighMemory } from '../../core/weigh-memory.ts'
import { loadCalibration } from '../../models/calibrators.ts'
import { type Reasons, strongestReasons } from '../../models/reasons.ts'
import { ModelBundle } from './bundle.ts'

export interface ScoreInput {
  /** Stands for the model: what is prepared of it for one part of the rows is there for the next. */
  readonly modelKey: string
  readonly bundle: Uint8Array
  readonly calibration: Json
  readonly dataset: Dataset
  /** Of all parts; explanations choose their way by it. */
  readonly rowsInAll: number
  /** How many reasons per user, 0 to 3. */
  readonly reasons: number
  /** Features that may be named as a reason. */
  readonly reasonFeatures: readonly string[]
}

export interface ScoreOutput {
  readonly raw: Float64Array
  readonly probability: Float64Array
  /** Null when the model has no contributions. Row-major, rows x reasons. */
  readonly reasons: Reasons | null
}

/** The model of the last call in this thread. */
let ready: { readonly key: string; readonly bundle: ModelBundle } | null = null

/** Scores and probabilities of all rows, and the features that push each user most towards churn. */
export async function scoreTask(input: ScoreInput, context: Surroundings): Promise<ScoreOutput> {
  if (ready?.key !== input.modelKey)
    ready = { key: input.modelKey, bundle: ModelBundle.unpack(input.bundle, 'shipped model') }
  const { bundle } = ready
  const { rowsInAll } = input
  const options = { signal: context.signal, threads: context.resources.threads, rowsInAll }
  weighMemory(input.dataset.rowCount * input.dataset.columns.length * Float32Array.BYTES_PER_ELEMENT)
  const raw = share(await bundle.predict(input.dataset, options))
  const probability = share(loadCalibration(input.calibration).apply(raw))
  const explanation = input.reasons === 0 ? null : bundle.explain(input.dataset, options)
  if (explanation === null) return { raw, probability, reasons: null }
  const reasons = await strongestReasons(explanation, { count: input.reasons, allowed: input.reasonFeatures })
  return { raw, probability, reasons }
}

function share(values: Float64Array): Float64Array {
  const shared = sharedFloat64(values.length)
  shared.set(values)
  return shared
}
