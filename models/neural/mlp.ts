import { type Dataset, gather, type Labels, selectRows } from '../../core/dataset.ts'
import { logit } from '../../core/numeric/logit.ts'
import type { Classifier, Fit, RegisteredEstimator } from '../estimator.ts'
import { divideRows } from '../divide-rows.ts'
import { drawUsers } from '../draw-users.ts'
import { checkFit, throwIfAborted } from '../guards.ts'
import { fitPreparation, prepareColumns } from '../prepare/prepare.ts'
import type { Preparation } from '../prepare/plan.ts'
import { rowsWithWeight } from '../prepare/rows-with-weight.ts'
import { loadNetwork, networkClassifier } from './network-classifier.ts'
import { initialParameters, type Sizes } from './network.ts'
import { type MlpParameters, mlpParameters } from './parameters.ts'
import { type NetworkRows, train } from './train.ts'

interface Rows {
  readonly x: Dataset
  readonly y: Labels
}

/**
 * Multi-layer perceptron: dense layers with ReLU, one sigmoid output, log-loss, Adam, on prepared columns. Early stopping
 * looks at the `valid` rows of the fit, else at held-back users of train; the best epoch's weights are kept.
 */
export const mlp: RegisteredEstimator<MlpParameters> = {
  name: 'mlp',
  complexity: 7,
  parameters: mlpParameters,
  fit: async (parameters, data) => fitNetwork(parameters, data),
  load: loadNetwork,
}

function fitNetwork(parameters: MlpParameters, data: Fit): Classifier {
  checkFit('mlp', data)
  const kept = rowsWithWeight(data.train, data.y)
  const preparation = fitPreparation(kept.train, parameters, data.signal)
  const whole = { x: kept.train, y: kept.y }
  const { learn, judge } = splitRows(whole, { parameters, data })
  const rows = networkRows(preparation, learn, data.signal)
  const sizes: Sizes = [rows.columns.length, ...parameters.hidden, 1]
  const { emit, random, signal } = data
  const trained = train(rows, judge && networkRows(preparation, judge, data.signal), {
    sizes,
    epochs: parameters.epochs,
    earlyStopping: parameters.earlyStopping,
    batchRows: parameters.batchRows,
    learningRate: parameters.learningRate,
    weightDecay: parameters.weightDecay,
    start: initialParameters(sizes, random.child('weights'), logit(churnRate(learn))),
    random: random.child('order'),
    signal,
    onEpoch: (done, losses) => emit({ name: 'fit/mlp', done, total: parameters.epochs, fields: losses }),
  })
  const fixed = { epochs: trained.epoch, earlyStopping: 0 }
  return networkClassifier({ preparation, sizes, parameters: trained.parameters, fixed, curve: trained.curve })
}

/** Rows to learn from, and rows to stop by: none when early stopping is off or held-back users would lack a class. */
function splitRows(
  rows: Rows,
  { parameters, data }: { parameters: MlpParameters; data: Fit },
): { learn: Rows; judge: Rows | undefined } {
  if (parameters.earlyStopping === 0) return { learn: rows, judge: undefined }
  if (data.valid && data.valid.x.rowCount > 0) return { learn: rows, judge: data.valid }
  const poll = (): void => throwIfAborted(data.signal, 'fit mlp')
  const random = data.random.child('valid')
  const isHeldBack = drawUsers(rows.x.users, random, (distinct) => Math.round(distinct * parameters.validFraction))
  const parts = divideRows(isHeldBack).map((at): Rows => {
    poll()
    return { x: selectRows(rows.x, at, poll), y: gather(rows.y, at, new Uint8Array(at.length)) }
  })
  const [learn, judge] = parts as [Rows, Rows]
  const hasBoth = ({ y }: Rows): boolean => y.includes(0) && y.includes(1)
  return hasBoth(learn) && hasBoth(judge) ? { learn, judge } : { learn: rows, judge: undefined }
}

function networkRows(preparation: Preparation, { x, y }: Rows, signal: AbortSignal): NetworkRows {
  return { columns: prepareColumns(preparation, x, 'fit mlp', signal), y, ...(x.weights && { weights: x.weights }) }
}

function churnRate({ x, y }: Rows): number {
  let [churned, total] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    const weight = x.weights === undefined ? 1 : x.weights[i]!
    total += weight
    churned += weight * y[i]!
  }
  return churned / total
}
