import { addOuter, multiply, stride } from './kernels.ts'
import type { Layer } from './network.ts'

/** Fills activations[1..] from activations[0]: ReLU after every hidden layer, the last array is the logit. */
export function forward(layers: readonly Layer[], activations: readonly Float64Array[]): void {
  for (const [at, { weights, bias }] of layers.entries()) {
    const out = activations[at + 1]!
    multiply(weights, bias, activations[at]!, out)
    if (at === layers.length - 1) continue
    for (let i = 0; i < out.length; i++) if (!(out[i]! > 0)) out[i] = 0
  }
}

/** What the backward pass needs beside the activations; one per training, reused by every block. */
export interface BackwardScratch {
  /** Derivative of the loss by what enters each layer's activation; `deltas[at]` belongs to layer `at`. */
  readonly deltas: readonly Float64Array[]
  readonly transposed: readonly Float64Array[]
  readonly zeros: readonly Float64Array[]
}

export function backwardScratch(layers: readonly Layer[]): BackwardScratch {
  return {
    deltas: layers.map(({ outputs }) => new Float64Array(outputs * stride)),
    transposed: layers.map(({ weights }) => new Float64Array(weights.length)),
    zeros: layers.map(({ inputs }) => new Float64Array(inputs)),
  }
}

/** Copies the weights as inputs x outputs, once per step, for `backward`. */
export function transposeWeights(layers: readonly Layer[], { transposed }: BackwardScratch): void {
  for (const [at, { weights, inputs, outputs }] of layers.entries())
    for (let o = 0; o < outputs; o++)
      for (let k = 0; k < inputs; k++) transposed[at]![k * outputs + o] = weights[o * inputs + k]!
}

/**
 * Adds the gradient of a block to `gradients` (layers over a flat gradient), given d loss / d logit in the last of
 * `scratch.deltas`. Rows beyond the block's end must have a delta of 0.
 */
export function backward(
  activations: readonly Float64Array[],
  gradients: readonly Layer[],
  scratch: BackwardScratch,
): void {
  for (let at = gradients.length - 1; at >= 0; at--) {
    const { weights, bias, outputs } = gradients[at]!
    const delta = scratch.deltas[at]!
    const input = activations[at]!
    addOuter(delta, input, weights, outputs)
    for (let o = 0; o < outputs; o++) {
      let total = 0
      for (let i = 0; i < stride; i++) total += delta[o * stride + i]!
      bias[o]! += total
    }
    if (at === 0) return
    const below = scratch.deltas[at - 1]!
    multiply(scratch.transposed[at]!, scratch.zeros[at]!, delta, below)
    for (let i = 0; i < below.length; i++) if (!(input[i]! > 0)) below[i] = 0
  }
}
