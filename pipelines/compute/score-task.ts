import { type Dataset, sharedFloat64 } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { Surroundings } from '../../core/stage.ts'
import { loadCalibration } from '../../models/calibrators.ts'
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

export interface Reasons {
  /** Names that `features` indexes. */
  readonly names: readonly string[]
  /** Index into `names`; -1 = no further feature pushes this user towards churn. */
  readonly features: Int32Array
  /** Log-odds, > 0; 0 where the feature is -1. */
  readonly contributions: Float64Array
}

/** Scores and probabilities of all rows, and the features that push each user most towards churn. */
export async function scoreTask(input: ScoreInput, context: Surroundings): Promise<ScoreOutput> {
  const bundle = ModelBundle.unpack(input.bundle, 'shipped model')
  const raw = share(await bundle.predict(input.dataset, context.signal))
  const probability = share(loadCalibration(input.calibration).apply(raw))
  return { raw, probability, reasons: input.reasons === 0 ? null : reasonsOf(bundle, input) }
}

function reasonsOf(bundle: ModelBundle, input: ScoreInput): Reasons | null {
  const contributions = bundle.contributions(input.dataset)
  if (contributions === null) return null
  const { names, values } = contributions
  const allowed = new Set(input.reasonFeatures)
  const candidates = names.flatMap((name, j) => (allowed.has(name) ? [j] : []))
  const rows = input.dataset.rowCount
  const count = input.reasons
  const features = new Int32Array(rows * count).fill(-1)
  const strengths = new Float64Array(rows * count)
  for (let row = 0; row < rows; row++) {
    const start = row * count
    for (const j of candidates) {
      const value = values[row * names.length + j]!
      if (!(value > 0)) continue
      let at = count
      while (at > 0 && value > strengths[start + at - 1]!) at--
      if (at === count) continue
      strengths.copyWithin(start + at + 1, start + at, start + count - 1)
      features.copyWithin(start + at + 1, start + at, start + count - 1)
      strengths[start + at] = value
      features[start + at] = j
    }
  }
  return { names, features, contributions: strengths }
}

function share(values: Float64Array): Float64Array {
  const shared = sharedFloat64(values.length)
  shared.set(values)
  return shared
}
