import { describe, expect, it } from 'vitest'
import type { Column, Dataset } from '../../core/dataset.ts'
import { denseRanks } from '../../core/numeric/dense-ranks.ts'
import { createRandom } from '../../core/random.ts'
import { oneFeatureAucs } from '../../evaluation/one-feature-auc.ts'

const table = (column: Column, users: Uint32Array): Dataset => ({
  names: ['x'],
  columns: [column],
  rowCount: users.length,
  users,
  cutoffs: new Uint16Array(users.length),
})
const ownUser = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i)
const numbers = (values: ArrayLike<number>): Column => ({ kind: 'number', values: Float32Array.from(values) })

describe('denseRanks', () => {
  it('ranks distinct values from 1, NaN as 0, -0 as 0, infinities at the ends', () => {
    const values = Float32Array.from([3, -0, Number.NaN, -7.5, 0, Infinity, -Infinity, 3])
    expect([...denseRanks(values).ranks]).toEqual([4, 3, 0, 2, 3, 5, 1, 4])
    expect(denseRanks(values).count).toBe(5)
    expect(denseRanks(new Float32Array(0))).toEqual({ ranks: new Uint32Array(0), count: 0 })
  })
  it('agrees with sorting the distinct values', () => {
    const random = createRandom('ranks')
    const values = Float32Array.from({ length: 5_000 }, () => Math.round(random.normal() * 300) / 7)
    const distinct = [...new Set(values)].sort((a, b) => a - b)
    expect([...denseRanks(values).ranks]).toEqual([...values].map((value) => distinct.indexOf(value) + 1))
  })
})

describe('oneFeatureAucs', () => {
  it('four rows: churners 3 and 1, stayers 2 and 0 are right in 3 of 4 pairs', () => {
    const [one] = oneFeatureAucs(table(numbers([3, 1, 2, 0]), ownUser(4)), Uint8Array.from([1, 1, 0, 0]))
    expect(one!.auc).toBe(0.75)
  })
  it('the interval is that of DeLong, the influence of every row written out', () => {
    // Churner 3 is above all stayers (1), 1 above half (.5); below churners are: stayer 2 under half, 0 under all.
    const [one] = oneFeatureAucs(table(numbers([3, 1, 2, 0]), ownUser(4)), Uint8Array.from([1, 1, 0, 0]))
    const influence = [0.25, -0.25, -0.25, 0.25].map((value) => value / 2)
    const se = Math.sqrt((influence.reduce((sum, value) => sum + value ** 2, 0) * 4) / 3)
    expect(one!.low).toBeCloseTo(0.75 - 1.959964 * se, 6)
    expect(one!.high).toBe(1)
  })
  it('the same rows given by one user k times leave the AUC and its interval as they were', () => {
    const random = createRandom('clusters')
    const n = 300
    const y = Uint8Array.from({ length: n }, () => random.integer(2))
    const values = Array.from(y, (label) => label + 1.2 * random.normal())
    const [once] = oneFeatureAucs(table(numbers(values), ownUser(n)), y)
    const triple = <T>(list: ArrayLike<T>): T[] => [...Array.from(list), ...Array.from(list), ...Array.from(list)]
    const users = Uint32Array.from(triple(ownUser(n)))
    const [thrice] = oneFeatureAucs(table(numbers(triple(values)), users), Uint8Array.from(triple(y)))
    expect(thrice!.auc).toBeCloseTo(once!.auc, 12)
    expect(thrice!.low).toBeCloseTo(once!.low, 9)
    const [apart] = oneFeatureAucs(table(numbers(triple(values)), ownUser(3 * n)), Uint8Array.from(triple(y)))
    expect(apart!.high - apart!.low).toBeLessThan(0.65 * (once!.high - once!.low))
  })
  it('covers the truth of a known pair of normals (.7602) in 180 of 200 samples or more', () => {
    const random = createRandom('cover')
    let covered = 0
    for (let sample = 0; sample < 200; sample++) {
      const y = Uint8Array.from({ length: 200 }, (_, i) => i % 2)
      const values = Array.from(y, (label) => label + random.normal())
      const { low, high } = oneFeatureAucs(table(numbers(values), ownUser(200)), y)[0]!
      if (low <= 0.7602 && 0.7602 <= high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(180)
  })
  it('one class: NaN', () => {
    const [one] = oneFeatureAucs(table(numbers([1, 2]), ownUser(2)), Uint8Array.from([1, 1]))
    expect(one).toMatchObject({ auc: Number.NaN, low: Number.NaN, high: Number.NaN })
  })
})
