import type { Random } from '../../core/random.ts'
import { stride } from './kernels.ts'

/** One dense layer as views into the flat parameters: weights[o * inputs + k], bias[o]. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Float64Array
  readonly bias: Float64Array
}

/** Units per layer, input first, 1 output last, e.g. [40, 64, 32, 1]. */
export type Sizes = readonly number[]

export function parameterCount(sizes: Sizes): number {
  return sizes.slice(1).reduce((total, outputs, at) => total + outputs * (sizes[at]! + 1), 0)
}

/** Views of `parameters` layer by layer: weights, then bias, of the first layer, then of the next. */
export function layersOf(sizes: Sizes, parameters: Float64Array): Layer[] {
  let offset = 0
  const take = (length: number): Float64Array => parameters.subarray(offset, (offset += length))
  return sizes.slice(1).map((outputs, at) => {
    const inputs = sizes[at]!
    return { inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) }
  })
}

/**
 * Weights of hidden layers normal with variance 2 / inputs (He et al. 2015, eq. 10), of the output layer with variance
 * 2 / (inputs + 1) (Glorot and Bengio 2010, eq. 12); biases 0, but the output's `outputBias`.
 */
export function initialParameters(sizes: Sizes, random: Random, outputBias: number): Float64Array {
  const parameters = new Float64Array(parameterCount(sizes))
  const layers = layersOf(sizes, parameters)
  for (const [at, { weights, inputs, outputs, bias }] of layers.entries()) {
    const isOutput = at === layers.length - 1
    const deviation = Math.sqrt(2 / Math.max(1, isOutput ? inputs + outputs : inputs))
    for (let k = 0; k < weights.length; k++) weights[k] = deviation * random.normal()
    if (isOutput) bias[0] = outputBias
  }
  return parameters
}

/** Activations of a block of `stride` rows: one array per layer, the input's first, the logit's last. */
export function blockActivations(sizes: Sizes): Float64Array[] {
  return sizes.map((units) => new Float64Array(units * stride))
}
