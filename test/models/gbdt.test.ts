import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Dataset, selectColumns, selectRows } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { gbdt } from '../../models/gbdt/gbdt.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { simulatedMatrix } from '../support/simulated-matrix.ts'
import { logisticGradients, meanLogLoss } from './exact-slopes.ts'
import { fitOf, table, times } from './tree-tables.ts'

const settings = (more: object = {}) =>
  gbdt.parameters.parse({ trees: 20, learningRate: 0.1, l2: 0, minRowsPerLeaf: 1, earlyStopping: 0, ...more })
const range = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)
const { x, y } = simulatedMatrix({ rows: 1500, columns: 26, seed: 4 })

/** 26 number columns and a category of five levels that matters. */
function withPlan(dataset: Dataset): Dataset {
  const levels = ['basic', 'extra', 'family', 'gold', 'trial']
  const spend = dataset.columns[1]!
  if (spend.kind !== 'number') throw new Error('numbers expected')
  const codes = Uint16Array.from(spend.values, (value) => (Number.isNaN(value) ? 65_535 : Math.floor(value) % 5))
  return {
    ...dataset,
    names: [...dataset.names, 'plan_name'],
    columns: [...dataset.columns, { kind: 'category', codes, levels }],
  }
}

async function bytesFor(dataset: Dataset, labels: ArrayLike<number>, more: object = {}): Promise<Uint8Array> {
  return packModel((await gbdt.fit(settings(more), fitOf(dataset, labels))).save())
}

describe('one tree by hand', () => {
  const eight = table({ x: [1, 2, 3, 4, 5, 6, 7, 8] })
  const labels = [0, 0, 0, 0, 1, 1, 1, 1]
  const oneTree = { trees: 1, learningRate: 1, maxLeaves: 2 }

  test('base rate 1/2, one cut at 4.5, leaf values -2 and 2, gain 8', async () => {
    const model = await gbdt.fit(settings(oneTree), fitOf(eight, labels))
    const p = await model.predict(table({ x: [-1e9, 4.4, 4.6, 1e9] }))
    const low = 1 / (1 + Math.exp(2))
    for (const [i, expected] of [low, low, 1 - low, 1 - low].entries()) expect(p[i]).toBeCloseTo(expected, 7)
    expect(model.describe().gain).toEqual([{ feature: 'x', gain: expect.closeTo(8, 5), splits: 1 }])
  })

  test('l2 = 1 halves the leaf values, l1 = 1 halves them too, a rate of .5 as well', async () => {
    for (const penalty of [{ l2: 1 }, { l1: 1 }, { learningRate: 0.5 }]) {
      const model = await gbdt.fit(settings({ ...oneTree, ...penalty }), fitOf(eight, labels))
      expect((await model.predict(eight))[0]).toBeCloseTo(1 / (1 + Math.exp(1)), 7)
    }
  })

  test('minRowsPerLeaf 5 of 8 rows and minHessianPerLeaf above 1 leave a single leaf', async () => {
    for (const limit of [{ minRowsPerLeaf: 5 }, { minHessianPerLeaf: 1.01 }]) {
      const model = await gbdt.fit(settings({ ...oneTree, ...limit }), fitOf(eight, labels))
      expect([...(await model.predict(eight))]).toEqual(times(8, () => 0.5))
    }
    const four = await gbdt.fit(
      settings({ ...oneTree, minRowsPerLeaf: 4, minHessianPerLeaf: 0.99 }),
      fitOf(eight, labels),
    )
    expect((await four.predict(eight))[0]).toBeLessThan(0.2)
  })

  test('NaN and infinities are predicted: infinities like the outermost values', async () => {
    const model = await gbdt.fit(settings(oneTree), fitOf(eight, labels))
    const p = await model.predict(table({ x: [-Infinity, 1, 8, Infinity, null] }))
    expect(p[0]).toBe(p[1])
    expect(p[3]).toBe(p[2])
    expect(p.every((value) => value > 0 && value < 1)).toBe(true)
  })

  test('missing values of training take their own side', async () => {
    const gaps = table({ x: [1, 2, null, null, 5, 6, null, null] })
    const model = await gbdt.fit(settings({ ...oneTree, maxLeaves: 3 }), fitOf(gaps, [0, 0, 1, 1, 0, 0, 1, 1]))
    const p = await model.predict(table({ x: [null, 3] }))
    expect(p[0]).toBeGreaterThan(0.85)
    expect(p[1]).toBeLessThan(0.15)
  })
})

describe('gradients', () => {
  test('are the derivatives of the log-loss by finite differences', () => {
    const random = createRandom(8)
    const scores = Float64Array.from({ length: 200 }, () => 3 * random.normal())
    const labels = Uint8Array.from({ length: 200 }, () => random.integer(2))
    const weights = Float32Array.from({ length: 200 }, () => random.integer(4))
    const rows = range(200).filter((row) => weights[row]! > 0)
    const { gradients, sums } = logisticGradients({ scores, y: labels, weights, unit: 1 }, rows, new Int32Array(400))
    const lossAt = (row: number, shift: number): number => {
      const one = { scores: Float64Array.of(scores[row]! + shift), y: labels.slice(row, row + 1), weights: undefined }
      return weights[row]! * meanLogLoss(one, Uint32Array.of(0))
    }
    for (const row of rows) {
      const slope = (lossAt(row, 1e-4) - lossAt(row, -1e-4)) / 2e-4
      const curvature = (lossAt(row, 1e-3) - 2 * lossAt(row, 0) + lossAt(row, -1e-3)) / 1e-6
      expect(gradients.pairs[2 * row]! * gradients.gUnit).toBeCloseTo(slope, 5)
      expect(gradients.pairs[2 * row + 1]! * gradients.hUnit).toBeCloseTo(curvature, 4)
    }
    expect(sums.weight).toBe(rows.reduce((total, row) => total + weights[row]!, 0))
    expect(sums.logLoss).toBeCloseTo(meanLogLoss({ scores, y: labels, weights }, rows), 12)
  })

  test('sums stay below 2^31 and the logarithm of the product is the sum of logarithms, for 40,000 rows far off', () => {
    const scores = Float64Array.from({ length: 40_000 }, (_, i) => (i % 3) - 1)
    const labels = Uint8Array.from({ length: 40_000 }, (_, i) => i % 2)
    const { gradients, sums } = logisticGradients(
      { scores, y: labels, weights: undefined, unit: 1 },
      range(40_000),
      new Int32Array(80_000),
    )
    let g = 0
    for (let i = 0; i < 40_000; i++) g += Math.abs(gradients.pairs[2 * i]!)
    expect(g).toBeLessThan(2 ** 31)
    expect(sums.h).toBeLessThan(2 ** 31)
    expect(sums.logLoss).toBeCloseTo(meanLogLoss({ scores, y: labels, weights: undefined }, range(40_000)), 12)
  })
})

describe('what must not matter does not', () => {
  test('order of columns, threads and memory: the same bytes', async () => {
    const full = withPlan(x)
    const bytes = await bytesFor(full, y)
    expect(await bytesFor(selectColumns(full, full.names.toReversed()), y)).toEqual(bytes)
    const poor = { resources: { threads: 2, memoryBytes: 1 } }
    expect(packModel((await gbdt.fit(settings(), fitOf(full, y, poor))).save())).toEqual(bytes)
  })

  test('order of rows: the same trees to the last bit', async () => {
    const full = withPlan(x)
    const order = createRandom(2).shuffle(range(1500))
    const model = await gbdt.fit(settings(), fitOf(full, y))
    const labels = Array.from(order, (row) => y[row]!)
    const shuffled = await gbdt.fit(settings(), fitOf(selectRows(full, order), labels))
    expect(shuffled.save().buffers).toEqual(model.save().buffers)
  })

  test('a row of weight 2 is two rows, a row of weight 0 is none', async () => {
    const small = withPlan(selectRows(x, range(250)))
    const weights = Float32Array.from({ length: 250 }, (_, i) => i % 3)
    const repeated = range(250).filter((row) => row % 3 > 0)
    const rows = Uint32Array.from([...repeated, ...repeated.filter((row) => row % 3 === 2)])
    const weighted = await gbdt.fit(settings(), fitOf({ ...small, weights }, y.slice(0, 250)))
    const plain = await gbdt.fit(
      settings(),
      fitOf(
        selectRows(small, rows),
        Array.from(rows, (row) => y[row]!),
      ),
    )
    expect(await weighted.predict(small)).toEqual(await plain.predict(small))
  })

  test('the same weight on all rows changes nothing when penalties are scaled with it', async () => {
    const plain = await gbdt.fit(settings({ l2: 1, minHessianPerLeaf: 1 }), fitOf(x, y))
    for (const weight of [2 ** -20, 2 ** 20]) {
      const scaled = settings({ l2: weight, minHessianPerLeaf: weight })
      const weights = new Float32Array(1500).fill(weight)
      const model = await gbdt.fit({ ...scaled, minRowsPerLeaf: 0.5 }, fitOf({ ...x, weights }, y))
      expect(await model.predict(x)).toEqual(await plain.predict(x))
    }
  })

  test('weights from 1e-6 to 1e6 side by side overflow nothing: heavy rows are fitted, all are predicted', async () => {
    const weights = Float32Array.from({ length: 1500 }, (_, i) => 10 ** ((i % 13) - 6))
    const model = await gbdt.fit(settings({ trees: 50, minHessianPerLeaf: 1 }), fitOf({ ...x, weights }, y))
    const p = await model.predict(x)
    expect(p.every((value) => value >= 0 && value <= 1)).toBe(true)
    const curve = model.describe().curve!
    expect(curve.at(-1)!.train!).toBeLessThan(0.5 * curve[0]!.train!)
  })

  test('a monotone transformation of a column changes no prediction on training rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(50, 1200), async (seed, rowCount) => {
        const random = createRandom(seed)
        const cells = times(rowCount, () => random.integer(900))
        const labels = cells.map((cell) => (random.next() < cell / 900 ? 1 : 0))
        labels[0] = 0
        labels[1] = 1
        const linear = await gbdt.fit(settings({ trees: 3 }), fitOf(table({ v: cells }), labels))
        const squares = table({ v: cells.map((cell) => cell * cell - 5) })
        const squared = await gbdt.fit(settings({ trees: 3 }), fitOf(squares, labels))
        expect(await squared.predict(squares)).toEqual(await linear.predict(table({ v: cells })))
      }),
      { numRuns: 10, seed: 1 },
    )
  })

  test('constant columns and columns without values', async () => {
    const dull = table({ same: times(40, () => 3), gone: times(40, () => null) })
    const model = await gbdt.fit(
      settings(),
      fitOf(
        dull,
        times(40, (i) => (i % 4 === 0 ? 1 : 0)),
      ),
    )
    expect([...new Set(await model.predict(dull))]).toEqual([expect.closeTo(0.25, 12)])
    expect(model.describe().gain!.every(({ gain, splits }) => gain === 0 && splits === 0)).toBe(true)
  })
})

describe('categories', () => {
  test('300 regions, half of them churning: learned as sets; unseen ones are treated as missing', async () => {
    const levels = [...times(4000, (i) => i % 200), ...times(1000, (i) => 200 + (i % 100))]
    const regions = levels.map((level) => `region ${level}`)
    const labels = levels.map((level) => (level % 2 === 0 ? 1 : 0))
    const model = await gbdt.fit(
      settings({ trees: 40, maxLeaves: 8, categorySmoothing: 1, categoryL2: 0 }),
      fitOf(table({ region: regions }), labels),
    )
    const known = await model.predict(table({ region: times(200, (i) => `region ${i}`) }))
    expect(times(200, (i) => known[i]! > 0.5)).toEqual(times(200, (i) => i % 2 === 0))
    const [unseen, missing] = await model.predict(table({ region: ['nowhere', null] }))
    expect(unseen).toBe(missing)
  })
})

describe('early stopping', () => {
  const later = simulatedMatrix({ rows: 3000, columns: 26, seed: 9 })
  const halves = [range(1500), range(3000).slice(1500)].map((rows) => ({
    x: selectRows(later.x, rows),
    y: Uint8Array.from(rows, (row) => later.y[row]!),
  }))
  const [first, second] = [halves[0]!, halves[1]!]

  test('keeps the trees up to the lowest validation loss; a refit with what is fixed gives the same model', async () => {
    const parameters = settings({ trees: 400, learningRate: 0.2, earlyStopping: 10 })
    const stopped = await gbdt.fit(parameters, fitOf(first.x, first.y, { valid: second }))
    const { fixed, curve } = stopped.describe()
    const losses = curve!.map(({ valid }) => valid!)
    const best = losses.indexOf(Math.min(...losses)) + 1
    expect(fixed).toEqual({ trees: best, earlyStopping: 0 })
    expect(losses).toHaveLength(best + 10)
    const refit = await gbdt.fit(gbdt.parameters.parse({ ...parameters, ...fixed }), fitOf(first.x, first.y))
    expect(await refit.predict(second.x)).toEqual(await stopped.predict(second.x))
    expect(refit.describe().fixed).toEqual({})
  })

  test('without `valid`, 15 % of the users of train are watched and none of them is learned from', async () => {
    const users = Uint32Array.from({ length: 1500 }, (_, i) => Math.floor(i / 3))
    const model = await gbdt.fit(
      settings({ trees: 400, learningRate: 0.3, earlyStopping: 10 }),
      fitOf({ ...first.x, users }, first.y),
    )
    const { curve, fixed } = model.describe()
    expect(curve!.length).toBeLessThan(400)
    expect(fixed['trees']).toBe(curve!.length - 10)
    expect(curve!.every(({ train, valid }) => train! > 0 && valid! > 0)).toBe(true)
  })

  test('with too few users to hold any out, all trees are grown on all rows', async () => {
    const eight = table({ x: [1, 2, 3, 4, 5, 6, 7, 8] })
    const model = await gbdt.fit(settings({ trees: 5, earlyStopping: 3 }), fitOf(eight, [0, 0, 0, 0, 1, 1, 1, 1]))
    expect(model.describe().fixed).toEqual({ trees: 5, earlyStopping: 0 })
  })
})

describe('sampling', () => {
  test('rows and features: another model than without, the same one twice, and not a bad one', async () => {
    const sampled = { rowSampling: 0.6, featureSampling: 0.5 }
    const bytes = await bytesFor(x, y, sampled)
    expect(await bytesFor(x, y, sampled)).toEqual(bytes)
    expect(await bytesFor(x, y)).not.toEqual(bytes)
    const model = await gbdt.fit(settings(sampled), fitOf(x, y))
    const curve = model.describe().curve!
    expect(curve.at(-1)!.train!).toBeLessThan(0.8 * curve[0]!.train!)
  })
})

describe('faults', () => {
  test('one class, one row and no rows are faults of the data', async () => {
    for (const count of [0, 1, 5]) {
      const one = table({ x: times(count, (i) => i) })
      await expect(
        gbdt.fit(
          settings(),
          fitOf(
            one,
            times(count, () => 1),
          ),
        ),
      ).rejects.toMatchObject({ kind: 'data' })
    }
  })

  test('stops between trees when told to', async () => {
    const controller = new AbortController()
    const emit = ({ done }: { done?: number }): void => {
      if (done === 3) controller.abort()
    }
    const fit = gbdt.fit(settings({ trees: 1000 }), fitOf(x, y, { signal: controller.signal, emit }))
    await expect(fit).rejects.toMatchObject({ kind: 'interrupted' })
  })

  test('a missing column, and a saved model that was cut or points out of itself', async () => {
    const model = await gbdt.fit(settings({ trees: 3 }), fitOf(withPlan(x), y))
    await expect(model.predict(table({ trend: [1] }))).rejects.toMatchObject({ kind: 'data', message: /app_installed/ })
    const saved = model.save()
    const damage = (name: string, change: (bytes: Uint8Array) => Uint8Array) => ({
      header: saved.header,
      buffers: new Map([...saved.buffers].map(([key, bytes]) => [key, key === name ? change(bytes.slice()) : bytes])),
    })
    for (const name of saved.buffers.keys())
      if (saved.buffers.get(name)!.length > 0)
        expect(() => gbdt.load(damage(name, (bytes) => bytes.subarray(0, bytes.length - 1)))).toThrow(/cannot be read/)
    expect(() => gbdt.load(damage('left', (bytes) => bytes.fill(0)))).toThrow(/tree 0/)
    expect(() => gbdt.load(damage('feature', (bytes) => bytes.fill(255)))).toThrow(/tree 0/)
    expect(() => gbdt.load({ header: { estimator: 'gbdt' }, buffers: saved.buffers })).toThrow(/header/)
  })
})

test('a saved model predicts the same bits and describes itself the same', async () => {
  const full = withPlan(x)
  const model = await gbdt.fit(settings({ earlyStopping: 5 }), fitOf(full, y))
  const loaded = gbdt.load(unpackModel(packModel(model.save())))
  expect(await loaded.predict(full)).toEqual(await model.predict(full))
  expect(loaded.describe()).toEqual(model.describe())
  expect(packModel(loaded.save())).toEqual(packModel(model.save()))
})
