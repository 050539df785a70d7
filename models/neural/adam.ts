import type { Floats } from './kernel-contract.ts'

/** State of Adam (Kingma and Ba 2015, algorithm 1) over flat parameters. */
export interface Adam {
  readonly learningRate: number
  step(parameters: Floats, gradient: Floats): void
}

const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-8

/** Adam with the usual constants and bias correction; `decay[i]` x parameter is added to the gradient (L2 penalty). */
export function createAdam(decay: Float64Array, learningRate: number): Adam {
  const first = new Float64Array(decay.length)
  const second = new Float64Array(decay.length)
  let steps = 0
  return {
    learningRate,
    step(parameters, gradient) {
      steps++
      const size = learningRate / (1 - beta1 ** steps)
      const correction = 1 / Math.sqrt(1 - beta2 ** steps)
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]! + decay[i]! * parameters[i]!
        const m = beta1 * first[i]! + (1 - beta1) * g
        const v = beta2 * second[i]! + (1 - beta2) * g * g
        first[i] = m
        second[i] = v
        parameters[i]! -= (size * m) / (Math.sqrt(v) * correction + epsilon)
      }
    },
  }
}
