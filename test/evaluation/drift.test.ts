import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column, Dataset } from '../../core/dataset.ts'
import { type FeatureHistogram, featureDrift } from '../../evaluation/drift.ts'
import {
  cohensH,
  jensenShannon,
  populationStability,
  standardisedMeanDifference,
} from '../../evaluation/drift-measures.ts'
import { histogramOn, referenceOf } from '../../evaluation/reference.ts'

const close = (value: number) => expect.closeTo(value, 12) as number
const numbers = (...values: number[]): Column => ({ kind: 'number', values: Float32Array.from(values) })
const texts = (levels: string[], ...codes: number[]): Column => ({
  kind: 'category',
  codes: Uint16Array.from(codes),
  levels,
})
const dataset = (column: Column): Dataset => {
  const rowCount = column.kind === 'number' ? column.values.length : column.codes.length
  return {
    names: ['x'],
    columns: [column],
    rowCount,
    users: new Uint32Array(rowCount),
    cutoffs: new Uint16Array(rowCount),
  }
}
const histogram = (column: Column): FeatureHistogram => referenceOf(dataset(column)).features[0]!

describe('population stability index', () => {
  it('of shares .5 .5 against .8 .2 is .3 ln 1.6 + .3 ln 2.5 = .4159', () => {
    expect(populationStability([50, 50], [8, 2])).toEqual(close(0.3 * Math.log(1.6) + 0.3 * Math.log(2.5)))
    expect(populationStability([50, 50], [8, 2])).toBeCloseTo(0.4159, 4)
  })
  it('an empty bin counts as half a row: 4 0 against 2 2 is shares 8/9 1/9 against 1/2 1/2', () => {
    const expected = (1 / 2 - 8 / 9) * Math.log(9 / 16) + (1 / 2 - 1 / 9) * Math.log(9 / 2)
    expect(populationStability([4, 0], [2, 2])).toEqual(close(expected))
  })
  it('bins that are empty on both sides change nothing; a side without rows is NaN', () => {
    expect(populationStability([5, 0, 5], [8, 0, 2])).toBe(populationStability([5, 5], [8, 2]))
    expect([populationStability([0, 0], [1, 2]), populationStability([1], [0])]).toEqual([Number.NaN, Number.NaN])
  })
  it('refuses different numbers of bins', () => {
    expect(() => populationStability([1], [1, 2])).toThrow('drift: 1 and 2 bins; both sides need the same')
  })
})

describe('Jensen-Shannon divergence', () => {
  it('of the same is 0, of nothing in common 1, of 1 0 against 1/2 1/2 is .3113 bits', () => {
    expect([jensenShannon([1, 3], [2, 6]), jensenShannon([1, 0], [0, 9])]).toEqual([0, 1])
    // H(3/4, 1/4) - H(1/2, 1/2) / 2 = .811278 - .5
    expect(jensenShannon([7, 0], [2, 2])).toBeCloseTo(0.311278, 6)
  })
})

describe('effect sizes', () => {
  it('means 10 and 12 with sd 3 and 5 are 2 / sqrt(17) apart', () => {
    expect(standardisedMeanDifference({ mean: 10, sd: 3 }, { mean: 12, sd: 5 })).toEqual(close(2 / Math.sqrt(17)))
  })
  it('two equal constants are 0 apart, two different ones infinitely far, no values NaN', () => {
    const at = (mean: number, sd = 0) => ({ mean, sd })
    expect(standardisedMeanDifference(at(3), at(3))).toBe(0)
    expect(standardisedMeanDifference(at(3), at(2))).toBe(-Infinity)
    expect(standardisedMeanDifference(at(Number.NaN, Number.NaN), at(2))).toBe(Number.NaN)
  })
  it("Cohen's h: from 1/2 to 3/4 is pi / 6, from 0 to 1 is pi", () => {
    expect([cohensH(0.5, 0.75), cohensH(0, 1), cohensH(0.2, 0.2)]).toEqual([close(Math.PI / 6), close(Math.PI), 0])
  })
})

describe('featureDrift', () => {
  it('numbers: bins of the reference, mean difference, missing share', () => {
    const reference = histogram(numbers(...Array.from({ length: 100 }, (_, i) => i)))
    const now = histogramOn(reference, numbers(-5, 200, Number.NaN, 95))
    expect(now.counts).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    const drift = featureDrift(reference, now)
    expect(drift).toMatchObject({ kind: 'number', referenceRows: 100, rows: 4, effectOf: 'mean' })
    expect([drift.missingReference, drift.missing, drift.missingEffect]).toEqual([0, 0.25, close(Math.PI / 3)])
    expect(drift.psi).toBe(populationStability(reference.counts, now.counts))
    // mean 290/3 of -5, 95, 200 against 49.5; sd 102.51 and 29.01
    expect(drift.effect).toBeCloseTo((290 / 3 - 49.5) / Math.sqrt((102.5102 ** 2 + 29.0115 ** 2) / 2), 4)
  })
  it('categories by name: the level that changed most; a new level counts 0 before', () => {
    const drift = featureDrift(histogram(texts(['a', 'b'], 0, 0, 1, 1)), histogram(texts(['b', 'c'], 0, 0, 0, 1)))
    // a 1/2 -> 0, b 1/2 -> 3/4, c 0 -> 1/4
    expect([drift.effectOf, drift.effect]).toEqual(['a', close(-Math.PI / 2)])
    expect(drift.jensenShannon).toBe(jensenShannon([2, 2, 0], [0, 3, 1]))
  })
  it('a column that lost all its values: missing changed by pi, the rest is NaN', () => {
    const reference = histogram(numbers(1, 2, 3))
    const drift = featureDrift(reference, histogramOn(reference, numbers(Number.NaN)))
    expect([drift.missingEffect, drift.psi, drift.effect]).toEqual([close(Math.PI), Number.NaN, Number.NaN])
    const empty = featureDrift(histogram(numbers(Number.NaN)), histogram(numbers(1)))
    expect([empty.psi, empty.missing]).toEqual([Number.NaN, 0])
  })
  it('a column against itself has not moved, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(Number.NaN)), { minLength: 1 }),
        (values) => {
          const reference = histogram(numbers(...values))
          const now = histogramOn(reference, numbers(...values))
          expect(now).toEqual(reference)
          const { psi, jensenShannon: bits, effect, missingEffect } = featureDrift(reference, now)
          const isEmpty = values.every(Number.isNaN)
          expect([psi, bits, effect, missingEffect]).toEqual(isEmpty ? [NaN, NaN, NaN, 0] : [0, 0, 0, 0])
        },
      ),
      { seed: 1 },
    )
  })
  it('refuses to compare a number with a category, or other bins', () => {
    expect(() => featureDrift(histogram(numbers(1, 2)), histogram(texts(['a'], 0)))).toThrow('was compared with')
    expect(() => featureDrift(histogram(numbers(1, 2)), histogram(numbers(1, 3)))).toThrow('different edges')
  })
})
