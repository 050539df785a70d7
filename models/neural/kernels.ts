/**
 * The two products a dense layer needs, on blocks of rows stored unit by unit: unit u of a block of `stride` rows lies at
 * [u * stride, (u + 1) * stride). Every sum runs in one fixed order, so that a row's result does not depend on its place.
 */

/** Rows per block: two layers of it stay in the first- and second-level cache. */
export const stride = 128

/**
 * out[o][i] = start[o] + sum over k of weights[o * inputs + k] x[k][i], for `outputs` units; four inputs and two outputs
 * per pass, so that eight products share six loads.
 */
export function multiply(weights: Float64Array, start: Float64Array, x: Float64Array, out: Float64Array): void {
  const outputs = start.length
  const inputs = weights.length / outputs
  let o = 0
  for (; o + 1 < outputs; o += 2) multiplyPair({ weights, start, x, out, inputs }, o)
  if (o < outputs) multiplyOne({ weights, start, x, out, inputs }, o)
}

interface Product {
  readonly weights: Float64Array
  readonly start: Float64Array
  readonly x: Float64Array
  readonly out: Float64Array
  readonly inputs: number
}

function multiplyPair({ weights, start, x, out, inputs }: Product, o: number): void {
  const first = o * stride
  const second = first + stride
  out.fill(start[o]!, first, second)
  out.fill(start[o + 1]!, second, second + stride)
  const [w, v] = [o * inputs, (o + 1) * inputs]
  let k = 0
  for (; k + 3 < inputs; k += 4) {
    const w0 = weights[w + k]!
    const w1 = weights[w + k + 1]!
    const w2 = weights[w + k + 2]!
    const w3 = weights[w + k + 3]!
    const v0 = weights[v + k]!
    const v1 = weights[v + k + 1]!
    const v2 = weights[v + k + 2]!
    const v3 = weights[v + k + 3]!
    const at = k * stride
    for (let i = 0; i < stride; i++) {
      const x0 = x[at + i]!
      const x1 = x[at + stride + i]!
      const x2 = x[at + 2 * stride + i]!
      const x3 = x[at + 3 * stride + i]!
      out[first + i]! += w0 * x0 + w1 * x1 + (w2 * x2 + w3 * x3)
      out[second + i]! += v0 * x0 + v1 * x1 + (v2 * x2 + v3 * x3)
    }
  }
  for (; k < inputs; k++) {
    const w0 = weights[w + k]!
    const v0 = weights[v + k]!
    for (let i = 0; i < stride; i++) {
      const x0 = x[k * stride + i]!
      out[first + i]! += w0 * x0
      out[second + i]! += v0 * x0
    }
  }
}

function multiplyOne({ weights, start, x, out, inputs }: Product, o: number): void {
  const first = o * stride
  out.fill(start[o]!, first, first + stride)
  for (let k = 0; k < inputs; k++) {
    const w = weights[o * inputs + k]!
    for (let i = 0; i < stride; i++) out[first + i]! += w * x[k * stride + i]!
  }
}

/** gradient[o * inputs + k] += sum over the rows of the block of delta[o][i] x[k][i], in tiles of 4 x 2. */
export function addOuter(delta: Float64Array, x: Float64Array, gradient: Float64Array, outputs: number): void {
  const inputs = gradient.length / outputs
  const evenOutputs = outputs - (outputs % 2)
  const tiledInputs = inputs - (inputs % 4)
  for (let o = 0; o < evenOutputs; o += 2)
    for (let k = 0; k < tiledInputs; k += 4) addOuterTile({ delta, x, gradient, inputs }, o, k)
  for (let o = 0; o < outputs; o++) {
    for (let k = o < evenOutputs ? tiledInputs : 0; k < inputs; k++) {
      let total = 0
      for (let i = 0; i < stride; i++) total += delta[o * stride + i]! * x[k * stride + i]!
      gradient[o * inputs + k]! += total
    }
  }
}

interface Outer {
  readonly delta: Float64Array
  readonly x: Float64Array
  readonly gradient: Float64Array
  readonly inputs: number
}

function addOuterTile({ delta, x, gradient, inputs }: Outer, o: number, k: number): void {
  const [d, xk] = [o * stride, k * stride]
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  for (let i = 0; i < stride; i++) {
    const d0 = delta[d + i]!
    const d1 = delta[d + stride + i]!
    const x0 = x[xk + i]!
    const x1 = x[xk + stride + i]!
    const x2 = x[xk + 2 * stride + i]!
    const x3 = x[xk + 3 * stride + i]!
    s00 += d0 * x0
    s01 += d0 * x1
    s02 += d0 * x2
    s03 += d0 * x3
    s10 += d1 * x0
    s11 += d1 * x1
    s12 += d1 * x2
    s13 += d1 * x3
  }
  const at = o * inputs + k
  gradient[at]! += s00
  gradient[at + 1]! += s01
  gradient[at + 2]! += s02
  gradient[at + 3]! += s03
  gradient[at + inputs]! += s10
  gradient[at + inputs + 1]! += s11
  gradient[at + inputs + 2]! += s12
  gradient[at + inputs + 3]! += s13
}
