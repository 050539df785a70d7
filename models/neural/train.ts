import type { Labels } from '../../core/dataset.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { Random } from '../../core/random.ts'
import { throwIfAborted } from '../guards.ts'
import { createAdam } from './adam.ts'
import { blockRows, type Floats } from './kernel-contract.ts'
import { fastKernels } from './kernels.ts'
import { createNetwork, layersOf, type Network, type Sizes } from './network.ts'
import { backward, forward, transposeWeights } from './passes.ts'

/** Rows a network learns from or is judged on: prepared terms by column, labels, row weights (absent = 1). */
export interface NetworkRows {
  readonly columns: readonly Float32Array[]
  readonly y: Labels
  readonly weights?: Float32Array
}

export interface TrainingPlan {
  readonly sizes: Sizes
  readonly epochs: number
  /** Epochs without a better validation loss before the end; 0 = never. */
  readonly earlyStopping: number
  readonly batchRows: number
  readonly learningRate: number
  readonly weightDecay: number
  /** Orders the rows of each epoch. */
  readonly random: Random
  readonly signal: { readonly aborted: boolean }
  onEpoch(epoch: number, losses: { train: number; valid?: number }): void
}

export interface Trained {
  readonly parameters: Floats
  /** The epoch, from 1, whose parameters these are. */
  readonly epoch: number
  readonly curve: readonly { readonly iteration: number; readonly train: number; readonly valid?: number }[]
}

/**
 * Minimises the mean log-loss by Adam over shuffled batches, from the parameters in `start` (unchanged). With `valid` the
 * parameters of the epoch with the lowest validation log-loss are kept.
 */
export function train(
  rows: NetworkRows,
  valid: NetworkRows | undefined,
  plan: TrainingPlan & { readonly start: Floats },
): Trained {
  const network = createNetwork(plan.sizes, fastKernels)
  network.parameters.set(plan.start)
  const step = createStep(network, rows, plan)
  const order = Uint32Array.from(rows.y.keys())
  const curve: Trained['curve'][number][] = []
  let best = { loss: Infinity, epoch: 0, parameters: network.parameters }
  for (let epoch = 1; epoch <= plan.epochs; epoch++) {
    plan.random.shuffle(order)
    let loss = 0
    for (let start = 0; start < order.length; start += plan.batchRows) {
      throwIfAborted(plan.signal, 'fit mlp')
      loss += step(order.subarray(start, start + plan.batchRows))
    }
    const losses = { train: loss / order.length, ...(valid && { valid: meanLoss(network, valid) }) }
    curve.push({ iteration: epoch, ...losses })
    plan.onEpoch(epoch, losses)
    if (losses.valid === undefined) best = { loss: losses.train, epoch, parameters: network.parameters }
    else if (losses.valid < best.loss) best = { loss: losses.valid, epoch, parameters: network.parameters.slice() }
    else if (plan.earlyStopping > 0 && epoch - best.epoch >= plan.earlyStopping) break
  }
  return { parameters: best.parameters.slice(), epoch: best.epoch, curve }
}

/** A function that takes the rows of a batch, moves the network one step and returns the batch's summed loss before it. */
export function createStep(
  network: Network,
  rows: NetworkRows,
  { sizes, weightDecay, learningRate }: Pick<TrainingPlan, 'sizes' | 'weightDecay' | 'learningRate'>,
): (batch: Uint32Array) => number {
  const decay = new Float64Array(network.parameters.length)
  for (const { weights } of layersOf(sizes, decay)) weights.fill(weightDecay)
  const adam = createAdam(decay, learningRate)
  const meanWeight = rows.weights === undefined ? 1 : mean(rows.weights)
  return (batch) => {
    const loss = batchGradient(network, rows, { batch, meanWeight })
    adam.step(network.parameters, network.gradient)
    return loss
  }
}

/**
 * Sets `network.gradient` to that of the mean loss over the rows of a batch (weights divided by their mean over all rows)
 * and returns the batch's summed loss.
 */
export function batchGradient(
  network: Network,
  { columns, y, weights }: NetworkRows,
  { batch, meanWeight }: { batch: Uint32Array; meanWeight: number },
): number {
  const logits = network.activations[network.activations.length - 1]!
  const deltas = network.deltas[network.deltas.length - 1]!
  network.gradient.fill(0)
  transposeWeights(network)
  let loss = 0
  for (let start = 0; start < batch.length; start += blockRows) {
    const block = batch.subarray(start, start + blockRows)
    gatherBlock(columns, block, network.activations[0]!)
    forward(network)
    deltas.fill(0)
    for (let i = 0; i < block.length; i++) {
      const row = block[i]!
      const weight = weights === undefined ? 1 : weights[row]! / meanWeight
      loss += weight * rowLoss(logits[i]!, y[row]!)
      deltas[i] = (weight * (sigmoid(logits[i]!) - y[row]!)) / batch.length
    }
    backward(network)
  }
  return loss
}

/** Weighted mean log-loss of the network over `rows`. */
function meanLoss(network: Network, { columns, y, weights }: NetworkRows): number {
  const logits = networkLogits(network, columns, y.length)
  let loss = 0
  let total = 0
  for (let i = 0; i < y.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    total += weight
    loss += weight * rowLoss(logits[i]!, y[i]!)
  }
  return loss / total
}

/** Logit of every row, block by block. */
export function networkLogits(
  network: Network,
  columns: readonly Float32Array[],
  rowCount: number,
  signal?: { readonly aborted: boolean },
): Float64Array {
  const logits = network.activations[network.activations.length - 1]!
  const out = new Float64Array(rowCount)
  const all = Uint32Array.from({ length: rowCount }, (_, i) => i)
  for (let start = 0; start < rowCount; start += blockRows) {
    throwIfAborted(signal, 'predict mlp')
    const block = all.subarray(start, start + blockRows)
    gatherBlock(columns, block, network.activations[0]!)
    forward(network)
    out.set(logits.subarray(0, block.length), start)
  }
  return out
}

/** into[k][i] = columns[k][block[i]]; rows beyond the block's end keep what they had, which is finite and unused. */
function gatherBlock(columns: readonly Float32Array[], block: Uint32Array, into: Floats): void {
  for (const [k, column] of columns.entries())
    for (let i = 0; i < block.length; i++) into[k * blockRows + i] = column[block[i]!]!
}

function rowLoss(logit: number, y: number): number {
  return Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - y * logit
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
