import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dataset, selectRows } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { binMatrix } from '../../models/trees/binned-matrix.ts'
import { byteEnsemble } from '../../models/trees/byte-ensemble.ts'
import { createEnsemble, type TreeEnsemble } from '../../models/trees/ensemble.ts'
import { createScorer } from '../../models/trees/scorer.ts'
import { leafOf, missingLeft, type Tree } from '../../models/trees/tree.ts'
import { randomEnsemble, randomRows, type RandomShape } from './random-ensemble.ts'

const where = 'test'

/** Leaf by row and tree: bins and a walk of one row at a time. */
function slowLeaves({ features, trees }: TreeEnsemble, x: Dataset): Uint32Array {
  const matrix = binMatrix(x, features, where)
  return Uint32Array.from({ length: x.rowCount * trees.length }, (_, i) =>
    leafOf(trees[i % trees.length]!, matrix, Math.floor(i / trees.length)),
  )
}

function slowScores({ trees, base }: TreeEnsemble, leaves: Uint32Array): Float64Array {
  return Float64Array.from({ length: leaves.length / trees.length }, (_, row) =>
    trees.reduce((sum, tree, t) => sum + tree.values[leaves[row * trees.length + t]!]!, base),
  )
}

function made(seed: number, shape: RandomShape, rowCount: number): { ensemble: TreeEnsemble; x: Dataset } {
  const random = createRandom(seed)
  const ensemble = randomEnsemble(random, shape)
  return { ensemble, x: randomRows(random, ensemble, rowCount) }
}

/** One feature with bounds 0 … bounds - 1 and a tree that splits at each of them: leaf = bin. */
function staircase(bounds: number, missing: number): TreeEnsemble {
  const nodes = Array.from({ length: bounds }, (_, node) => node)
  const tree: Tree = {
    feature: new Uint16Array(bounds),
    cut: Uint32Array.from(nodes),
    flags: new Uint8Array(bounds).fill(missing),
    left: Int32Array.from(nodes, (node) => ~node),
    right: Int32Array.from(nodes, (node) => (node + 1 < bounds ? node + 1 : ~bounds)),
    sets: new Uint32Array(),
    values: Float64Array.from({ length: bounds + 1 }, (_, leaf) => leaf),
    leafRows: new Uint32Array(bounds + 1).fill(1),
  }
  const bins = { name: 'a', kind: 'number', bounds: Float32Array.from(nodes), binCount: bounds + 1 } as const
  return createEnsemble([bins], 0, { trees: [tree], gains: [nodes] })
}

const rowsOf = (values: readonly number[]): Dataset => ({
  names: ['a'],
  columns: [{ kind: 'number', values: Float32Array.from(values) }],
  rowCount: values.length,
  users: new Uint32Array(values.length),
  cutoffs: new Uint16Array(values.length),
})

describe('scorer', () => {
  const shapes = fc.record({
    features: fc.integer({ min: 1, max: 9 }),
    leaves: fc.integer({ min: 1, max: 150 }),
    trees: fc.integer({ min: 1, max: 3 }),
    chain: fc.double({ min: 0, max: 1, noNaN: true }),
  })

  it('leaves and scores are those of a walk through each tree, in every bit, by both kinds of kernels', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), shapes, fc.integer({ min: 0, max: 200 }), async (seed, shape, rows) => {
        const { ensemble, x } = made(seed, shape, rows)
        const leaves = slowLeaves(ensemble, x)
        const scorer = createScorer(ensemble)
        for (const kernels of ['wasm', 'ts'] as const) {
          expect(await scorer.leaves(x, { where, kernels })).toEqual(leaves)
          expect(await scorer.scores(x, { where, kernels })).toEqual(slowScores(ensemble, leaves))
        }
      }),
      { numRuns: 30, seed: 1 },
    )
  })

  it('25,000 rows give the same bits with 1 and 2 threads, alone or in company', async () => {
    const { ensemble, x } = made(3, { features: 7, leaves: 40, trees: 5, chain: 0.2 }, 25_000)
    const scorer = createScorer(ensemble, 0)
    const one = await scorer.scores(x, { where })
    expect(await scorer.scores(x, { where, threads: 2 })).toEqual(one)
    const few = Uint32Array.of(24_999, 0, 12_345)
    expect(await scorer.scores(selectRows(x, few), { where })).toEqual(Float64Array.from(few, (row) => one[row]!))
  })

  it.each([254, 255, 600])(
    '%i thresholds of one feature: infinities and missing values find their leaf',
    async (bounds) => {
      const values = [-Infinity, -1, 0, 0.5, 1, 253, 253.5, 254, bounds - 1, bounds, Infinity, Number.NaN]
      for (const missing of [0, missingLeft]) {
        const ensemble = staircase(bounds, missing)
        expect(byteEnsemble(ensemble).columns).toHaveLength(Math.ceil(bounds / 254))
        const last = missing === 0 ? bounds : 0
        const expected = [0, 0, 0, 1, 1, 253, 254, 254, bounds - 1, bounds, bounds, last]
        for (const kernels of ['wasm', 'ts'] as const)
          expect([...(await createScorer(ensemble).scores(rowsOf(values), { where, kernels }))]).toEqual(expected)
      }
    },
  )

  it('a cut behind the last bound sends every value left and missing ones where the flag says', async () => {
    const { features, trees } = staircase(1, 0)
    for (const [flags, missing] of [
      [0, 1],
      [missingLeft, 0],
    ] as const) {
      const tree = { ...trees[0]!, cut: Uint32Array.of(1), flags: Uint8Array.of(flags) }
      const ensemble = createEnsemble(features, 0, { trees: [tree], gains: [[1]] })
      const x = rowsOf([-Infinity, 7, Infinity, Number.NaN])
      for (const kernels of ['wasm', 'ts'] as const)
        expect([...(await createScorer(ensemble).scores(x, { where, kernels }))]).toEqual([0, 0, 0, missing])
    }
  })

  it('no trees, or trees of one leaf: base + values, without looking at a column', async () => {
    const x = { ...rowsOf([]), names: [], columns: [], rowCount: 3 }
    const none = createEnsemble([], 0.25, { trees: [], gains: [] })
    expect([...(await createScorer(none).scores(x, { where }))]).toEqual([0.25, 0.25, 0.25])
    const { ensemble } = made(1, { features: 2, leaves: 1, trees: 2, chain: 0 }, 0)
    const total = ensemble.base + ensemble.trees[0]!.values[0]! + ensemble.trees[1]!.values[0]!
    expect([...(await createScorer(ensemble).scores(x, { where }))]).toEqual([total, total, total])
    expect([...(await createScorer(ensemble).leaves(x, { where }))]).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('stops between two parts when it is aborted, and names a column that is missing', async () => {
    const { ensemble, x } = made(4, { features: 3, leaves: 9, trees: 2, chain: 0 }, 10)
    const scorer = createScorer(ensemble)
    await expect(scorer.scores(x, { where, signal: AbortSignal.abort() })).rejects.toThrow(/stopped on request/)
    await expect(scorer.scores({ ...x, names: ['q', 'r', 's'] }, { where })).rejects.toThrow(
      /feature "f000" is missing/,
    )
  })
})
