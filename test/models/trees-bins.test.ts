import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { missingCode } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { binMatrix } from '../../models/trees/binned-matrix.ts'
import { fitBins, missingBin } from '../../models/trees/bins.ts'
import { numericBounds } from '../../models/trees/numeric-bounds.ts'
import { sortFloat32 } from '../../models/trees/sort-float32.ts'
import { table, times } from './tree-tables.ts'

const float = fc.float({ noNaN: true })
const allRows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)

describe('radix sort of floats', () => {
  test('sorts as a comparison sort does, infinities and negative zeros included', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(float, fc.constantFrom(Infinity, -Infinity, 0, -0, 1e-45))), (values) => {
        const sorted = Float32Array.from(values).sort()
        expect([...sortFloat32(Float32Array.from(values))]).toEqual([...sorted])
      }),
      { seed: 1 },
    )
  })
})

describe('bounds of numeric bins', () => {
  test('1, 1, 2, 4 get three bins with bounds 1.5 and 3', () => {
    expect([...numericBounds(Float32Array.of(4, 1, 2, 1), 254)]).toEqual([1.5, 3])
  })

  test('1,000 different values in 10 bins: about 100 in each', () => {
    const bounds = numericBounds(
      Float32Array.from({ length: 1000 }, (_, i) => i),
      10,
    )
    expect([...bounds]).toEqual([99.5, 199.5, 299.5, 399.5, 499.5, 599.5, 699.5, 799.5, 899.5])
  })

  test('a value that makes up 90 % has a bin of its own, the others share the rest', () => {
    const values = [...times(900, () => 0), ...times(50, (i) => -1 - i), ...times(50, (i) => 1 + i)]
    const bounds = [...numericBounds(Float32Array.from(values), 21)]
    expect(bounds.filter((bound) => bound > -1 && bound < 1)).toEqual([-0.5, 0.5])
    expect(bounds).toHaveLength(20)
  })

  test('no value and one value need no bound; infinities are the outermost values', () => {
    expect(numericBounds(new Float32Array(), 254)).toHaveLength(0)
    expect(numericBounds(Float32Array.of(7, 7, 7), 254)).toHaveLength(0)
    expect([...numericBounds(Float32Array.of(-Infinity, 0, Infinity), 254)]).toEqual([-Infinity, 0])
  })

  test('bounds ascend, never more than maxBins - 1, and part all values when there are few', () => {
    fc.assert(
      fc.property(fc.array(float, { maxLength: 60 }), fc.integer({ min: 2, max: 40 }), (values, maxBins) => {
        const distinct = new Set(Float32Array.from(values, (value) => value + 0)).size
        const bounds = numericBounds(Float32Array.from(values), maxBins)
        expect(bounds.length).toBeLessThan(maxBins)
        for (let i = 1; i < bounds.length; i++) expect(bounds[i]!).toBeGreaterThan(bounds[i - 1]!)
        if (distinct <= maxBins) expect(bounds.length).toBe(Math.max(distinct - 1, 0))
      }),
      { seed: 2 },
    )
  })
})

describe('binned rows', () => {
  test('the search over bounds agrees with counting the bounds below the value', () => {
    const random = createRandom(3)
    const values = times(2000, () => (random.next() < 0.05 ? null : Math.fround(100 * random.normal())))
    const x = table({ a: values, b: values.toReversed(), c: values.map(() => 5) })
    const bins = fitBins(x, allRows(2000), 254)
    const matrix = binMatrix(x, bins, 'test')
    for (const [f, feature] of bins.entries()) {
      const column = x.columns[f]!
      if (feature.kind !== 'number' || column.kind !== 'number') throw new Error('numbers expected')
      for (let row = 0; row < 2000; row++) {
        const value = column.values[row]!
        const expected = Number.isNaN(value) ? missingBin : feature.bounds.filter((bound) => bound < value).length
        expect(matrix.columns[f]![row]).toBe(expected)
        expect(matrix.bytes[row * 4 + f]).toBe(expected)
      }
    }
  })

  test('features come sorted by name, whatever the order of columns', () => {
    const x = table({ b: [1, 2], a: [3, 4] })
    expect(fitBins(x, allRows(2), 254).map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('of 300 categories the 254 most frequent get a bin; the rest, missing and unseen share bin 255', () => {
    const cells = times(300, (level) =>
      times(level < 200 ? 3 : 1, () => `level ${String(level).padStart(3, '0')}`),
    ).flat()
    const x = table({ region: [...cells, null] })
    const [bins] = fitBins(x, allRows(x.rowCount), 254)
    expect(bins!.binCount).toBe(254)
    const later = table({ region: ['level 253', 'level 254', 'never seen', null, 'level 000'] })
    expect([...binMatrix(later, [bins!], 'test').columns[0]!]).toEqual([253, 255, 255, 255, 0])
  })

  test('categories are matched by name: another order of levels gives the same bins', () => {
    const x = table({ tier: ['gold', 'gold', 'silver'] })
    const bins = fitBins(x, allRows(3), 254)
    const other = table({}, { rowCount: 3, names: ['tier'] })
    const swapped = {
      ...other,
      columns: [{ kind: 'category' as const, levels: ['silver', 'gold'], codes: Uint16Array.of(1, 0, missingCode) }],
    }
    expect([...binMatrix(swapped, bins, 'test').columns[0]!]).toEqual([0, 1, 255])
  })

  test('a feature missing everywhere has no bins', () => {
    const [bins] = fitBins(table({ a: [null, null] }), allRows(2), 254)
    expect(bins!.binCount).toBe(0)
  })

  test('above 200,000 rows a sample makes the bounds', () => {
    const x = table({ a: times(300_000, (i) => i % 100_000) })
    const [bins] = fitBins(x, allRows(300_000), 4)
    expect(bins).toMatchObject({ kind: 'number', binCount: 4 })
    if (bins!.kind === 'number') expect(Math.abs(bins!.bounds[1]! - 50_000)).toBeLessThan(100)
  })
})
