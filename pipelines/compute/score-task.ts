import { type Dataset, sharedFloat64 } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { Surroundings } from '../../core/stage.ts'
import { loadCalibration } from '../../models/calibrators.ts'
import { type Reasons, strongestReasons } from '../../models/reasons.ts'
import { ModelBundle } from './bundle.ts'

export interface ScoreInput {
  readonly bundle: Uint8Array
  readonly calibration: Json
  readonly dataset: Dataset
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

/** Scores and probabilities of all rows, and the features that push each user most towards churn. */
export async function scoreTask(input: ScoreInput, context: Surroundings): Promise<ScoreOutput> {
  const bundle = ModelBundle.unpack(input.bundle, 'shipped model')
  const options = { signal: context.signal, threads: context.resources.threads }
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
