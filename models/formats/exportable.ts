import * as z from 'zod'
import { EbbError } from '../../core/errors.ts'
import type { SavedModel } from '../estimator.ts'
import { type Preparation, preparationSchema, termCount } from '../prepare/plan.ts'
import { doublesOf, estimatorOf, headerOf } from '../saved.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import type { Tree } from '../trees/tree.ts'
import { ensembleSchema, loadEnsemble } from '../trees/saved-ensemble.ts'

/** A saved model in the terms that other programs understand. */
export type Exportable = ExportableTrees | ExportableLinear

export interface ExportableTrees {
  readonly kind: 'trees'
  readonly estimator: string
  readonly ensemble: TreeEnsemble
  /** What the sum of leaf values is: log-odds, or the number of trees times P(churn). */
  readonly output: 'log_odds' | 'sum_of_rates'
}

/** sigmoid(intercept + sum of coefficient x term), the terms made by `preparation`. */
export interface ExportableLinear {
  readonly kind: 'linear'
  readonly estimator: string
  readonly preparation: Preparation
  /** One per term, intercept last. */
  readonly coefficients: Float64Array
}

const treeOutputs: ReadonlyMap<string, ExportableTrees['output']> = new Map([
  ['gbdt', 'log_odds'],
  ['tree', 'log_odds'],
  ['forest', 'sum_of_rates'],
  ['extra_trees', 'sum_of_rates'],
])
const linear = new Set(['logistic', 'recency_logistic'])

const leafOfZero: Tree = {
  feature: new Uint16Array(),
  cut: new Uint32Array(),
  flags: new Uint8Array(),
  left: new Int32Array(),
  right: new Int32Array(),
  sets: new Uint32Array(),
  values: new Float64Array(1),
  leafRows: new Uint32Array(1),
}

/** Estimators whose models have a form outside of Ebb. */
export const exportableEstimators: readonly string[] = [...treeOutputs.keys(), ...linear]

/** An EbbError of kind `usage` for an estimator without a form outside of Ebb, of kind `data` for a damaged model. */
export function exportable(saved: SavedModel): Exportable {
  const estimator = estimatorOf(saved)
  const output = treeOutputs.get(estimator)
  if (output !== undefined) {
    const loaded = loadEnsemble(headerOf(saved, ensembleSchema, estimator), saved)
    // Other programs want at least one tree.
    const ensemble = loaded.trees.length > 0 ? loaded : { ...loaded, trees: [leafOfZero] }
    return { kind: 'trees', estimator, ensemble, output }
  }
  if (linear.has(estimator)) {
    const { preparation } = headerOf(saved, z.object({ preparation: preparationSchema }), estimator)
    const coefficients = doublesOf(saved, 'coefficients', termCount(preparation) + 1)
    return { kind: 'linear', estimator, preparation, coefficients }
  }
  throw new EbbError({
    code: 'EXPORT_MODEL',
    kind: 'usage',
    where: `model ${estimator}`,
    what: 'this kind of model has no form outside of Ebb',
    expected: exportableEstimators.join(', '),
    received: estimator,
  })
}
