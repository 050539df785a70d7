import * as z from 'zod'
import { EbbError } from '../../core/errors.ts'
import type { SavedModel } from '../estimator.ts'
import { type Preparation, preparationSchema, termCount } from '../prepare/plan.ts'
import { doublesOf, estimatorOf, headerOf } from '../saved.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import type { Tree } from '../trees/tree.ts'
import { ensembleSchema, loadEnsemble } from '../trees/saved-ensemble.ts'
import { foreignEnsemble, type ForeignEnsemble } from './export-foreign.ts'
import { importedFile, importedModel } from './imported.ts'

/** A saved model in the terms that other programs understand. */
export type Exportable = ExportableTrees | ExportableLinear

export interface ExportableTrees {
  readonly kind: 'trees'
  readonly estimator: string
  readonly ensemble: TreeEnsemble
  /** What the sum of leaf values is: log-odds, or the number of trees times P(churn). */
  readonly output: 'log_odds' | 'sum_of_rates'
  /** Of an imported model: what only some formats can say of it. */
  readonly foreign?: Omit<ForeignEnsemble, 'ensemble'>
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

/** Other programs want at least one tree. */
const withTree = (ensemble: TreeEnsemble): TreeEnsemble =>
  ensemble.trees.length > 0 ? ensemble : { ...ensemble, trees: [leafOfZero] }

/** Estimators whose models have a form outside of Ebb. */
export const exportableEstimators: readonly string[] = [...treeOutputs.keys(), 'imported', ...linear]

/** An EbbError of kind `usage` for an estimator without a form outside of Ebb, of kind `data` for a damaged model. */
export function exportable(saved: SavedModel): Exportable {
  const estimator = estimatorOf(saved)
  const output = treeOutputs.get(estimator)
  if (output !== undefined) {
    const loaded = loadEnsemble(headerOf(saved, ensembleSchema, estimator), saved)
    return { kind: 'trees', estimator, ensemble: withTree(loaded), output }
  }
  if (estimator === 'imported') {
    const { file, options } = importedFile(saved)
    const { foreign: model } = importedModel(file, 'saved model', options)
    const { ensemble, ...foreign } = foreignEnsemble(model)
    const link = model.link === 'logistic' ? 'log_odds' : 'sum_of_rates'
    return { kind: 'trees', estimator, ensemble: withTree(ensemble), output: link, foreign }
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
