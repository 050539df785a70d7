import type { Random } from '../../core/random.ts'
import { blockRows, type Floats, type Kernels, unitMultiple } from './kernel-contract.ts'

/** Units per layer, input first, 1 output last, e.g. [40, 64, 32, 1]. */
export type Sizes = readonly number[]

/** One dense layer as views into the flat parameters: weights[o * inputs + k], bias[o]; padded with zeros. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Floats
  readonly bias: Floats
}

/** A network and all that its passes need; the arrays belong to `kernels`. */
export interface Network {
  readonly kernels: Kernels
  readonly parameters: Floats
  readonly gradient: Floats
  readonly layers: readonly Layer[]
  /** The same views into `gradient`. */
  readonly gradients: readonly Layer[]
  /** Per layer of units, input first, logit last: activations of a block of rows. */
  readonly activations: readonly Floats[]
  /** `deltas[at]`: derivative of the loss by what enters the activation of layer `at`, for a block of rows. */
  readonly deltas: readonly Floats[]
  /** Weights as inputs x outputs, for the way back. */
  readonly transposed: readonly Floats[]
  /** Zeros, one per unit of the widest layer. */
  readonly zeros: Floats
}

/** Units of a layer with its padding. */
export const padded = (units: number): number => Math.max(1, Math.ceil(units / unitMultiple)) * unitMultiple

/** Length of the flat parameters, padding included. */
export function parameterCount(sizes: Sizes): number {
  return sizes.slice(1).reduce((total, outputs, at) => total + padded(outputs) * (padded(sizes[at]!) + 1), 0)
}

/** How many floats `createNetwork` allocates. */
function floatsNeeded(sizes: Sizes): number {
  const units = sizes.reduce((total, size) => total + padded(size), 0)
  return 3 * parameterCount(sizes) + 2 * units * blockRows + Math.max(...sizes.map(padded))
}

export function createNetwork(sizes: Sizes, kernelsFor: (floats: number) => Kernels): Network {
  const kernels = kernelsFor(floatsNeeded(sizes))
  const block = (units: number): Floats => kernels.allocate(padded(units) * blockRows)
  // Blocks come first: their length keeps what follows aligned to vectors.
  const activations = sizes.map(block)
  const deltas = sizes.slice(1).map(block)
  const parameters = kernels.allocate(parameterCount(sizes))
  const gradient = kernels.allocate(parameterCount(sizes))
  const layers = layersOf(sizes, parameters)
  const transposed = layers.map(({ weights }) => kernels.allocate(weights.length))
  const zeros = kernels.allocate(Math.max(...sizes.map(padded)))
  const gradients = layersOf(sizes, gradient)
  return { kernels, parameters, gradient, layers, gradients, activations, deltas, transposed, zeros }
}

/** Views of flat parameters layer by layer: weights, then bias, of the first layer, then of the next. */
export function layersOf(sizes: Sizes, parameters: Floats): Layer[] {
  let offset = 0
  const take = (length: number): Floats => parameters.subarray(offset, (offset += length))
  return sizes.slice(1).map((units, at) => {
    const [inputs, outputs] = [padded(sizes[at]!), padded(units)]
    return { inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) }
  })
}

/**
 * Weights of hidden layers normal with variance 2 / inputs (He et al. 2015, eq. 10), of the output layer with variance
 * 2 / (inputs + 1) (Glorot and Bengio 2010, eq. 12); biases 0, but the output's `outputBias`; padding 0.
 */
export function initialParameters(sizes: Sizes, random: Random, outputBias: number): Float32Array {
  const parameters = new Float32Array(parameterCount(sizes))
  for (const [at, layer] of layersOf(sizes, parameters).entries()) {
    const [inputs, outputs] = [sizes[at]!, sizes[at + 1]!]
    const isOutput = at === sizes.length - 2
    const deviation = Math.sqrt(2 / Math.max(1, isOutput ? inputs + outputs : inputs))
    for (let o = 0; o < outputs; o++)
      for (let k = 0; k < inputs; k++) layer.weights[o * layer.inputs + k] = deviation * random.normal()
    if (isOutput) layer.bias[0] = outputBias
  }
  return parameters
}
