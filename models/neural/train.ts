import type { Labels } from '../../core/dataset.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { Random } from '../../core/random.ts'
import { throwIfAborted } from '../guards.ts'
import { createAdam } from './adam.ts'
import { stride } from './kernels.ts'
import { blockActivations, type Layer, layersOf, type Sizes } from './network.ts'
import { backward, type BackwardScratch, backwardScratch, forward, transposeWeights } from './passes.ts'

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
  readonly parameters: Float64Array
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
  plan: TrainingPlan & { readonly start: Float64Array },
): Trained {
  const parameters = plan.start.slice()
  const step = createStep(rows, parameters, plan)
  const order = Uint32Array.from(rows.y.keys())
  const curve: Trained['curve'][number][] = []
  let best = { loss: Infinity, epoch: 0, parameters }
  for (let epoch = 1; epoch <= plan.epochs; epoch++) {
    plan.random.shuffle(order)
    let loss = 0
    for (let start = 0; start < order.length; start += plan.batchRows) {
      throwIfAborted(plan.signal, 'fit mlp')
      loss += step(order.subarray(start, start + plan.batchRows))
    }
    const losses = { train: loss / order.length, ...(valid && { valid: meanLoss(valid, parameters, plan.sizes) }) }
    curve.push({ iteration: epoch, ...losses })
    plan.onEpoch(epoch, losses)
    if (losses.valid === undefined) best = { loss: losses.train, epoch, parameters }
    else if (losses.valid < best.loss) best = { loss: losses.valid, epoch, parameters: parameters.slice() }
    else if (plan.earlyStopping > 0 && epoch - best.epoch >= plan.earlyStopping) break
  }
  return { parameters: best.parameters, epoch: best.epoch, curve }
}

/** A function that takes the rows of a batch, moves `parameters` one step and returns the batch's summed loss before it. */
export function createStep(
  rows: NetworkRows,
  parameters: Float64Array,
  { sizes, weightDecay, learningRate }: Pick<TrainingPlan, 'sizes' | 'weightDecay' | 'learningRate'>,
): (batch: Uint32Array) => number {
  const gradient = new Float64Array(parameters.length)
  const addGradient = createGradient(rows, { sizes, parameters, gradient })
  const decay = new Float64Array(parameters.length)
  for (const { weights } of layersOf(sizes, decay)) weights.fill(weightDecay)
  const adam = createAdam(decay, learningRate)
  return (batch) => {
    const loss = addGradient(batch)
    adam.step(parameters, gradient)
    return loss
  }
}

/**
 * A function that sets `gradient` to that of the mean loss over the rows of a batch (weights divided by their mean over
 * all rows) at the current `parameters`, and returns the batch's summed loss.
 */
export function createGradient(
  { columns, y, weights }: NetworkRows,
  { sizes, parameters, gradient }: { sizes: Sizes; parameters: Float64Array; gradient: Float64Array },
): (batch: Uint32Array) => number {
  const layers = layersOf(sizes, parameters)
  const gradients: readonly Layer[] = layersOf(sizes, gradient)
  const scratch: BackwardScratch = backwardScratch(layers)
  const activations = blockActivations(sizes)
  const logits = activations[activations.length - 1]!
  const deltas = scratch.deltas[layers.length - 1]!
  const meanWeight = weights === undefined ? 1 : weights.reduce((sum, weight) => sum + weight, 0) / weights.length
  return (batch) => {
    gradient.fill(0)
    transposeWeights(layers, scratch)
    let loss = 0
    for (let start = 0; start < batch.length; start += stride) {
      const block = batch.subarray(start, start + stride)
      gatherBlock(columns, block, activations[0]!)
      forward(layers, activations)
      deltas.fill(0)
      for (let i = 0; i < block.length; i++) {
        const row = block[i]!
        const weight = weights === undefined ? 1 : weights[row]! / meanWeight
        loss += weight * rowLoss(logits[i]!, y[row]!)
        deltas[i] = (weight * (sigmoid(logits[i]!) - y[row]!)) / batch.length
      }
      backward(activations, gradients, scratch)
    }
    return loss
  }
}

/** Weighted mean log-loss of the network over `rows`. */
function meanLoss({ columns, y, weights }: NetworkRows, parameters: Float64Array, sizes: Sizes): number {
  const logits = networkLogits(columns, { parameters, sizes, rowCount: y.length })
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
  columns: readonly Float32Array[],
  { parameters, sizes, rowCount }: { parameters: Float64Array; sizes: Sizes; rowCount: number },
): Float64Array {
  const layers = layersOf(sizes, parameters)
  const activations = blockActivations(sizes)
  const out = new Float64Array(rowCount)
  for (let start = 0; start < rowCount; start += stride) {
    const block = Uint32Array.from({ length: Math.min(stride, rowCount - start) }, (_, i) => start + i)
    gatherBlock(columns, block, activations[0]!)
    forward(layers, activations)
    out.set(activations[activations.length - 1]!.subarray(0, block.length), start)
  }
  return out
}

/** into[k][i] = columns[k][block[i]]; rows beyond the block's end keep what they had, which is finite and unused. */
function gatherBlock(columns: readonly Float32Array[], block: Uint32Array, into: Float64Array): void {
  for (const [k, column] of columns.entries())
    for (let i = 0; i < block.length; i++) into[k * stride + i] = column[block[i]!]!
}

function rowLoss(logit: number, y: number): number {
  return Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - y * logit
}
