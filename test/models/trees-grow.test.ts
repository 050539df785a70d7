import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Dataset, selectColumns } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { binMatrix } from '../../models/trees/binned-matrix.ts'
import { fitBins } from '../../models/trees/bins.ts'
import { powerOfTwoBelow, stepsPerOne } from '../../models/trees/gradients.ts'
import { growTree, poolFor } from '../../models/trees/grow.ts'
import { addRows, histogramLength, subtract } from '../../models/trees/histogram.ts'
import type { SplitRule } from '../../models/trees/split.ts'
import { leafOf } from '../../models/trees/tree.ts'
import { plainTreeValues } from './plain-tree.ts'
import { table, times } from './tree-tables.ts'

const plainRule: SplitRule = {
  l1: 0,
  l2: 1,
  minH: 1,
  minGain: 0,
  minCategoryH: 1,
  categorySmoothing: 0,
  categoryL2: 0,
}

interface Limits {
  rule?: Partial<SplitRule>
  maxLeaves?: number
  maxDepth?: number
  bytes?: number
}

/** Grows over x with gradients given as whole numbers; returns the tree and each row's leaf value. */
function grow(
  x: Dataset,
  pairs: Int32Array,
  { rule = {}, maxLeaves = 31, maxDepth = Infinity, bytes = 2 ** 30 }: Limits = {},
) {
  const rows = Uint32Array.from({ length: x.rowCount }, (_, i) => i)
  const bins = fitBins(x, rows, 254)
  const matrix = binMatrix(x, bins, 'test')
  const grown = growTree(
    {
      matrix,
      bins,
      gradients: { pairs, gUnit: 1, hUnit: 1 },
      features: Uint16Array.from(bins, (_, f) => f),
      rule: { ...plainRule, ...rule },
      maxLeaves,
      maxDepth,
      pool: poolFor(matrix, bytes),
    },
    rows,
  )
  const values = times(x.rowCount, (row) => grown.tree.values[leafOf(grown.tree, matrix, row)]!)
  return { ...grown, rows, values, bins }
}

/** A table with every kind of column, and gradients that make ties unlikely. */
function randomCase(seed: number, rowCount: number) {
  const random = createRandom(seed)
  const number = (): number | null => (random.next() < 0.15 ? null : Math.round(4 * random.normal()))
  const level = (): string | null => (random.next() < 0.1 ? null : 'abcde'[random.integer(5)]!)
  const cells = {
    few: times(rowCount, () => random.integer(3)),
    gone: times(rowCount, () => null),
    letter: times(rowCount, level),
    same: times(rowCount, () => 7),
    score: times(rowCount, number),
    wide: times(rowCount, () => Math.fround(random.normal())),
  }
  const g = times(rowCount, () => random.integer(20_001) - 10_000)
  const h = times(rowCount, () => 1 + random.integer(5000))
  const columns = Object.values(cells).map((column, f) =>
    f === 2 ? (column as (string | null)[]) : (column as (number | null)[]).map((cell) => cell ?? Number.NaN),
  )
  return { x: table(cells), columns, g, h, pairs: Int32Array.from(g.flatMap((value, i) => [value, h[i]!])) }
}

describe('growing a tree', () => {
  test('finds the same tree as trying every cut of the raw values', () => {
    const limits = fc.record({
      maxLeaves: fc.integer({ min: 2, max: 12 }),
      maxDepth: fc.constantFrom(1, 2, 3, Infinity),
      l1: fc.constantFrom(0, 3000),
      l2: fc.constantFrom(0, 1, 5000),
      minH: fc.constantFrom(1, 4000, 20_000),
    })
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 60 }), limits, (seed, rowCount, drawn) => {
        const { x, columns, g, h, pairs } = randomCase(seed, rowCount)
        const { maxLeaves, maxDepth, ...rule } = drawn
        const numbers = selectColumns(
          x,
          x.names.filter((name) => name !== 'letter'),
        )
        const { values } = grow(numbers, pairs, { rule, maxLeaves, maxDepth })
        const plain = plainTreeValues({ columns: columns.filter((_, f) => f !== 2), g, h, ...drawn })
        for (let row = 0; row < rowCount; row++) expect(values[row]).toBeCloseTo(plain[row]!, 10)
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  test('without penalties, finds the same tree as trying every set of categories too', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, rowCount) => {
        const { x, columns, g, h, pairs } = randomCase(seed, rowCount)
        const limits = { l1: 0, l2: 0, minH: 1 }
        const { values } = grow(x, pairs, { rule: limits, maxLeaves: 6 })
        const plain = plainTreeValues({ columns, g, h, ...limits, maxLeaves: 6, maxDepth: Infinity })
        for (let row = 0; row < rowCount; row++) expect(values[row]).toBeCloseTo(plain[row]!, 10)
      }),
      { numRuns: 40, seed: 2 },
    )
  })

  test('too little memory for histograms slows it down but changes nothing', () => {
    const { x, pairs } = randomCase(5, 400)
    const rich = grow(x, pairs, { maxLeaves: 40 })
    expect(rich.tree.values).toHaveLength(40)
    expect(grow(x, pairs, { maxLeaves: 40, bytes: 0 }).tree).toEqual(rich.tree)
  })

  test('x = 1 … 8 with gradients +1 and -1: one cut at 4.5, leaf values -4/5 and 4/5, gain 32/5', () => {
    const x = table({ x: [1, 2, 3, 4, 5, 6, 7, 8] })
    const pairs = Int32Array.from(times(8, (i) => [i < 4 ? 1 : -1, 1]).flat())
    const { tree, gain, bins } = grow(x, pairs)
    expect([...tree.values]).toEqual([-0.8, 0.8])
    expect([...tree.leafRows]).toEqual([4, 4])
    expect(gain[0]).toBeCloseTo(6.4, 9)
    expect(bins[0]).toMatchObject({ kind: 'number' })
    if (bins[0]!.kind === 'number') expect(bins[0]!.bounds[tree.cut[0]!]).toBe(4.5)
  })

  test('missing values take the better side; where there are none they go with the heavier child', () => {
    const pairs = Int32Array.from([1, 1, 1, 1, -1, 1, -1, 1, -1, 1].flat())
    const like5 = grow(table({ x: [1, 2, 5, 6, null] }), pairs)
    expect(like5.values[4]).toBe(like5.values[2])
    expect(like5.tree.flags[0]).toBe(0)
    const heavier = grow(table({ x: [1, 2, 5, 6, 7] }), pairs)
    expect(heavier.tree.flags[0]).toBe(0)
    const mirrored = Int32Array.from([1, 1, 1, 1, 1, 1, -1, 1, -1, 1])
    expect(grow(table({ x: [1, 2, 5, 6, 7] }), mirrored).tree.flags[0]).toBe(1)
  })

  test('five categories: the low and the high ones are parted by one set, the penalty for sets is in the leaf', () => {
    const x = table({ c: ['a', 'b', 'c', 'd', 'e', 'a', 'b', 'c', 'd', 'e'] })
    const pairs = Int32Array.from(times(10, (i) => [i % 2 === 0 ? 5 : 5, 1]).flat())
    for (let i = 0; i < 10; i++) pairs[2 * i] = 'abcde'[i % 5] === 'b' || 'abcde'[i % 5] === 'd' ? -10 : 10
    const { tree, values } = grow(x, pairs, { rule: { categoryL2: 3 }, maxLeaves: 2 })
    expect(tree.sets).toHaveLength(8)
    expect(values[1]).toBe(40 / (4 + 1 + 3))
    expect(values[0]).toBe(-60 / (6 + 1 + 3))
    expect(values[3]).toBe(values[1])
  })

  test('categories too rare to be sorted stay together on the right', () => {
    const cells = [...times(20, () => 'a'), ...times(20, () => 'b'), ...times(20, () => 'c'), 'd', 'e', 'f']
    const pairs = Int32Array.from(cells.flatMap((cell) => [cell === 'a' || cell === 'd' ? -10 : 10, 1]))
    const { values } = grow(table({ c: cells }), pairs, { rule: { minCategoryH: 10, l2: 0 }, maxLeaves: 2 })
    expect(values[0]).toBe(10)
    expect(values[60]).toBe(values[20])
  })

  test('constant gradients, constant columns and columns without values give a single leaf', () => {
    const x = table({ a: [1, 2, 3, 4], same: [5, 5, 5, 5], gone: [null, null, null, null] })
    const flat = Int32Array.from([3, 7, 3, 7, 3, 7, 3, 7])
    expect(grow(x, flat, { rule: { l2: 0 } }).tree.values).toHaveLength(1)
    const uneven = Int32Array.from([3, 7, -3, 7, 3, 7, -9, 7])
    expect(grow(table({ same: [5, 5, 5, 5], gone: times(4, () => null) }), uneven).tree.values).toHaveLength(1)
  })

  test('minGain of just the gain refuses the split', () => {
    const x = table({ x: [1, 2] })
    const pairs = Int32Array.from([2, 1, -2, 1])
    expect(grow(x, pairs, { rule: { minGain: 3.9 } }).tree.values).toHaveLength(2)
    expect(grow(x, pairs, { rule: { minGain: 4 } }).tree.values).toHaveLength(1)
  })
})

describe('histograms', () => {
  test('parent minus one child is the other child, exactly', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 300 }), (seed, rowCount) => {
        const { x, pairs } = randomCase(seed, rowCount)
        const all = Uint32Array.from({ length: rowCount }, (_, i) => i)
        const matrix = binMatrix(x, fitBins(x, all, 254), 'test')
        const gradients = { pairs, gUnit: 1, hUnit: 1 }
        const sumOver = (rows: Uint32Array): Int32Array => {
          const histogram = new Int32Array(histogramLength(matrix))
          addRows(histogram, matrix, gradients, rows)
          return histogram
        }
        const random = createRandom(seed)
        const isLeft = all.map(() => random.integer(2))
        const whole = sumOver(all)
        const right = sumOver(all.filter((row) => isLeft[row] === 0))
        subtract(whole, sumOver(all.filter((row) => isLeft[row] === 1)))
        expect(whole).toEqual(right)
      }),
      { numRuns: 30, seed: 3 },
    )
  })
})

describe('steps of gradients', () => {
  test('are powers of two', () => {
    expect(powerOfTwoBelow(5)).toBe(4)
    expect(powerOfTwoBelow(0.3)).toBe(0.25)
    expect(powerOfTwoBelow(0)).toBe(1)
    expect(stepsPerOne(16_000, 100_000)).toBe(2 ** 17)
  })
})
