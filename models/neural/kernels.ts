import { simdKernels } from './simd/simd-kernels.ts'

/** Rows per block. Units of a block lie one after the other: unit u of `x` is x[u * blockRows .. (u + 1) * blockRows). */
export const blockRows = 128
/** Numbers of units are padded with zeros to a multiple of this, so that kernels have no tails. */
export const unitMultiple = 4

export type Floats = Float32Array | Float64Array

/**
 * The two products that a dense layer needs. Arrays come from `allocate` and are zero at first. Every sum runs in one
 * fixed order, so that a row's result does not depend on its place in a block.
 */
export interface Kernels {
  allocate(length: number): Floats
  /** out[o][i] = start[o] + sum over k of weights[o * inputs + k] x[k][i], for all start.length units o. */
  multiply(weights: Floats, start: Floats, x: Floats, out: Floats): void
  /** gradient[o * inputs + k] += sum over the rows of the block of delta[o][i] x[k][i], for `outputs` units o. */
  addOuter(delta: Floats, x: Floats, gradient: Floats, outputs: number): void
}

/** The fast kernels for networks that need at most `floats` numbers in all arrays together; single precision. */
export function fastKernels(floats: number): Kernels {
  return simdKernels(floats) ?? plainKernels((length) => new Float32Array(length))
}

/** The same in a few plain lines: the twin that the fast kernels are tested against, and what runs where they cannot. */
export function plainKernels(allocate: (length: number) => Floats): Kernels {
  return {
    allocate,
    multiply(weights, start, x, out) {
      const inputs = weights.length / start.length
      for (let o = 0; o < start.length; o++)
        for (let i = 0; i < blockRows; i++) {
          let total = start[o]!
          for (let k = 0; k < inputs; k++) total += weights[o * inputs + k]! * x[k * blockRows + i]!
          out[o * blockRows + i] = total
        }
    },
    addOuter(delta, x, gradient, outputs) {
      const inputs = gradient.length / outputs
      for (let o = 0; o < outputs; o++)
        for (let k = 0; k < inputs; k++) {
          let total = 0
          for (let i = 0; i < blockRows; i++) total += delta[o * blockRows + i]! * x[k * blockRows + i]!
          gradient[o * inputs + k]! += total
        }
    },
  }
}
