import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fastKernels, plainKernels } from '../../models/neural/kernels.ts'
import { createNetwork, type Layer } from '../../models/neural/network.ts'
import { createStep, networkLogits } from '../../models/neural/train.ts'
import { networkQuality, qualityNames } from '../support/network-quality.ts'
import { largestDifference } from './estimator-suite.ts'

interface Parity {
  readonly sizes: readonly number[]
  readonly batchRows: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly x: readonly (readonly number[])[]
  readonly y: readonly number[]
  /** Weights and biases in turn, layer by layer. */
  readonly start: readonly (readonly number[] | readonly (readonly number[])[])[]
  readonly losses: readonly number[]
  readonly end: Parity['start']
  readonly logits: readonly number[]
}
const { parity } = JSON.parse(readFileSync(new URL('../golden/neural.json', import.meta.url), 'utf8')) as {
  parity: Parity
}

/** Copies torch's tensors into our padded layers. */
function setLayers(layers: readonly Layer[], tensors: Parity['start']): void {
  for (const [at, { weights, bias, inputs }] of layers.entries()) {
    for (const [o, row] of (tensors[2 * at] as readonly (readonly number[])[]).entries()) weights.set(row, o * inputs)
    bias.set(tensors[2 * at + 1] as readonly number[])
  }
}

describe.each([
  ['vector kernels', fastKernels],
  ['plain double kernels', () => plainKernels((length) => new Float64Array(length))],
] as const)('twenty Adam steps from the same weights over the same batches as torch, %s', (_name, kernels) => {
  const network = createNetwork(parity.sizes, kernels)
  setLayers(network.layers, parity.start)
  const columns = parity.sizes
    .slice(0, 1)
    .flatMap((inputs) => Array.from({ length: inputs }, (_, k) => Float32Array.from(parity.x, (row) => row[k]!)))
  const step = createStep(network, { columns, y: Uint8Array.from(parity.y) }, parity)
  const losses = parity.losses.map((_, k) => {
    const batch = Uint32Array.from({ length: parity.batchRows }, (_, i) => (i + k * parity.batchRows) % parity.y.length)
    return step(batch) / parity.batchRows
  })

  it('losses agree within 1e-5', () => {
    expect(largestDifference(losses, parity.losses)).toBeLessThan(1e-5)
  })
  it('weights and biases agree within 1e-4', () => {
    const reference = createNetwork(parity.sizes, () => plainKernels((length) => new Float64Array(length)))
    setLayers(reference.layers, parity.end)
    expect(largestDifference(network.parameters, reference.parameters)).toBeLessThan(1e-4)
  })
  it('logits agree within 1e-4', () => {
    expect(largestDifference(networkLogits(network, columns, parity.y.length), parity.logits)).toBeLessThan(1e-4)
  })
})

describe.each(qualityNames.filter(({ name }) => name !== 'simulated'))('network on $name', ({ name, skip }) => {
  it.skipIf(skip)('mean AUC of five seeds is within .003 of torch', async () => {
    const { ours, torch } = await networkQuality(name)
    expect(Math.abs(ours - torch)).toBeLessThan(0.003)
  })
})
