import * as z from 'zod'
import { EbbError } from '../../core/errors.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { Classifier, RegisteredEstimator, SavedModel } from '../estimator.ts'
import { createExplainer } from '../explain/explainer.ts'
import { checkFit } from '../guards.ts'
import { estimatorOf, headerOf } from '../saved.ts'
import { createEnsemble, type TreeEnsemble } from '../trees/ensemble.ts'
import { ensembleSchema, loadEnsemble } from '../trees/saved-ensemble.ts'
import { treeClassifier, type TreeModel } from '../trees/tree-classifier.ts'
import { fitGbdt, type FittedGbdt } from './fit-gbdt.ts'
import { type GbdtParameters, gbdtParameters } from './parameters.ts'

const finite = z.number().nullable().optional()
const headerSchema = ensembleSchema.extend({
  description: z.object({
    fixed: z.record(z.string(), z.json()),
    curve: z.array(z.object({ iteration: z.int(), train: finite, valid: finite })),
  }),
})

/** Gradient boosted trees over binned features, grown leaf by leaf; missing values and categories need no preparation. */
export const gbdt: RegisteredEstimator<GbdtParameters> = {
  name: 'gbdt',
  complexity: 5,
  parameters: gbdtParameters,
  async fit(parameters, data) {
    checkFit('gbdt', data)
    const start = data.start === undefined ? null : loadStart(data.start)
    const fitted = await fitGbdt(parameters, data, start?.ensemble ?? null)
    return classifier({
      ensemble: createEnsemble(fitted.bins, fitted.base, { ...fitted, start: start?.ensemble ?? null }),
      description: describe(fitted, parameters, start?.description.curve ?? []),
    })
  },
  load(saved) {
    return classifier(read(saved))
  },
}

function read(saved: SavedModel): Pick<TreeModel, 'ensemble' | 'description'> {
  const header = headerOf(saved, headerSchema, 'gbdt')
  return { ensemble: loadEnsemble(header, saved), description: header.description as TreeModel['description'] }
}

/** The model to go on from. */
function loadStart(saved: SavedModel): { ensemble: TreeEnsemble; description: TreeModel['description'] } {
  const received = estimatorOf(saved)
  if (received === 'gbdt') return read(saved)
  const where = 'fit gbdt, start'
  const what = 'cannot go on from this model'
  throw new EbbError({ code: 'FIT_START', kind: 'data', where, what, expected: 'a model of gbdt', received })
}

/** The curve goes on where the start's ended; of a start that early stopping cut, its kept trees only. */
function describe(
  { trees, gains, curve }: FittedGbdt,
  { earlyStopping }: GbdtParameters,
  before: NonNullable<TreeModel['description']['curve']>,
): TreeModel['description'] {
  const given = before.slice(0, trees.length - gains.length)
  const added = curve.map(({ train, valid }, i) => ({
    iteration: given.length + i + 1,
    train,
    ...(Number.isNaN(valid) ? {} : { valid }),
  }))
  return { fixed: earlyStopping > 0 ? { trees: trees.length, earlyStopping: 0 } : {}, curve: [...given, ...added] }
}

function classifier(model: Pick<TreeModel, 'ensemble' | 'description'>): Classifier {
  const toProbabilities = (scores: Float64Array): Float64Array => scores.map((score) => sigmoid(score))
  return treeClassifier({ estimator: 'gbdt', toProbabilities, explain: createExplainer(model.ensemble), ...model })
}
