import { describe, expect, it } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { blockRows, type Floats } from '../../models/neural/kernel-contract.ts'
import { fastKernels, plainKernels } from '../../models/neural/kernels.ts'
import { mlp } from '../../models/neural/mlp.ts'
import { createNetwork, initialParameters, layersOf, padded } from '../../models/neural/network.ts'
import { simdKernels } from '../../models/neural/simd/simd-kernels.ts'
import { batchGradient, networkLogits } from '../../models/neural/train.ts'
import { largestDifference } from './estimator-suite.ts'
import { fitOn, suiteRows } from './suite-data.ts'

const doubles = () => plainKernels((length) => new Float64Array(length))

function rows(count: number, inputs: number, weighted: boolean) {
  const random = createRandom(count)
  return {
    columns: Array.from({ length: inputs }, () => Float32Array.from({ length: count }, () => random.normal())),
    y: Uint8Array.from({ length: count }, () => random.integer(2)),
    ...(weighted && { weights: Float32Array.from({ length: count }, () => 0.5 + random.next()) }),
  }
}

describe('vector kernels do what the plain ones do, within 1e-4', () => {
  it.each([
    [4, 4],
    [8, 12],
    [40, 64],
    [100, 4],
  ])('%i inputs, %i outputs', (inputs, outputs) => {
    const random = createRandom(inputs)
    const [fast, plain] = [simdKernels(1_000_000)!, doubles()]
    expect(fast).not.toBeNull()
    const both = (length: number): [Floats, Floats] => {
      const [a, b] = [fast.allocate(length), plain.allocate(length)]
      for (let i = 0; i < length; i++) b[i] = a[i] = Math.fround(random.normal())
      return [a, b]
    }
    const [weights, start, x, out] = [inputs * outputs, outputs, inputs * blockRows, outputs * blockRows].map(both)
    fast.multiply(weights![0], start![0], x![0], out![0])
    plain.multiply(weights![1], start![1], x![1], out![1])
    expect(largestDifference(out![0], out![1])).toBeLessThan(1e-4)
    fast.addOuter(out![0], x![0], weights![0], outputs)
    plain.addOuter(out![1], x![1], weights![1], outputs)
    expect(largestDifference(weights![0], weights![1])).toBeLessThan(2e-2)
    for (const [i, value] of weights![1].entries()) expect(weights![0][i]! / value).toBeCloseTo(1, 1)
  })
})

describe('gradient', () => {
  it.each([false, true])('is that of the mean loss by finite differences within 1e-7 (weights: %s)', (weighted) => {
    const sizes = [5, 6, 3, 1]
    const data = rows(150, 5, weighted)
    const batch = Uint32Array.from({ length: 140 }, (_, i) => 149 - i)
    const meanWeight = data.weights ? data.weights.reduce((a, b) => a + b) / 150 : 1
    const network = createNetwork(sizes, doubles)
    network.parameters.set(initialParameters(sizes, createRandom(2), 0.3))
    // Biases of 0 would put rows exactly on the kink of a ReLU.
    const random = createRandom(3)
    for (const [at, { bias }] of network.layers.entries())
      for (let o = 0; o < sizes[at + 1]!; o++) bias[o] = 0.1 * random.normal()
    batchGradient(network, data, { batch, meanWeight })
    const gradient = network.gradient.slice()
    const isUsed = usedParameters(sizes)
    for (let i = 0; i < gradient.length; i++) {
      if (isUsed[i] === 0) {
        expect(gradient[i]).toBe(0)
        continue
      }
      const lossAt = (shift: number): number => {
        network.parameters[i]! += shift
        const loss = batchGradient(network, data, { batch, meanWeight }) / batch.length
        network.parameters[i]! -= shift
        return loss
      }
      expect((lossAt(1e-5) - lossAt(-1e-5)) / 2e-5).toBeCloseTo(gradient[i]!, 7)
    }
  })

  it('rows beyond a block of 128 count once: 300 rows in one batch equal the mean of their parts', () => {
    const sizes = [4, 4, 1]
    const data = rows(300, 4, false)
    const network = createNetwork(sizes, doubles)
    network.parameters.set(initialParameters(sizes, createRandom(1), 0))
    const gradientOf = (from: number, to: number): Floats => {
      const batch = Uint32Array.from({ length: to - from }, (_, i) => from + i)
      batchGradient(network, data, { batch, meanWeight: 1 })
      return network.gradient.slice()
    }
    const [whole, a, b] = [gradientOf(0, 300), gradientOf(0, 100), gradientOf(100, 300)]
    expect(
      largestDifference(
        whole,
        a.map((value, i) => value / 3 + (2 * b[i]!) / 3),
      ),
    ).toBeLessThan(1e-12)
  })
})

/** 1 where a parameter is not padding. */
function usedParameters(sizes: readonly number[]): Float64Array {
  const used = new Float64Array(createNetwork(sizes, doubles).parameters.length)
  for (const [at, { weights, bias, inputs }] of layersOf(sizes, used).entries())
    for (let o = 0; o < sizes[at + 1]!; o++) {
      bias[o] = 1
      weights.fill(1, o * inputs, o * inputs + sizes[at]!)
    }
  return used
}

describe('network', () => {
  it('starts with He deviations: 1,000 inputs give weights of deviation .0447 and 0 biases', () => {
    const sizes = [1000, 40, 1]
    const [hidden, output] = layersOf(sizes, initialParameters(sizes, createRandom(1), -1.5))
    const squares = Float64Array.from(hidden!.weights).reduce((sum, w) => sum + w * w, 0) / 40_000
    expect(Math.sqrt(squares)).toBeCloseTo(Math.sqrt(2 / 1000), 3)
    expect(hidden!.bias.every((b) => b === 0)).toBe(true)
    expect([...output!.bias]).toEqual([-1.5, 0, 0, 0])
    expect([0, 1, 4, 5].map(padded)).toEqual([4, 4, 4, 8])
  })

  it('a logit is the same alone and among 1,000', () => {
    const sizes = [6, 7, 1]
    const data = rows(1000, 6, false)
    const network = createNetwork(sizes, fastKernels)
    network.parameters.set(initialParameters(sizes, createRandom(1), 0))
    const all = networkLogits(network, data.columns, 1000)
    const one = data.columns.map((column) => column.slice(777, 778))
    expect(networkLogits(network, one, 1)[0]).toBe(all[777])
  })
})

describe('mlp', () => {
  const { x, y } = suiteRows(1500)
  const fit = (settings: object, rest: object = {}) =>
    mlp.fit(mlp.parameters.parse({ hidden: [16], batchRows: 64, ...settings }), fitOn(x, y, rest))

  it('stops early, keeps the best epoch, and a refit by what it fixed runs that many epochs without judging', async () => {
    const { fixed, curve } = (await fit({ epochs: 200, earlyStopping: 4, learningRate: 0.01 })).describe()
    const best = curve!.reduce((low, point) => (point.valid! < low.valid! ? point : low))
    expect(fixed).toEqual({ epochs: best.iteration, earlyStopping: 0 })
    expect(curve!.length).toBe(best.iteration + 4)
    const again = (await fit({ ...fixed })).describe()
    expect(again.curve).toHaveLength(best.iteration)
    expect(again.curve!.every(({ valid }) => valid === undefined)).toBe(true)
  })

  it('judges by the valid rows where they are given', async () => {
    const valid = suiteRows(300, 5)
    const { curve } = (await fit({ epochs: 3 }, { valid })).describe()
    expect(curve!.map(({ valid: loss }) => typeof loss)).toEqual(['number', 'number', 'number'])
    const other = (await fit({ epochs: 3 }, { valid: suiteRows(300, 6) })).describe()
    expect(other.curve!.map(({ train }) => train)).toEqual(curve!.map(({ train }) => train))
    expect(other.curve).not.toEqual(curve)
  })

  it('with one user there is nobody to hold back: all epochs are run', async () => {
    const single = { ...x, users: new Uint32Array(x.rowCount) }
    const model = await mlp.fit(mlp.parameters.parse({ hidden: [4], epochs: 2 }), fitOn(single, y))
    expect(model.describe().fixed).toEqual({ epochs: 2, earlyStopping: 0 })
  })

  it('tells of every epoch', async () => {
    const seen: number[] = []
    await fit({ epochs: 3, earlyStopping: 0 }, { emit: ({ done }: { done?: number }) => seen.push(done!) })
    expect(seen).toEqual([1, 2, 3])
  })

  it('a larger weight decay gives smaller weights', async () => {
    const norm = async (weightDecay: number): Promise<number> => {
      const saved = (await fit({ epochs: 10, earlyStopping: 0, weightDecay })).save()
      return new Float32Array(saved.buffers.get('parameters')!.slice().buffer).reduce((sum, w) => sum + w * w, 0)
    }
    expect(await norm(0.1)).toBeLessThan((await norm(0)) / 2)
  })
})
