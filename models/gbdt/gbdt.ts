import * as z from 'zod'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { Classifier, Fit, RegisteredEstimator } from '../estimator.ts'
import { createExplainer } from '../explain/explainer.ts'
import { checkFit } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { binMatrix } from '../trees/binned-matrix.ts'
import { fitBins } from '../trees/bins.ts'
import { createEnsemble } from '../trees/ensemble.ts'
import { presentRows } from '../trees/present-rows.ts'
import { ensembleSchema, loadEnsemble } from '../trees/saved-ensemble.ts'
import { treeClassifier, type TreeModel } from '../trees/tree-classifier.ts'
import { boost, type Boosted } from './boost.ts'
import { holdOutUsers } from './hold-out-users.ts'
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
    return fitGbdt(parameters, data)
  },
  load(saved) {
    const header = headerOf(saved, headerSchema, 'gbdt')
    const description = header.description as TreeModel['description']
    return classifier({ ensemble: loadEnsemble(header, saved), description })
  },
}

/** Zero-weight rows are left out before anything is looked at: not even their values make bins. */
async function fitGbdt(parameters: GbdtParameters, data: Fit): Promise<Classifier> {
  const { train: x, y, valid, random, resources, signal, emit } = data
  const present = presentRows(x)
  const watched = parameters.earlyStopping > 0 && valid !== undefined ? presentRows(valid.x) : new Uint32Array()
  const isSplitInside = parameters.earlyStopping > 0 && watched.length === 0
  const { learn, watch } = isSplitInside
    ? holdOutUsers(x, y, present, random.child('hold-out'))
    : { learn: present, watch: watched }
  const bins = fitBins(x, learn, parameters.maxBins)
  const matrix = binMatrix(x, bins, 'fit gbdt')
  const learnPart = { matrix, y, weights: x.weights, rows: learn }
  const boosted = await boost({
    bins,
    learn: learnPart,
    watch:
      watch.length === 0
        ? null
        : isSplitInside
          ? { ...learnPart, rows: watch }
          : {
              matrix: binMatrix(valid!.x, bins, 'fit gbdt, valid'),
              y: valid!.y,
              weights: valid!.x.weights,
              rows: watch,
            },
    parameters,
    random,
    memoryBytes: resources.memoryBytes,
    signal,
    emit,
  })
  return classifier({
    ensemble: createEnsemble(bins, boosted.base, boosted),
    description: describe(boosted, parameters),
  })
}

function describe({ trees, curve }: Boosted, { earlyStopping }: GbdtParameters): TreeModel['description'] {
  return {
    fixed: earlyStopping > 0 ? { trees: trees.length, earlyStopping: 0 } : {},
    curve: curve.map(({ train, valid }, i) => ({
      iteration: i + 1,
      train,
      ...(Number.isNaN(valid) ? {} : { valid }),
    })),
  }
}

function classifier(model: Pick<TreeModel, 'ensemble' | 'description'>): Classifier {
  const toProbabilities = (scores: Float64Array): Float64Array => scores.map((score) => sigmoid(score))
  return treeClassifier({ estimator: 'gbdt', toProbabilities, explain: createExplainer(model.ensemble), ...model })
}
