import { describe, expect, test } from 'vitest'
import type { Dataset } from '../../core/dataset.ts'
import { selectRows } from '../../core/dataset.ts'
import type { Classifier } from '../../models/estimator.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { estimatorNamed } from '../../models/registry.ts'
import { fitOf, table, times } from './tree-tables.ts'

/** One whole tree on all rows, so that what it learns can be told by hand. */
const whole = { trees: 1, minRowsPerLeaf: 1, featureSampling: 1, rowSampling: 'all' }
const kinds: readonly (readonly [string, object])[] = [
  [
    'gbdt',
    { trees: 1, learningRate: 1, l2: 0, minRowsPerLeaf: 1, minHessianPerLeaf: 0, earlyStopping: 0, maxLeaves: 4 },
  ],
  ['forest', whole],
  ['extra_trees', whole],
  ['tree', { minRowsPerLeaf: 1, maxLeaves: 4 }],
]

describe.each(kinds)('%s at the edges', (kind, parameters) => {
  const estimator = estimatorNamed(kind)
  const fit = (x: Dataset, y: ArrayLike<number>, more: object = {}): Promise<Classifier> =>
    estimator.fit(estimator.parameters.parse({ ...parameters, ...more }), fitOf(x, y))
  const halves = table({ x: [1, 2, 3, 4, 5, 6, 7, 8], noise: [1, 1, 1, 1, 1, 1, 1, 1] })
  const upper = [0, 0, 0, 0, 1, 1, 1, 1]

  test('a tiny tree is recovered exactly: one cut between 4 and 5, four rows on each side', async () => {
    const p = await (await fit(halves, upper, kind === 'gbdt' ? { maxLeaves: 2 } : {})).predict(halves)
    const sides: Readonly<Record<string, readonly [number, number]>> = {
      gbdt: [1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-2))], // log-odds 0 -+ sum of slopes / sum of curvatures
      tree: [1 / 6, 5 / 6], // bounded by 1 / (rows + 2)
    }
    const [low, high] = sides[kind] ?? [0, 1]
    for (const [row, value] of p.entries()) expect(value).toBeCloseTo(row < 4 ? low : high, 12)
  })

  test('constant columns split nothing: everyone gets the base rate 3/8', async () => {
    const flat = table({ a: times(8, () => 3), plan: times(8, () => 'gold') })
    const p = await (await fit(flat, [0, 0, 0, 0, 0, 1, 1, 1])).predict(flat)
    for (const value of p) expect(value).toBeCloseTo(3 / 8, 12)
  })

  test('columns that are missing everywhere split nothing either', async () => {
    const empty = table({ a: times(8, () => null), plan: times(8, () => null) })
    const p = await (await fit(empty, [0, 0, 0, 0, 0, 1, 1, 1])).predict(halvesLike(empty))
    for (const value of p) expect(value).toBeCloseTo(3 / 8, 12)
  })

  test.each([
    ['one class', times(8, () => 1), 'FIT_ONE_CLASS'],
    ['weights of zero for one class', upper, 'FIT_ONE_CLASS'],
    ['weights of zero everywhere', upper, 'FIT_NO_ROWS'],
  ])('%s is a fault of the data', async (name, y, code) => {
    const weights = Float32Array.from(upper, (label) => (name.endsWith('everywhere') ? 0 : label))
    const x = name === 'one class' ? halves : { ...halves, weights }
    await expect(fit(x, y)).rejects.toMatchObject({ kind: 'data', code })
  })

  test('1 row is a fault of the data, 10 rows are a model', async () => {
    const ten = table({ x: times(10, (i) => i) })
    await expect(fit(selectRows(ten, Uint32Array.of(3)), [1])).rejects.toMatchObject({ kind: 'data' })
    const p = await (
      await fit(
        ten,
        times(10, (i) => Number(i > 6)),
      )
    ).predict(ten)
    expect(p[9]!).toBeGreaterThan(p[0]!)
  })

  test('rows given twice weigh as much as rows of weight 2', async () => {
    const x = table({ a: times(60, (i) => (i * 37) % 61), b: times(60, (i) => (i * i) % 17) })
    const y = times(60, (i) => Number((i * 37) % 61 > 25 || i % 7 === 0))
    const twice = Uint32Array.from({ length: 120 }, (_, i) => i >> 1)
    const repeated = await fit(
      selectRows(x, twice),
      Array.from(twice, (row) => y[row]!),
      { minRowsPerLeaf: 4 },
    )
    const weighted = await fit({ ...x, weights: new Float32Array(60).fill(2) }, y, { minRowsPerLeaf: 4 })
    const [a, b] = [await repeated.predict(x), await weighted.predict(x)]
    for (const [row, value] of a.entries()) expect(value).toBeCloseTo(b[row]!, 12)
  })

  test('rows of weight zero are not there, whatever they say', async () => {
    const wrong = table({ x: [1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 8, 8] })
    const weights = Float32Array.from([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    const masked = await fit({ ...wrong, weights }, [...upper, 1, 1, 0, 0])
    const plain = await fit(table({ x: [1, 2, 3, 4, 5, 6, 7, 8] }, { weights: weights.slice(0, 8) }), upper)
    expect(await masked.predict(wrong)).toEqual(await plain.predict(wrong))
  })

  test('NaN and infinities are predicted: infinities like the outermost values, never NaN', async () => {
    const model = await fit(halves, upper)
    const odd = table({ x: [Infinity, -Infinity, Number.NaN, 3.4e38, -3.4e38], noise: times(5, () => Number.NaN) })
    const p = await model.predict(odd)
    const [low, high] = [(await model.predict(halves))[0], (await model.predict(halves))[7]]
    expect([p[0], p[1], p[3], p[4]]).toEqual([high, low, high, low])
    expect(p[2]! >= 0 && p[2]! <= 1).toBe(true)
    const explanation = model.explain(odd)
    if (explanation !== null) expect((await contributionsOf(explanation)).values.every(Number.isFinite)).toBe(true)
  })

  test('300 categories are learned as sets; unseen and missing ones are predicted', async () => {
    const region = (i: number): string => `r${i % 300}`
    const x = table({ region: times(1800, region) })
    const y = times(1800, (i) => Number(i % 300 < 150))
    const model = await fit(x, y, kind === 'gbdt' ? { categorySmoothing: 0 } : {})
    const p = await model.predict(table({ region: ['r1', 'r2', 'r299', 'r298', 'never', null] }))
    expect(Math.max(p[2]!, p[3]!)).toBeLessThan(Math.min(p[0]!, p[1]!))
    expect(p[4]).toBe(p[5])
    expect(p[4]! >= 0 && p[4]! <= 1).toBe(true)
  })

  test('of 2,000 features the one that tells is found', async () => {
    const rows = 40
    const noise = (f: number) => times(rows, (i) => (i * (2 * f + 1) * 7919) % 1009)
    const columns = Object.fromEntries(times(1999, (f) => [`noise_${f}`, noise(f)]))
    const x = table({ ...columns, tells: times(rows, (i) => Number(i % 2)) })
    const p = await (
      await fit(
        x,
        times(rows, (i) => i % 2),
      )
    ).predict(x)
    for (const [row, value] of p.entries()) expect(value > 0.5).toBe(row % 2 === 1)
  })
})

/** The same names and kinds with values in every cell: what training never saw. */
function halvesLike(x: Dataset): Dataset {
  return {
    ...x,
    columns: x.columns.map(() => ({ kind: 'number', values: Float32Array.from({ length: x.rowCount }, (_, i) => i) })),
  }
}
