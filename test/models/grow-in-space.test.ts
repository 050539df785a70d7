import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dataset } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { binMatrix } from '../../models/trees/binned-matrix.ts'
import { binRowsInSpace, fitBinsInSpace } from '../../models/trees/bin-space.ts'
import { fitBins } from '../../models/trees/bins.ts'
import { growInSpace } from '../../models/trees/grow-in-space.ts'
import { growTree, poolFor } from '../../models/trees/grow.ts'
import type { SplitRule } from '../../models/trees/split.ts'
import { listRareRows, rareBlocks } from '../../models/trees/rare-space.ts'
import { createTreeSpace } from '../../models/trees/tree-space.ts'
import { table, times } from './tree-tables.ts'

const rule: SplitRule = { l1: 0, l2: 1, minH: 1, minGain: 0, minCategoryH: 1, categorySmoothing: 3, categoryL2: 2 }

/** `wide` columns of numbers beside columns of every kind, and whole-number gradients. */
function randomCase(seed: number, rowCount: number, wide: number) {
  const random = createRandom(seed)
  const number = (): number | null => (random.next() < 0.15 ? null : Math.round(20 * random.normal()))
  const level = (): string | null => (random.next() < 0.1 ? null : 'abcdefgh'[random.integer(8)]!)
  const x = table({
    few: times(rowCount, () => random.integer(3)),
    gone: times(rowCount, () => null),
    letter: times(rowCount, level),
    same: times(rowCount, () => 7),
    ...Object.fromEntries(times(15, (f) => [`zero${f}`, times(rowCount, () => (random.next() < 0.08 ? number() : 0))])),
    ...Object.fromEntries(times(wide, (f) => [`wide${f}`, times(rowCount, number)])),
  })
  const pairs = times(rowCount, () => ({ g: random.integer(20_001) - 10_000, h: 1 + random.integer(5000) }))
  return { x, pairs }
}

interface Limits {
  readonly maxLeaves: number
  readonly maxDepth: number
  readonly l1: number
  readonly minH: number
}

function byKernels(
  x: Dataset,
  pairs: readonly { g: number; h: number }[],
  { listsRare, ...limits }: Limits & { listsRare: boolean },
) {
  const rows = Uint32Array.from({ length: x.rowCount }, (_, i) => i)
  const { maxLeaves, maxDepth, ...more } = limits
  // As boosting does it: room for no more leaves than there are rows.
  const most = Math.max(2, Math.min(maxLeaves, x.rowCount))
  const size = { rows: x.rowCount, watchRows: 0, features: x.names.length, maxLeaves: most, histograms: 3 }
  const space = createTreeSpace(
    { ...size, hasWeights: false, hasWatchWeights: false, countsSlopes: false, listsRare },
    { threads: 1, kernels: 'wasm', where: 'test' },
  )
  const bins = fitBinsInSpace(space, x, rows, 254)
  binRowsInSpace(space, { x, rows, bins, isWatch: false, where: 'test', poll: () => {} })
  listRareRows(space)
  const lists = rareBlocks(space)
  const at = space.layout.pairs / 4
  for (const [i, { g, h }] of pairs.entries()) space.pool.memory.i32.set([h, g], at + 2 * i)
  const sum = (of: 'g' | 'h'): number => pairs.reduce((total, pair) => total + pair[of], 0)
  const grown = growInSpace({
    space,
    units: { gUnit: 1, hUnit: 1 },
    rule: { ...rule, ...more },
    root: { count: x.rowCount, g: sum('g'), h: sum('h') },
    isPlain: true,
    maxLeaves,
    maxDepth,
    directions: null,
    poll: () => {},
  })
  return { bins, grown, lists }
}

function byOracle(x: Dataset, pairs: readonly { g: number; h: number }[], limits: Limits) {
  const rows = Uint32Array.from({ length: x.rowCount }, (_, i) => i)
  const { maxLeaves, maxDepth, ...more } = limits
  const bins = fitBins(x, rows, 254)
  const matrix = binMatrix(x, bins, 'test')
  const gradients = { pairs: Int32Array.from(pairs.flatMap(({ g, h }) => [g, h])), gUnit: 1, hUnit: 1 }
  const features = Uint16Array.from(bins, (_, f) => f)
  const pool = poolFor(matrix, 2 ** 30)
  return {
    bins,
    grown: growTree({ matrix, bins, gradients, features, rule: { ...rule, ...more }, maxLeaves, maxDepth, pool }, rows),
  }
}

describe('trees grown on kernels', () => {
  test('are the trees of the plain grower: bins, splits, values, gains and the rows of every leaf, for 20 to 165 features, nearly constant ones among them, with lists of their rare rows and without', () => {
    const limits = fc.record({
      maxLeaves: fc.integer({ min: 2, max: 40 }),
      maxDepth: fc.constantFrom(1, 3, Infinity),
      l1: fc.constantFrom(0, 3000),
      minH: fc.constantFrom(1, 4000, 20_000),
    })
    const shape = fc.record({
      seed: fc.integer(),
      rowCount: fc.integer({ min: 1, max: 700 }),
      wide: fc.constantFrom(1, 4, 13, 146),
      listsRare: fc.boolean(),
    })
    fc.assert(
      fc.property(shape, limits, ({ seed, rowCount, wide, listsRare }, drawn) => {
        const { x, pairs } = randomCase(seed, rowCount, wide)
        const kernels = byKernels(x, pairs, { ...drawn, listsRare })
        const oracle = byOracle(x, pairs, drawn)
        expect(kernels.bins).toEqual(oracle.bins)
        expect(kernels.grown).toEqual(oracle.grown)
        if (rowCount >= 300) expect(kernels.lists > 0).toBe(listsRare)
      }),
      { numRuns: 40, seed: 1 },
    )
  })
})
