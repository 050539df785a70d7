import * as z from 'zod'
import type { Dataset } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { Classifier, Explanation, ModelDescription, PredictOptions, SavedModel } from '../estimator.ts'
import { explainInBlocks } from '../explanation.ts'
import { throwIfAborted } from '../guards.ts'
import { describeTerms } from '../prepare/describe-terms.ts'
import { fillTerms } from '../prepare/fill-terms.ts'
import { type Preparation, preparationSchema, termCount } from '../prepare/plan.ts'
import { planColumn } from '../prepare/prepare.ts'
import { bytesOf, doublesOf, headerOf } from '../saved.ts'

/** Logistic regression over prepared terms. */
export interface LinearModel {
  readonly estimator: string
  readonly preparation: Preparation
  /** One per term, intercept last. */
  readonly coefficients: Float64Array
  /** What a refit keeps, see ModelDescription. */
  readonly fixed: Readonly<Record<string, Json>>
}

const headerSchema = z.object({
  preparation: preparationSchema,
  fixed: z.record(z.string(), z.json()),
})

/** Rows whose terms are made at a time: the scratch arrays stay in cache. */
const chunkRows = 4096

export function linearClassifier(model: LinearModel): Classifier {
  const { estimator, preparation, coefficients, fixed } = model
  const intercept = coefficients[coefficients.length - 1]!
  return {
    estimator,
    async predict(x, options) {
      const z = new Float64Array(x.rowCount).fill(intercept)
      addFeatures(model, x, (_feature, row, value) => (z[row]! += value), options?.signal)
      return z.map(sigmoid)
    },
    save: () => ({
      header: { estimator, preparation, fixed },
      buffers: new Map([['coefficients', bytesOf(coefficients)]]),
    }),
    describe: () => describe(model),
    explain: (x, options) => explain(model, x, options),
  }
}

export function loadLinear(saved: SavedModel, estimator: string): Classifier {
  const { preparation, fixed } = headerOf(saved, headerSchema, estimator)
  const coefficients = doublesOf(saved, 'coefficients', termCount(preparation) + 1)
  return linearClassifier({ estimator, preparation, coefficients, fixed })
}

/** Calls `add` once per row and feature with the sum of the feature's terms times their coefficients. */
function addFeatures(
  { estimator, preparation, coefficients }: LinearModel,
  x: Dataset,
  add: (feature: number, row: number, value: number) => void,
  signal?: { readonly aborted: boolean },
): void {
  const where = `predict ${estimator}`
  const columns = preparation.features.map((plan) => planColumn(plan, x, where))
  let first = 0
  for (const [feature, plan] of preparation.features.entries()) {
    throwIfAborted(signal, where)
    const weights = coefficients.subarray(first, first + plan.terms.length)
    first += plan.terms.length
    if (weights.every((weight) => weight === 0)) continue
    const scratch = plan.terms.map(() => new Float32Array(Math.min(chunkRows, x.rowCount)))
    for (let start = 0; start < x.rowCount; start += chunkRows) {
      const rows = Math.min(chunkRows, x.rowCount - start)
      const into = scratch.map((values) => values.subarray(0, rows))
      fillTerms(plan, columns[feature]!, into, start)
      for (let i = 0; i < rows; i++) {
        let value = 0
        for (let k = 0; k < weights.length; k++) value += weights[k]! * into[k]![i]!
        add(feature, start + i, value)
      }
    }
  }
}

/** Terms are centred on train, so a feature adds 0 at its train mean, and the bias is the intercept. */
function explain(model: LinearModel, x: Dataset, options?: PredictOptions): Explanation {
  const names = model.preparation.features.map(({ feature }) => feature)
  const bias = model.coefficients[model.coefficients.length - 1]!
  const where = `explain ${model.estimator}`
  return explainInBlocks({ x, names, bias, where, signal: options?.signal }, (rows, values) =>
    addFeatures(model, rows, (feature, row, value) => (values[row * names.length + feature] = value)),
  )
}

function describe({ preparation, coefficients, fixed }: LinearModel): ModelDescription {
  const terms = describeTerms(preparation).map(({ term, feature, per, divisor }, k) => ({
    term,
    feature,
    coefficient: coefficients[k]! / divisor,
    per,
  }))
  return { fixed, coefficients: terms }
}
