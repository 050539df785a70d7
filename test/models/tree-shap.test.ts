import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dataset, selectRows } from '../../core/dataset.ts'
import { logit } from '../../core/numeric/logit.ts'
import { createRandom } from '../../core/random.ts'
import type { Contributions } from '../../models/estimator.ts'
import { type Anatomy, anatomyOf, rowsByNode, rowsOfLeaf } from '../../models/explain/anatomy.ts'
import { type Block, createBlock } from '../../models/explain/block.ts'
import { addClassic } from '../../models/explain/classic.ts'
import { createExplainer } from '../../models/explain/explainer.ts'
import { gaussLegendre } from '../../models/explain/gauss-legendre.ts'
import { leftBins } from '../../models/explain/left-bins.ts'
import { addByTables } from '../../models/explain/look-up.ts'
import { fitsTables, planTables } from '../../models/explain/table-plan.ts'
import { addByWalk } from '../../models/explain/walk.ts'
import { planWalk } from '../../models/explain/walk-plan.ts'
import { forest } from '../../models/forest/forest.ts'
import { gbdt } from '../../models/gbdt/gbdt.ts'
import { loadModel } from '../../models/registry.ts'
import { createBinner } from '../../models/trees/binned-matrix.ts'
import type { TreeEnsemble } from '../../models/trees/ensemble.ts'
import { predictScores } from '../../models/trees/predict.ts'
import type { Tree } from '../../models/trees/tree.ts'
import { largestDifference } from './estimator-suite.ts'
import { fitOn, suiteRows } from './suite-data.ts'
import { randomEnsemble, randomRows, type RandomShape } from './random-ensemble.ts'

/** Bins by feature and row. */
const binsOf = ({ features }: TreeEnsemble, x: Dataset): Uint8Array[] =>
  features.map((bins) => {
    const column = new Uint8Array(x.rowCount)
    createBinner(x, bins, 'test')(column, 0)
    return column
  })

/** The expected value of a tree when only the features in `known` are: both sides of all other splits, by their rows. */
function expectedValue(tree: Tree, binOf: (feature: number) => number, known: ReadonlySet<number>): number {
  const rows = rowsByNode(tree)
  const visit = (child: number): number => {
    if (child < 0) return tree.values[~child]!
    const [left, right] = [tree.left[child]!, tree.right[child]!]
    const feature = tree.feature[child]!
    if (known.has(feature)) return visit(leftBins(tree, child)[binOf(feature)] === 1 ? left : right)
    const below = (side: number): number => (side >= 0 ? rows[side]! : rowsOfLeaf(tree, ~side))
    return (below(left) * visit(left) + below(right) * visit(right)) / rows[child]!
  }
  return visit(tree.feature.length === 0 ? -1 : 0)
}

/** The definition: the mean, over all orders of the features, of what each changes when it becomes known (Shapley 1953). */
function addByDefinition(tree: Tree, binOf: (feature: number) => number, phi: Float64Array): void {
  const count = phi.length
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  for (let mask = 0; mask < 1 << count; mask++) {
    const known = new Set(Array.from({ length: count }, (_, f) => f).filter((f) => (mask >> f) & 1))
    const weight = (factorial(known.size) * factorial(count - known.size - 1)) / factorial(count)
    const before = expectedValue(tree, binOf, known)
    for (let f = 0; f < count; f++)
      if (!known.has(f)) phi[f]! += weight * (expectedValue(tree, binOf, new Set([...known, f])) - before)
  }
}

type AddTree = (tree: Tree, binOf: (feature: number) => number, phi: Float64Array) => void

/** Row-major contributions by one of the slow ways. */
function slowly(ensemble: TreeEnsemble, x: Dataset, add: AddTree): Float64Array {
  const bins = binsOf(ensemble, x)
  const count = ensemble.features.length
  const values = new Float64Array(x.rowCount * count)
  for (let row = 0; row < x.rowCount; row++)
    for (const tree of ensemble.trees) add(tree, (f) => bins[f]![row]!, values.subarray(row * count, (row + 1) * count))
  return values
}

/** Row-major contributions by one of the fast ways, whatever the number of rows. */
function fast(ensemble: TreeEnsemble, x: Dataset, add: (anatomy: Anatomy, block: Block) => void): Float64Array {
  const block = createBlock(new Uint32Array(ensemble.features.length).fill(1), x.rowCount)
  const { start, bins, phi } = block
  for (const [f, column] of binsOf(ensemble, x).entries()) bins.set(column, start[f])
  for (const tree of ensemble.trees) add(anatomyOf(tree), block)
  const count = start.length
  return Float64Array.from({ length: x.rowCount * count }, (_, i) => phi[start[i % count]! + Math.floor(i / count)]!)
}

const byWalk = (ensemble: TreeEnsemble, x: Dataset): Float64Array =>
  fast(ensemble, x, (anatomy, block) => addByWalk(planWalk(anatomy), block))
const byTables = (ensemble: TreeEnsemble, x: Dataset): Float64Array =>
  fast(ensemble, x, (anatomy, block) => addByTables(planTables(anatomy), block))

function made(seed: number, shape: RandomShape, rowCount: number): { ensemble: TreeEnsemble; x: Dataset } {
  const random = createRandom(seed)
  const ensemble = randomEnsemble(random, shape)
  return { ensemble, x: randomRows(random, ensemble, rowCount) }
}

const hasSameBits = (a: Float64Array, b: Float64Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer))

/** Largest |bias + sum(row) - score|. */
async function additivityGap(
  ensemble: TreeEnsemble,
  x: Dataset,
  { bias, values, names }: Contributions,
): Promise<number> {
  const scores = await predictScores(ensemble, x, { where: 'test' })
  const sums = scores.map((_, row) =>
    values.subarray(row * names.length, (row + 1) * names.length).reduce((sum, value) => sum + value, bias),
  )
  return largestDifference(sums, scores)
}

describe('tree shap: definitions', () => {
  it('a stump with 3 of 4 rows at value 1 and 1 at 5: mean 2, a row on the left gets -1, one on the right +3', () => {
    const tree: Tree = {
      feature: Uint16Array.of(0),
      cut: Uint32Array.of(0),
      flags: Uint8Array.of(0),
      left: Int32Array.of(-1),
      right: Int32Array.of(-2),
      sets: new Uint32Array(),
      values: Float64Array.of(1, 5),
      leafRows: Uint32Array.of(3, 1),
    }
    const bins = { name: 'a', kind: 'number', bounds: Float32Array.of(10), binCount: 2 } as const
    const unused = { ...bins, name: 'b' }
    const ensemble = {
      features: [bins, unused],
      base: 0.5,
      trees: [tree],
      gain: new Float64Array(2),
      splits: Uint32Array.of(1, 0),
    }
    const column = { kind: 'number', values: Float32Array.of(10, 11, Number.NaN) } as const
    const x = { ...randomRows(createRandom(1), ensemble, 3), columns: [column, column] }
    const { bias, names, values } = createExplainer(ensemble)(x, 'test')
    expect([bias, names]).toEqual([2.5, ['a', 'b']])
    expect(largestDifference(values, [-1, 0, 3, 0, 3, 0])).toBeLessThan(1e-15)
  })

  it('the classic algorithm is the mean over all orders: 30 trees of up to 8 leaves over 5 features, within 1e-12', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { ensemble, x } = made(seed, { features: 5, leaves: 1 + (seed % 8), trees: 1, chain: (seed % 3) / 2 }, 6)
      const difference = largestDifference(slowly(ensemble, x, addClassic), slowly(ensemble, x, addByDefinition))
      expect(difference, `seed ${seed}`).toBeLessThan(1e-12)
    }
  })

  it.each([1, 2, 5, 20, 100])(
    '%i Gauss-Legendre nodes integrate t^k over [0, 1] to 1 / (k + 1) up to k = 2n - 1',
    (n) => {
      const { nodes, weights } = gaussLegendre(n)
      for (let k = 0; k < 2 * n; k++) {
        const integral = nodes.reduce((sum, t, i) => sum + weights[i]! * t ** k, 0)
        expect(Math.abs(integral - 1 / (k + 1)), `degree ${k}`).toBeLessThan(2e-15)
      }
    },
  )
})

describe('tree shap: fast ways', () => {
  const shapes = fc.record({
    features: fc.integer({ min: 1, max: 9 }),
    leaves: fc.integer({ min: 1, max: 20 }),
    trees: fc.integer({ min: 1, max: 3 }),
    chain: fc.double({ min: 0, max: 1, noNaN: true }),
  })

  it('walk and tables give what the classic algorithm gives, within 1e-11, sets and missing values included', () => {
    fc.assert(
      fc.property(fc.integer(), shapes, (seed, shape) => {
        const { ensemble, x } = made(seed, shape, 5)
        const expected = slowly(ensemble, x, addClassic)
        expect(largestDifference(byWalk(ensemble, x), expected)).toBeLessThan(1e-11)
        expect(largestDifference(byTables(ensemble, x), expected)).toBeLessThan(1e-11)
      }),
      { numRuns: 40, seed: 1 },
    )
  })

  it('a chain of 24 splits on 24 features is too deep for tables; the walk equals the classic algorithm within 1e-9', () => {
    const { ensemble, x } = made(5, { features: 24, leaves: 60, trees: 1, chain: 1 }, 3)
    const anatomy = anatomyOf(ensemble.trees[0]!)
    expect(anatomy.mostFeatures).toBeGreaterThan(15)
    expect(fitsTables(anatomy)).toBe(false)
    expect(largestDifference(byWalk(ensemble, x), slowly(ensemble, x, addClassic))).toBeLessThan(1e-9)
  })

  it('a chain over 200 features still adds up to the score within 1e-9', async () => {
    const { ensemble, x } = made(6, { features: 200, leaves: 400, trees: 1, chain: 1 }, 20)
    expect(anatomyOf(ensemble.trees[0]!).mostFeatures).toBeGreaterThan(100)
    expect(await additivityGap(ensemble, x, createExplainer(ensemble)(x, 'test'))).toBeLessThan(1e-9)
  })

  it('a leaf without rows counts as one: finite values that add up', async () => {
    const { ensemble, x } = made(7, { features: 6, leaves: 12, trees: 2, chain: 0.3 }, 50)
    const damaged = { ...ensemble, trees: ensemble.trees.map((tree) => ({ ...tree, leafRows: new Uint32Array(12) })) }
    expect(await additivityGap(damaged, x, createExplainer(damaged)(x, 'test'))).toBeLessThan(1e-12)
  })
})

describe('tree shap: explainer', () => {
  // 5,000 rows go by tables where these fit, single rows by the walk; the last tree is too deep for tables.
  const random = createRandom(9)
  const shallow = randomEnsemble(random, { features: 30, leaves: 31, trees: 4, chain: 0 })
  const deep = randomEnsemble(random, { features: 30, leaves: 28, trees: 1, chain: 1 })
  const splits = shallow.splits.map((count, f) => count + deep.splits[f]!)
  const ensemble = { ...shallow, trees: [...shallow.trees, ...deep.trees], splits }
  const x = randomRows(random, ensemble, 5000)
  const explain = createExplainer(ensemble)
  const many = explain(x, 'test')

  it('5,000 rows through tables and deep trees add up to the score within 1e-12', async () => {
    expect(ensemble.trees.map((tree) => fitsTables(anatomyOf(tree)))).toEqual([true, true, true, true, false])
    expect(await additivityGap(ensemble, x, many)).toBeLessThan(1e-12)
  })

  it('many rows and few rows agree with each other and with the classic algorithm within 1e-11', () => {
    const rows = Uint32Array.of(4999, 2047, 2048, 0)
    const few = selectRows(x, rows)
    const { values } = explain(few, 'test')
    const width = many.names.length
    const same = [...rows].flatMap((row) => [...many.values.subarray(row * width, (row + 1) * width)])
    expect(largestDifference(values, same)).toBeLessThan(1e-11)
    expect(largestDifference(values, slowly(ensemble, few, addClassic))).toBeLessThan(1e-9)
  })

  it('gives the same bits for a second call, for another order of rows, and no values for no rows', () => {
    expect(hasSameBits(explain(x, 'test').values, many.values)).toBe(true)
    const reversed = explain(
      selectRows(
        x,
        Uint32Array.from({ length: 5000 }, (_, i) => 4999 - i),
      ),
      'test',
    )
    const width = many.names.length
    expect(reversed.values.subarray(0, width)).toEqual(many.values.subarray(4999 * width))
    expect(explain(selectRows(x, new Uint32Array()), 'test').values).toHaveLength(0)
  })

  it('a batch for every tree gives what one batch for all gives, within 1e-13, twice', () => {
    const inTurn = createExplainer(ensemble, 1)
    expect(largestDifference(inTurn(x, 'test').values, many.values)).toBeLessThan(1e-13)
    expect(hasSameBits(inTurn(x, 'test').values, inTurn(x, 'test').values)).toBe(true)
  })

  it('5,000 rows of a fitted gbdt add up to the log-odds of its prediction within 1e-9; a forest has none', async () => {
    const { x, y } = suiteRows(5000)
    const boosted = await gbdt.fit(gbdt.parameters.parse({ trees: 20, earlyStopping: 0 }), fitOn(x, y))
    const { bias, values, names } = boosted.contributions(x)!
    expect(names).toEqual(['amount', 'constant', 'days_since_purchase', 'never_known', 'plan'])
    const p = await boosted.predict(x)
    const sums = p.map((_, i) => values.subarray(5 * i, 5 * i + 5).reduce((sum, value) => sum + value, bias))
    expect(
      largestDifference(
        sums,
        p.map((share) => logit(share)),
      ),
    ).toBeLessThan(1e-9)
    expect(loadModel(boosted.save()).contributions(x)).toEqual({ bias, values, names })
    const mean = await forest.fit(forest.parameters.parse({ trees: 2 }), fitOn(x, y))
    expect(mean.contributions(x)).toBeNull()
  })

  it('an ensemble of one-leaf trees has bias base + values and contributions of 0', () => {
    const { ensemble, x } = made(3, { features: 2, leaves: 1, trees: 2, chain: 0 }, 4)
    const { bias, values } = createExplainer(ensemble)(x, 'test')
    expect(bias).toBeCloseTo(ensemble.base + ensemble.trees[0]!.values[0]! + ensemble.trees[1]!.values[0]!, 14)
    expect(values).toEqual(new Float64Array(8))
  })

  it('names a column that is missing', () => {
    expect(() => explain({ ...x, names: x.names.map((name) => `other ${name}`) }, 'explain gbdt')).toThrow(
      /explain gbdt: feature "f000" is missing/,
    )
  })
})
