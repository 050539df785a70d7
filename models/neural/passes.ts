import { blockRows } from './kernel-contract.ts'
import type { Network } from './network.ts'

/** Fills activations[1..] from activations[0]: ReLU after every hidden layer, the last array is the logit. */
export function forward({ kernels, layers, activations }: Network): void {
  for (const [at, { weights, bias }] of layers.entries()) {
    const out = activations[at + 1]!
    kernels.multiply(weights, bias, activations[at]!, out)
    if (at === layers.length - 1) continue
    for (let i = 0; i < out.length; i++) if (out[i]! < 0) out[i] = 0
  }
}

/** Brings the transposed weights up to date: once per step, before `backward`. */
export function transposeWeights({ layers, transposed }: Network): void {
  for (const [at, { weights, inputs, outputs }] of layers.entries()) {
    const into = transposed[at]!
    for (let o = 0; o < outputs; o++) for (let k = 0; k < inputs; k++) into[k * outputs + o] = weights[o * inputs + k]!
  }
}

/**
 * Adds the gradient of a block to `network.gradient`, given d loss / d logit in the first unit of the last of `deltas`.
 * Rows beyond the block's end must have a delta of 0.
 */
export function backward({ kernels, gradients, activations, deltas, transposed, zeros }: Network): void {
  for (let at = gradients.length - 1; at >= 0; at--) {
    const { weights, bias, inputs, outputs } = gradients[at]!
    const delta = deltas[at]!
    const input = activations[at]!
    kernels.addOuter(delta, input, weights, outputs)
    for (let o = 0; o < outputs; o++) {
      let total = 0
      for (let i = o * blockRows; i < (o + 1) * blockRows; i++) total += delta[i]!
      bias[o]! += total
    }
    if (at === 0) return
    const below = deltas[at - 1]!
    kernels.multiply(transposed[at]!, zeros.subarray(0, inputs), delta, below)
    for (let i = 0; i < below.length; i++) if (input[i] === 0) below[i] = 0
  }
}
