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
