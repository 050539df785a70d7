import { describe, expect, test } from 'vitest'
import { selectRows } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { gbdt } from '../../models/gbdt/gbdt.ts'
import { packModel } from '../../models/pack.ts'
import { simulatedMatrix } from '../support/simulated-matrix.ts'
import { meanLogLoss } from './estimator-suite.ts'
import { fitOf, table, times } from './tree-tables.ts'

const settings = (more: object = {}) =>
  gbdt.parameters.parse({ trees: 20, learningRate: 0.1, l2: 0, earlyStopping: 0, ...more })
const { x, y } = simulatedMatrix({ rows: 4000, columns: 26, seed: 4 })
const fresh = simulatedMatrix({ rows: 4000, columns: 26, seed: 5 })
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length

describe('monotone features', () => {
  /** Churn falls with `age` up to 50 and rises beyond; `other` is in between, missing values included. */
  const random = createRandom(12)
  const age = times(3000, () => (random.next() < 0.05 ? null : random.integer(100)))
  const other = times(3000, () => random.integer(40))
  const data = table({ age, other })
  const labels = age.map((a, i) => (random.next() < 0.2 + Math.abs((a ?? 30) - 50) / 80 + other[i]! / 400 ? 1 : 0))
  const grid = (second: number) => table({ age: times(100, (i) => i), other: times(100, () => second) })

  test.each([['increasing', 1] as const, ['decreasing', -1] as const])(
    'with age %s, the probability never goes the other way, whatever the other feature is; without it does',
    async (direction, sign) => {
      for (const deep of [
        { maxLeaves: 40, minRowsPerLeaf: 5 },
        { maxDepth: 3, l1: 1, l2: 2 },
      ]) {
        const model = await gbdt.fit(settings({ ...deep, monotone: { age: direction } }), fitOf(data, labels))
        const free = await gbdt.fit(settings(deep), fitOf(data, labels))
        for (const second of [0, 17, 39]) {
          const steps = async (fitted: typeof model): Promise<number[]> => {
            const p = await fitted.predict(grid(second))
            return times(99, (i) => sign * (p[i + 1]! - p[i]!))
          }
          expect(Math.min(...(await steps(model)))).toBeGreaterThanOrEqual(0)
          expect(Math.max(...(await steps(model)))).toBeGreaterThan(0)
          expect(Math.min(...(await steps(free)))).toBeLessThan(0)
        }
      }
    },
  )

  test('a category, an unknown name: faults of the config that name the feature', async () => {
    const mixed = table({ tier: times(40, (i) => 'ab'[i % 2]!), age: times(40, (i) => i) })
    const alternating = times(40, (i) => (i % 3 === 0 ? 1 : 0))
    for (const name of ['tier', 'agee']) {
      const fitting = gbdt.fit(settings({ monotone: { [name]: 'increasing' } }), fitOf(mixed, alternating))
      await expect(fitting).rejects.toMatchObject({ kind: 'config', code: 'FIT_MONOTONE' })
      await expect(fitting).rejects.toThrow(`monotone."${name}"`)
    }
  })
})

describe('churn weight', () => {
  test('churned rows that weigh 4 times, a fifth, or as much as all others: probabilities still average to the churn rate', async () => {
    for (const churnWeight of [4, 'balanced', 0.2]) {
      for (const more of [{ maxLeaves: 8 }, { maxLeaves: 8, trees: 200, earlyStopping: 3 }]) {
        const model = await gbdt.fit(settings({ trees: 30, churnWeight, ...more }), fitOf(x, y))
        expect(Math.abs(mean(await model.predict(x)) / mean(y) - 1)).toBeLessThan(0.01)
        expect(Math.abs(mean(await model.predict(fresh.x)) / mean(fresh.y) - 1)).toBeLessThan(0.06)
      }
    }
  })

  test('without anything to learn everyone gets the base rate, not the weighted one', async () => {
    const dull = table({ same: times(40, () => 3) })
    const labels = times(40, (i) => (i % 4 === 0 ? 1 : 0))
    const p = await (await gbdt.fit(settings({ churnWeight: 10 }), fitOf(dull, labels))).predict(dull)
    expect(p[0]).toBeCloseTo(0.25, 7)
  })
})

describe('going on from a model', () => {
  test.each([{}, { rowSampling: 0.6, featureSampling: 0.5 }, { gossTop: 0.3, learningRate: 0.5 }])(
    '8 trees and then up to 20 are the 20 trees of one fit, bit by bit: %j',
    async (more) => {
      const whole = await gbdt.fit(settings(more), fitOf(x, y))
      const start = (await gbdt.fit(settings({ ...more, trees: 8 }), fitOf(x, y))).save()
      const resumed = await gbdt.fit(settings(more), fitOf(x, y, { start }))
      expect(resumed.save().buffers).toEqual(whole.save().buffers)
      expect(resumed.describe().curve!.map(({ iteration }) => iteration)).toEqual(times(20, (i) => i + 1))
      expect(resumed.describe().gain).toEqual(whole.describe().gain)
    },
  )

  test('new rows meet the old bins; a model that has its trees already comes back as it was; another kind is refused', async () => {
    const first = await gbdt.fit(settings(), fitOf(x, y))
    const start = first.save()
    const more = await gbdt.fit(settings({ trees: 40 }), fitOf(fresh.x, fresh.y, { start }))
    expect(meanLogLoss(await more.predict(fresh.x), fresh.y)).toBeLessThan(
      meanLogLoss(await first.predict(fresh.x), fresh.y),
    )
    const same = await gbdt.fit(settings({ trees: 20 }), fitOf(fresh.x, fresh.y, { start }))
    expect(packModel(same.save())).toEqual(packModel(start))
    const other = { header: { estimator: 'forest' }, buffers: new Map<string, Uint8Array>() }
    await expect(gbdt.fit(settings(), fitOf(x, y, { start: other }))).rejects.toMatchObject({ code: 'FIT_START' })
  })
})

describe('GOSS', () => {
  test('30 % of the rows do about as well as all on new rows', async () => {
    const lossWith = async (more: object): Promise<number> => {
      const model = await gbdt.fit(settings({ trees: 60, ...more }), fitOf(x, y))
      return meanLogLoss(await model.predict(fresh.x), fresh.y)
    }
    const all = await lossWith({})
    const goss = await lossWith({ gossTop: 0.2, gossRest: 0.1 })
    expect(goss).not.toBe(all)
    expect(Math.abs(goss - all)).toBeLessThan(0.015)
  })

  test('a tiny share of the rest still makes a model of two rows and more', async () => {
    for (const rowCount of [2, 3, 10]) {
      const rows = Uint32Array.from({ length: rowCount }, (_, i) => i)
      const labels = times(rowCount, (i) => i % 2)
      const model = await gbdt.fit(
        settings({ gossTop: 0.01, gossRest: 0.001, learningRate: 1, minRowsPerLeaf: 1 }),
        fitOf(selectRows(x, rows), labels),
      )
      expect((await model.predict(fresh.x)).every((p) => p >= 0 && p <= 1)).toBe(true)
    }
  })
})
