import { describe, expect, it } from 'vitest'
import { type Dataset, missingCode } from '../../core/dataset.ts'
import { describeTerms } from '../../models/prepare/describe-terms.ts'
import { fillTerms, signedLog1p } from '../../models/prepare/fill-terms.ts'
import { moments } from '../../models/prepare/moments.ts'
import { prepareParameters } from '../../models/prepare/parameters.ts'
import { fitPreparation, prepareColumns } from '../../models/prepare/prepare.ts'
import { weightedQuantiles } from '../../models/prepare/weighted-quantiles.ts'

function table(
  columns: Record<string, readonly number[] | readonly (string | null)[]>,
  weights?: readonly number[],
): Dataset {
  const names = Object.keys(columns)
  const rowCount = columns[names[0]!]!.length
  return {
    names,
    columns: names.map((name) => {
      const values = columns[name]!
      if (values.every((value) => typeof value === 'number'))
        return { kind: 'number', values: Float32Array.from(values) }
      const levels = [...new Set(values)].filter((value) => value !== null) as string[]
      const codes = Uint16Array.from(values as (string | null)[], (v) => (v === null ? missingCode : levels.indexOf(v)))
      return { kind: 'category', codes, levels }
    }),
    rowCount,
    users: new Uint32Array(rowCount),
    cutoffs: new Uint16Array(rowCount),
    ...(weights && { weights: Float32Array.from(weights) }),
  }
}

const plain = prepareParameters.parse({ transform: 'none' })
const prepared = (train: Dataset, parameters: object, x = train) => {
  const preparation = fitPreparation(train, prepareParameters.parse(parameters))
  const terms = describeTerms(preparation).map(({ term }) => term)
  return { preparation, terms, columns: prepareColumns(preparation, x, 'test').map((column) => [...column]) }
}

describe('numbers', () => {
  it('1, 2, 3 become -1.2247, 0, 1.2247: mean 0, standard deviation 1', () => {
    const { columns } = prepared(table({ a: [1, 2, 3] }), plain)
    expect(columns).toEqual([[Math.fround(-Math.sqrt(1.5)), 0, Math.fround(Math.sqrt(1.5))]])
  })

  it('a missing value is the mean of the known ones and sets the indicator: 0, NaN, 4 -> -1.2247, 0, 1.2247', () => {
    const { columns, terms } = prepared(table({ a: [0, Number.NaN, 4] }), plain)
    expect(terms).toEqual(['a', 'a missing'])
    expect(columns[0]![1]).toBe(0)
    expect(columns[0]![2]).toBeCloseTo(1.2247, 4)
    expect(columns[1]![1]! / columns[1]![0]!).toBeCloseTo(-2, 6)
  })

  it('impute: median takes the lower middle of the known values: 0, 1, 2, 99, NaN -> 1', () => {
    expect(
      fitPreparation(table({ a: [0, 1, 2, 99, Number.NaN] }), { ...plain, impute: 'median' }).features[0],
    ).toMatchObject({ fill: 1 })
    expect(fitPreparation(table({ a: [0, 1, 2, 99, Number.NaN] }), plain).features[0]).toMatchObject({ fill: 25.5 })
  })

  it('infinities count as missing, in train and in prediction', () => {
    const train = table({ a: [1, 3, Infinity, Number.NaN] })
    const { columns } = prepared(train, plain, table({ a: [Infinity, -Infinity, Number.NaN, 2] }))
    expect(new Set(columns[0])).toEqual(new Set([0]))
    expect(columns[1]!.slice(0, 3)).toEqual([1, 1, 1])
  })

  it('the same pattern of missing values is flagged once', () => {
    const { terms } = prepared(table({ a: [1, 2, Number.NaN], b: [5, 9, Number.NaN], c: [Number.NaN, 1, 2] }), plain)
    expect(terms).toEqual(['a', 'a missing', 'b', 'c', 'c missing'])
  })

  it('constant and never known columns have no terms; a constant with gaps keeps its indicator', () => {
    const { terms } = prepared(table({ a: [3, 3], b: [Number.NaN, Number.NaN], c: [7, Number.NaN], d: [0, 1] }), plain)
    expect(terms).toEqual(['c missing', 'd'])
  })

  it('auto logs what is skewed and not negative, and nothing else', () => {
    const skewed = Array.from({ length: 100 }, (_, i) => Math.exp(i / 15))
    const even = Array.from({ length: 100 }, (_, i) => i)
    const negative = skewed.map((value) => value - 5)
    const { terms } = prepared(table({ skewed, even, negative }), { transform: 'auto' })
    expect(terms).toEqual(['log1p(skewed)', 'even', 'negative'])
    expect(prepared(table({ even, negative }), { transform: 'log' }).terms).toEqual(['log1p(even)', 'log1p(negative)'])
    expect([signedLog1p(Math.E - 1), signedLog1p(1 - Math.E), signedLog1p(0)]).toEqual([1, -1, 0])
  })

  it('beyond one train range outside the train values nothing changes: train 0 to 10, so 20 and 1e30 are the same', () => {
    const train = table({ a: [0, 5, 10] })
    const [[at15, at20, far, low, lower]] = prepared(train, plain, table({ a: [15, 20, 1e30, -10, -1e30] }))
      .columns as [number[]]
    expect(at15).toBeLessThan(at20!)
    expect(far).toBe(at20)
    expect(lower).toBe(low)
  })

  it('weights: a row of weight 2 is two rows', () => {
    const once = fitPreparation(
      table({ a: [1, 5, Number.NaN] }, [2, 1, 1]),
      prepareParameters.parse({ impute: 'median' }),
    )
    expect(once).toEqual(
      fitPreparation(table({ a: [1, 1, 5, Number.NaN] }), prepareParameters.parse({ impute: 'median' })),
    )
  })

  it('squares and splines are standardised curves of the same value; splines are 0 up to the first knot', () => {
    const even = Array.from({ length: 101 }, (_, i) => i)
    const squares = prepared(table({ even }), { nonlinear: 'squares' })
    expect(squares.terms).toEqual(['even', 'square of centred even'])
    expect(squares.columns[1]![0]).toBeCloseTo(squares.columns[1]![100]!, 6)
    const splines = prepared(table({ even }), { nonlinear: 'splines' })
    expect(splines.terms).toEqual(['even', 'spline 1 of even', 'spline 2 of even'])
    for (const column of splines.columns) {
      const { mean, deviation } = moments(column, undefined)
      expect([mean, deviation]).toEqual([expect.closeTo(0, 6), expect.closeTo(1, 6)])
    }
    expect(splines.columns[1]![0]).toBe(splines.columns[1]![5])
    const [, second] = splines.columns
    expect(second![100]! - second![99]!).toBeCloseTo(second![99]! - second![98]!, 5)
  })

  it('few distinct values have no room for knots and get no spline', () => {
    expect(prepared(table({ a: [0, 0, 0, 1] }), { nonlinear: 'splines', transform: 'none' }).terms).toEqual(['a'])
  })
})

describe('categories', () => {
  const train = table({ plan: ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'd', null] })

  it('one term per level in order of its text, rare ones pooled, missing apart', () => {
    expect(prepared(train, { rareLevel: 0.2 }).terms).toEqual([
      'plan = "a"',
      'plan = "b"',
      'plan = a rare or unseen level',
      'plan = missing',
    ])
  })

  it('an unseen level is pooled with the rare ones', () => {
    const { columns } = prepared(train, { rareLevel: 0.2 }, table({ plan: ['c', 'new', 'a'] }))
    expect(columns.map((column) => column[0])).toEqual(columns.map((column) => column[1]))
    expect(columns[2]![0]).toBeGreaterThan(0)
    expect(columns[2]![2]).toBeLessThan(0)
  })

  it('where nothing was pooled or missing in train, unseen and missing levels are neutral: all terms 0', () => {
    const complete = table({ plan: ['a', 'b', 'b'] })
    const { columns } = prepared(complete, { rareLevel: 0 }, table({ plan: ['new', null, 'a'] }))
    expect(columns.map((column) => column.slice(0, 2))).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(columns[0]![2]).toBeGreaterThan(0)
  })

  it('one level only has no terms', () => {
    expect(prepared(table({ plan: ['a', 'a'] }), {}).terms).toEqual([])
  })

  it('a very rare indicator is divided by 0.1, not by its standard deviation', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => (i === 0 ? null : i % 2 ? 'a' : 'b'))
    const { columns } = prepared(table({ plan: many }), {})
    expect(columns[2]![0]).toBeCloseTo((1 - 1e-4) / 0.1, 4)
  })
})

describe('helpers', () => {
  it('moments of 1, 2, 9 (infinities left out): mean 4, deviation 3.559, skewness .665', () => {
    const { mean, deviation, skewness, count } = moments([1, 2, 9, Number.NaN, Infinity], undefined)
    expect([mean, count]).toEqual([4, 3])
    expect(deviation).toBeCloseTo(3.559, 3)
    expect(skewness).toBeCloseTo(30 / (38 / 3) ** 1.5, 12)
    expect(moments([], undefined)).toMatchObject({ count: 0, mean: Number.NaN, deviation: 0 })
  })

  it('weighted quantiles: the least value that reaches the share, NaN without values', () => {
    expect(weightedQuantiles(Float32Array.of(3, 1, 2, Number.NaN), undefined, [0, 1 / 3, 0.5, 1])).toEqual([1, 1, 2, 3])
    expect(weightedQuantiles(Float32Array.of(3, 1, 2), [4, 1, 1], [0.1, 0.34, 1])).toEqual([1, 3, 3])
    expect(weightedQuantiles(Float32Array.of(Number.NaN), undefined, [0.5])).toEqual([Number.NaN])
    expect(weightedQuantiles(Float32Array.of(Number.NaN), [1], [0.5])).toEqual([Number.NaN])
  })

  it('terms of rows 1 and 2 alone are those of the whole, bit for bit', () => {
    const x = table({ a: [1, 4, Number.NaN, 8] })
    const { preparation, columns } = prepared(x, {})
    const into = [new Float32Array(2), new Float32Array(2)]
    fillTerms(preparation.features[0]!, x.columns[0]!, into, 1)
    expect(into.map((values) => [...values])).toEqual(columns.map((column) => column.slice(1, 3)))
  })
})
