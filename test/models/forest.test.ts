import { describe, expect, test } from 'vitest'
import { type Dataset, selectColumns, selectRows } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { drawnGroups, drawRows } from '../../models/forest/bootstrap.ts'
import { drawnGradients } from '../../models/forest/drawn-gradients.ts'
import { createDraws } from '../../models/forest/forest-draws.ts'
import { forest } from '../../models/forest/forest.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { simulatedMatrix } from '../support/simulated-matrix.ts'
import { fitOf, table, times } from './tree-tables.ts'

const settings = (more: object = {}) => forest.parameters.parse({ trees: 15, ...more })
const range = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)
const { x, y } = simulatedMatrix({ rows: 1200, columns: 26, seed: 4 })
const wholeTree = { trees: 1, rowSampling: 'all', featureSampling: 1, minRowsPerLeaf: 1 }

describe('a tree of the forest by hand', () => {
  const plain = table({ a: [1, 2, 3, 4, 5, 6, 7, 8], b: ['u', 'v', 'u', 'v', 'u', 'v', 'u', null] })
  const labels = [0, 0, 0, 1, 1, 1, 1, 1]

  test('grows until its leaves are pure, and predicts their rates', async () => {
    const model = await forest.fit(settings(wholeTree), fitOf(plain, labels))
    expect([...(await model.predict(plain))]).toEqual(labels)
    const [first] = model.describe().gain!
    expect(first).toEqual({ feature: 'a', gain: expect.closeTo(8 * (5 / 8) * (3 / 8), 12), splits: 1 })
  })

  test('minRowsPerLeaf 4: one cut at 4.5, rates 1/4 and 1; maxDepth 1 does not cut pure leaves either', async () => {
    const four = await forest.fit(settings({ ...wholeTree, minRowsPerLeaf: 4 }), fitOf(plain, labels))
    expect([...(await four.predict(plain))]).toEqual([0.25, 0.25, 0.25, 0.25, 1, 1, 1, 1])
    const flat = await forest.fit(settings({ ...wholeTree, maxDepth: 1 }), fitOf(plain, [0, 1, 0, 1, 1, 1, 0, 1]))
    expect(new Set(await flat.predict(plain)).size).toBe(2)
  })

  test('weight 3 of a row is three rows; no row is drawn when its weight is 0', async () => {
    const weights = Float32Array.of(1, 1, 1, 3, 1, 1, 1, 0)
    const rows = Uint32Array.of(0, 1, 2, 3, 3, 3, 4, 5, 6)
    const one = settings({ ...wholeTree, minRowsPerLeaf: 5 })
    const weighted = await forest.fit(one, fitOf({ ...plain, weights }, labels))
    const repeated = await forest.fit(
      one,
      fitOf(
        selectRows(plain, rows),
        Array.from(rows, (row) => labels[row]!),
      ),
    )
    expect(await weighted.predict(plain)).toEqual(await repeated.predict(plain))
  })
})

describe('bootstrap', () => {
  const users = Uint32Array.of(9, 9, 4, 4, 7, 1)

  const drawsOf = (seed: number) => createDraws(Uint32Array.of(seed, 2, 3, 4))

  test('of users: rows of one user are drawn equally often, as many users as there are', () => {
    const times = new Uint16Array(6)
    const groups = drawnGroups('bootstrap_users', users)
    expect(groups).toEqual({ group: Uint32Array.of(3, 3, 1, 1, 2, 0), count: 4 })
    for (let tree = 0; tree < 20; tree++) {
      drawRows(times, groups, drawsOf(tree))
      expect([times[0], times[2]]).toEqual([times[1], times[3]])
      expect(times[0]! + times[2]! + times[4]! + times[5]!).toBe(4)
    }
  })

  test('of rows: as many as there are; all: each once', () => {
    const times = new Uint16Array(1000)
    drawRows(times, drawnGroups('bootstrap_rows', new Uint32Array(1000)), drawsOf(1))
    expect(times.reduce((a, b) => a + b)).toBe(1000)
    expect(times.filter((drawn) => drawn === 0).length / 1000).toBeCloseTo(Math.exp(-1), 1)
    drawRows(times, drawnGroups('all', users), drawsOf(1))
    expect(times.every((drawn) => drawn === 1)).toBe(true)
  })

  test('the numbers of a tree are those of core/random.ts for the same state', () => {
    const random = createRandom(5) as unknown as {
      state: Uint32Array
      uint32(): number
      integer(limit: number): number
    }
    const draws = createDraws(random.state.slice())
    for (let i = 0; i < 100; i++) expect(draws.word()).toBe(random.uint32())
    for (const limit of [1, 2, 7, 1000, 3_000_000_000]) expect(draws.below(limit)).toBe(random.integer(limit))
  })

  test('gradients of drawn rows: h counts draws times weight, g the churned ones of them', () => {
    const drawn = { y: Uint8Array.of(1, 0, 1), weights: undefined, unit: 1, times: Uint16Array.of(2, 1, 0) }
    const { gradients, drawsPerRow } = drawnGradients(drawn, Uint32Array.of(0, 1), new Int32Array(4))
    expect([...gradients.pairs]).toEqual([-2, 2, 0, 1])
    expect(drawsPerRow).toBe(1.5)
    const weighted = { ...drawn, weights: Float32Array.of(0.5, 0.25, 8) }
    const half = drawnGradients(weighted, Uint32Array.of(0, 1), new Int32Array(4))
    const { pairs, hUnit } = half.gradients
    expect([pairs[1]! * hUnit, pairs[3]! * hUnit]).toEqual([1, 0.25])
    expect(half.drawsPerRow).toBeCloseTo(1.25 / 0.75, 12)
  })
})

describe('a whole forest', () => {
  test('the out-of-bag log-loss is near the one on new rows, above the one on training rows', async () => {
    const { x: more, y: labels } = simulatedMatrix({ rows: 6000, columns: 26, seed: 5 })
    const learn = range(2000)
    const model = await forest.fit(settings({ trees: 60 }), fitOf(selectRows(more, learn), labels.slice(0, 2000)))
    const p = await model.predict(more)
    const lossOver = (from: number, to: number): number => {
      let loss = 0
      for (let i = from; i < to; i++) loss -= Math.log(labels[i] === 1 ? p[i]! : 1 - p[i]!)
      return loss / (to - from)
    }
    const { outOfBag } = model.describe()
    expect(outOfBag!.rows).toBe(2000)
    expect(Math.abs(outOfBag!.logLoss - lossOver(2000, 6000))).toBeLessThan(0.02)
    expect(lossOver(0, 2000)).toBeLessThan(outOfBag!.logLoss - 0.05)
    expect(outOfBag!.brier).toBeGreaterThan(0.1)
  })

  test('rows of one user never judge themselves: copied users do not flatter the out-of-bag loss', async () => {
    const copies = Uint32Array.from([...range(400), ...range(400), ...range(400)])
    const repeated = selectRows(x, copies)
    const labels = Array.from(copies, (row) => y[row]!)
    const byUser = await forest.fit(settings({ trees: 40 }), fitOf(repeated, labels))
    const byRow = await forest.fit(settings({ trees: 40, rowSampling: 'bootstrap_rows' }), fitOf(repeated, labels))
    expect(byUser.describe().outOfBag!.logLoss).toBeGreaterThan(byRow.describe().outOfBag!.logLoss + 0.05)
  })

  test('order of columns and threads: the same bytes; another seed: others', async () => {
    const bytesOf = async (dataset: Dataset, more: object = {}): Promise<Uint8Array> =>
      packModel((await forest.fit(settings(), fitOf(dataset, y, more))).save())
    const bytes = await bytesOf(x)
    expect(await bytesOf(selectColumns(x, x.names.toReversed()))).toEqual(bytes)
    expect(await bytesOf(x, { resources: { threads: 2, memoryBytes: 1 } })).toEqual(bytes)
    expect(await bytesOf(x, { random: createRandom(2) })).not.toEqual(bytes)
  })

  test('fewer trees are the first of the many', async () => {
    const few = await forest.fit(settings({ trees: 3 }), fitOf(x, y))
    const many = await forest.fit(settings({ trees: 6 }), fitOf(x, y))
    const [a, b] = [few.save().buffers.get('values')!, many.save().buffers.get('values')!]
    expect(b.subarray(0, a.length)).toEqual(new Uint8Array(a))
  })

  test('a saved forest predicts the same bits and describes itself the same', async () => {
    const model = await forest.fit(settings(), fitOf(x, y))
    const loaded = forest.load(unpackModel(packModel(model.save())))
    expect(await loaded.predict(x)).toEqual(await model.predict(x))
    expect(loaded.describe()).toEqual(model.describe())
    const all = await forest.fit(settings({ rowSampling: 'all' }), fitOf(x, y))
    expect(all.describe().outOfBag).toBeUndefined()
  })

  test('stops between trees when told to; one class is a fault of the data', async () => {
    const controller = new AbortController()
    const emit = ({ done }: { done?: number }): void => {
      if (done === 2) controller.abort()
    }
    const fit = forest.fit(settings({ trees: 1000 }), fitOf(x, y, { signal: controller.signal, emit }))
    await expect(fit).rejects.toMatchObject({ kind: 'interrupted' })
    const one = table({ a: times(4, (i) => i) })
    await expect(forest.fit(settings(), fitOf(one, [1, 1, 1, 1]))).rejects.toMatchObject({ kind: 'data' })
  })
})
