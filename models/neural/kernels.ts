import { blockRows, type Floats, type Kernels } from './kernel-contract.ts'
import { simdKernels } from './simd/simd-kernels.ts'

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
