import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dataset, selectRows } from '../../core/dataset.ts'
import { logit } from '../../core/numeric/logit.ts'
import { createRandom } from '../../core/random.ts'
import { anatomyOf, rowsByNode, rowsOfLeaf } from '../../models/explain/anatomy.ts'
import { addClassic } from '../../models/explain/classic.ts'
import { createExplainer, type ExplainerLimits, type ExplainOptions } from '../../models/explain/explainer.ts'
import { gaussLegendre } from '../../models/explain/gauss-legendre.ts'
import { fitsTables } from '../../models/explain/table-plan.ts'
import { type Contributions, contributionsOf } from '../../models/explanation.ts'
import { forest } from '../../models/forest/forest.ts'
import { gbdt } from '../../models/gbdt/gbdt.ts'
import { loadModel } from '../../models/registry.ts'
import type { TreeEnsemble } from '../../models/trees/ensemble.ts'
import { predictScores } from '../../models/trees/predict.ts'
import { bySet, missingLeft, type Tree } from '../../models/trees/tree.ts'
import { largestDifference } from './estimator-suite.ts'
import { fitOn, suiteRows } from './suite-data.ts'
import { randomEnsemble, randomRows, type RandomShape } from './random-ensemble.ts'

/** Whether a row goes left at a node, read off its values: no bins, no bytes. */
function rowGoesLeft({ features }: TreeEnsemble, tree: Tree, x: Dataset, row: number): (node: number) => boolean {
  return (node) => {
    const bins = features[tree.feature[node]!]!
    const column = x.columns[x.names.indexOf(bins.name)]!
    const isMissingLeft = (tree.flags[node]! & missingLeft) !== 0
    if (bins.kind === 'number' && column.kind === 'number') {
      const value = column.values[row]!
      return Number.isNaN(value) ? isMissingLeft : value <= (bins.bounds[tree.cut[node]!] ?? Infinity)
    }
    if (bins.kind !== 'category' || column.kind !== 'category') throw new Error('kinds differ')
    expect(tree.flags[node]! & bySet).toBe(bySet)
    const level = bins.levels.indexOf(column.levels[column.codes[row]!] ?? 'missing')
    const bin = level < 0 ? 255 : level
    return ((tree.sets[8 * tree.cut[node]! + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
  }
}

type GoesLeft = (node: number) => boolean
type AddTree = (tree: Tree, goesLeft: GoesLeft, phi: Float64Array) => void

/** The expected value of a tree when only the features in `known` are: both sides of all other splits, by their rows. */
function expectedValue(tree: Tree, goesLeft: GoesLeft, known: (feature: number) => boolean): number {
  const rows = rowsByNode(tree)
  const visit = (child: number): number => {
    if (child < 0) return tree.values[~child]!
    const [left, right] = [tree.left[child]!, tree.right[child]!]
    if (known(tree.feature[child]!)) return visit(goesLeft(child) ? left : right)
    const below = (side: number): number => (side >= 0 ? rows[side]! : rowsOfLeaf(tree, ~side))
    return (below(left) * visit(left) + below(right) * visit(right)) / rows[child]!
  }
  return visit(tree.feature.length === 0 ? -1 : 0)
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
const bits = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bits(mask >> 1))

/** The definition: the mean, over all orders of the features, of what each changes when it becomes known (Shapley 1953). */
function addByDefinition(tree: Tree, goesLeft: GoesLeft, phi: Float64Array): void {
  const count = phi.length
  const value = (mask: number): number => expectedValue(tree, goesLeft, (f) => ((mask >> f) & 1) === 1)
  for (let mask = 0; mask < 1 << count; mask++) {
    const weight = (factorial(bits(mask)) * factorial(count - bits(mask) - 1)) / factorial(count)
    for (let f = 0; f < count; f++)
      if (((mask >> f) & 1) === 0) phi[f]! += weight * (value(mask | (1 << f)) - value(mask))
  }
}

/** The definition of SHAP interaction values off the diagonal: half of the Shapley interaction index (Fujimoto et al. 2006). */
function interactionByDefinition(
  tree: Tree,
  goesLeft: GoesLeft,
  pair: { i: number; j: number; count: number },
): number {
  const { i, j, count } = pair
  const value = (mask: number): number => expectedValue(tree, goesLeft, (f) => ((mask >> f) & 1) === 1)
  const both = (1 << i) | (1 << j)
  let sum = 0
  for (let mask = 0; mask < 1 << count; mask++) {
    if ((mask & both) !== 0) continue
    const weight = (factorial(bits(mask)) * factorial(count - bits(mask) - 2)) / (2 * factorial(count - 1))
    sum += weight * (value(mask | both) - value(mask | (1 << i)) - value(mask | (1 << j)) + value(mask))
  }
  return sum
}

/** Row-major contributions by one of the slow ways. */
function slowly(ensemble: TreeEnsemble, x: Dataset, add: AddTree): Float64Array {
  const count = ensemble.features.length
  const values = new Float64Array(x.rowCount * count)
  for (let row = 0; row < x.rowCount; row++)
    for (const tree of ensemble.trees)
      add(tree, rowGoesLeft(ensemble, tree, x, row), values.subarray(row * count, (row + 1) * count))
  return values
}

const where = 'test'
/** Tables for any number of rows where they fit, and never. */
const tables: ExplainerLimits = { fewestRows: 0 }
const walks: ExplainerLimits = { fewestRows: Infinity }

const explained = (
  ensemble: TreeEnsemble,
  x: Dataset,
  limits: ExplainerLimits = {},
  options: Partial<ExplainOptions> = {},
): Promise<Contributions> => contributionsOf(createExplainer(ensemble, limits)(x, { where, ...options }))

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
  const scores = await predictScores(ensemble, x, { where })
  const sums = scores.map((_, row) =>
    values.subarray(row * names.length, (row + 1) * names.length).reduce((sum, value) => sum + value, bias),
  )
  return largestDifference(sums, scores)
}

describe('tree shap: definitions', () => {
  it('a stump with 3 of 4 rows at value 1 and 1 at 5: mean 2, a row on the left gets -1, one on the right +3', async () => {
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
    for (const limits of [tables, walks]) {
      const { bias, names, values } = await explained(ensemble, x, limits)
      expect([bias, names]).toEqual([2.5, ['a', 'b']])
      expect(largestDifference(values, [-1, 0, 3, 0, 3, 0])).toBeLessThan(1e-15)
    }
  })

  it('the classic algorithm is the mean over all orders: 30 trees of up to 8 leaves over 5 features, within 1e-12', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { ensemble, x } = made(seed, { features: 5, leaves: 1 + (seed % 8), trees: 1, chain: (seed % 3) / 2 }, 6)
      const difference = largestDifference(slowly(ensemble, x, addClassic), slowly(ensemble, x, addByDefinition))
      expect(difference, `seed ${seed}`).toBeLessThan(1e-12)
    }
  })

  it('interactions are half the interaction index off the diagonal, and their rows sum to the contributions', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const { ensemble, x } = made(seed, { features: 4, leaves: 2 + (seed % 8), trees: 1, chain: (seed % 3) / 2 }, 3)
      const [tree] = ensemble.trees as [Tree]
      const explanation = createExplainer(ensemble)(x, { where })
      const { values: sums } = await contributionsOf(explanation)
      const found: number[] = []
      for await (const { values } of explanation.interactions!()) found.push(...values)
      expect(found).toHaveLength(3 * 16)
      for (const [at, value] of found.entries()) {
        const [row, i, j] = [at >> 4, (at >> 2) & 3, at & 3]
        const goesLeft = rowGoesLeft(ensemble, tree, x, row)
        const others = [0, 1, 2, 3].filter((k) => k !== i).reduce((sum, k) => sum + found[16 * row + 4 * i + k]!, 0)
        const expected =
          i === j ? sums[4 * row + i]! - others : interactionByDefinition(tree, goesLeft, { i, j, count: 4 })
        expect(Math.abs(value - expected), `seed ${seed}, row ${row}, ${i} with ${j}`).toBeLessThan(1e-12)
      }
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

  it('walk and tables give what the classic algorithm gives, within 1e-11, sets and missing values included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), shapes, async (seed, shape) => {
        const { ensemble, x } = made(seed, shape, 5)
        const expected = slowly(ensemble, x, addClassic)
        for (const limits of [tables, walks]) {
          const byWasm = await explained(ensemble, x, limits, { kernels: 'wasm' })
          expect(largestDifference(byWasm.values, expected)).toBeLessThan(1e-11)
          const byTwins = await explained(ensemble, x, limits, { kernels: 'ts' })
          expect(hasSameBits(byTwins.values, byWasm.values)).toBe(true)
        }
      }),
      { numRuns: 40, seed: 1 },
    )
  })

  it('a chain of 24 splits on 24 features is too deep for tables; it equals the classic algorithm within 1e-9', async () => {
    const { ensemble, x } = made(5, { features: 24, leaves: 60, trees: 1, chain: 1 }, 3)
    const anatomy = anatomyOf(ensemble.trees[0]!)
    expect(anatomy.mostFeatures).toBeGreaterThan(16)
    expect(fitsTables(anatomy)).toBe(false)
    const { values } = await explained(ensemble, x, tables)
    expect(largestDifference(values, slowly(ensemble, x, addClassic))).toBeLessThan(1e-9)
  })

  it('a chain over 200 features still adds up to the score within 1e-9', async () => {
    const { ensemble, x } = made(6, { features: 200, leaves: 400, trees: 1, chain: 1 }, 20)
    expect(anatomyOf(ensemble.trees[0]!).mostFeatures).toBeGreaterThan(100)
    expect(await additivityGap(ensemble, x, await explained(ensemble, x))).toBeLessThan(1e-9)
  })

  it('a leaf without rows counts as one: finite values that add up', async () => {
    const { ensemble, x } = made(7, { features: 6, leaves: 12, trees: 2, chain: 0.3 }, 50)
    const damaged = { ...ensemble, trees: ensemble.trees.map((tree) => ({ ...tree, leafRows: new Uint32Array(12) })) }
    expect(await additivityGap(damaged, x, await explained(damaged, x))).toBeLessThan(1e-12)
  })

  it('600 thresholds of one feature, 300 of them in one tree: tables and walk equal the classic algorithm within 1e-11', async () => {
    const random = createRandom(11)
    const { ensemble } = made(11, { features: 3, leaves: 300, trees: 3, chain: 0 }, 1)
    const bounds = Float32Array.from({ length: 600 }, (_, b) => b)
    const wide = { name: 'f000', kind: 'number', bounds, binCount: 601 } as const
    const trees = ensemble.trees.map((tree) => {
      const cut = tree.cut.map((old, node) => (tree.feature[node] === 0 ? random.integer(601) : old))
      return { ...tree, cut }
    })
    const many = { ...ensemble, features: [wide, ...ensemble.features.slice(1)], trees }
    const values = Float32Array.from({ length: 40 }, (_, i) => (i === 0 ? Number.NaN : 620 * random.next() - 10))
    const narrow = randomRows(random, ensemble, 40)
    const x = { ...narrow, columns: [{ kind: 'number', values } as const, ...narrow.columns.slice(1)] }
    const expected = slowly(many, x, addClassic)
    for (const limits of [tables, walks])
      expect(largestDifference((await explained(many, x, limits)).values, expected)).toBeLessThan(1e-11)
    expect(fitsTables(anatomyOf(trees[0]!))).toBe(true)
  })
})

describe('tree shap: explainer', () => {
  // The last tree is too deep for tables.
  const random = createRandom(9)
  const shallow = randomEnsemble(random, { features: 30, leaves: 31, trees: 4, chain: 0 })
  const deep = randomEnsemble(random, { features: 30, leaves: 28, trees: 1, chain: 1 })
  const ensemble = { ...shallow, trees: [...shallow.trees, ...deep.trees] }
  const x = randomRows(random, ensemble, 5000)
  const explain = createExplainer(ensemble)
  const options = { where }
  const many = contributionsOf(explain(x, options))
  const width = 30

  it('5,000 rows through tables and deep trees add up to the score within 1e-12', async () => {
    expect(ensemble.trees.map((tree) => fitsTables(anatomyOf(tree)))).toEqual([true, true, true, true, false])
    expect(await additivityGap(ensemble, x, await many)).toBeLessThan(1e-12)
  })

  it('many rows and few rows agree with each other and with the classic algorithm within 1e-11', async () => {
    const rows = Uint32Array.of(4999, 2047, 2048, 0)
    const few = selectRows(x, rows)
    const { values } = await contributionsOf(explain(few, options))
    const all = (await many).values
    const same = [...rows].flatMap((row) => [...all.subarray(row * width, (row + 1) * width)])
    expect(largestDifference(values, same)).toBeLessThan(1e-11)
    expect(largestDifference(values, slowly(ensemble, few, addClassic))).toBeLessThan(1e-9)
  })

  it('gives the same bits for a second call, for 2 threads, for plain kernels, and for another order of rows', async () => {
    const { values } = await many
    expect(hasSameBits((await contributionsOf(explain(x, options))).values, values)).toBe(true)
    expect(hasSameBits((await explained(ensemble, x, { fewestSteps: 0 }, { threads: 2 })).values, values)).toBe(true)
    expect(hasSameBits((await explained(ensemble, x, {}, { kernels: 'ts' })).values, values)).toBe(true)
    const backwards = Uint32Array.from({ length: 5000 }, (_, i) => 4999 - i)
    const reversed = await contributionsOf(explain(selectRows(x, backwards), options))
    expect(reversed.values.subarray(0, width)).toEqual(values.subarray(4999 * width))
  })

  it('blocks come in order and hold every row once; none come for no rows', async () => {
    let next = 0
    for await (const { begin, rowCount, values } of explain(x, options).blocks()) {
      expect([begin, values.length]).toEqual([next, rowCount * width])
      next += rowCount
    }
    expect(next).toBe(5000)
    expect((await contributionsOf(explain(selectRows(x, new Uint32Array()), options))).values).toHaveLength(0)
  })

  it('a batch for every tree gives what one batch for all gives, within 1e-13, twice', async () => {
    const inTurn = createExplainer(ensemble, { batchBytes: 1 })
    const [first, second] = [await contributionsOf(inTurn(x, options)), await contributionsOf(inTurn(x, options))]
    expect(largestDifference(first.values, (await many).values)).toBeLessThan(1e-13)
    expect(hasSameBits(first.values, second.values)).toBe(true)
  })

  it('stops between two blocks when it is aborted', async () => {
    const controller = new AbortController()
    const twice = selectRows(
      x,
      Uint32Array.from({ length: 10_000 }, (_, i) => i >> 1),
    )
    const seen: number[] = []
    const work = async (): Promise<void> => {
      for await (const { begin } of explain(twice, { where, signal: controller.signal }).blocks()) {
        seen.push(begin)
        controller.abort()
      }
    }
    await expect(work()).rejects.toThrow(/stopped on request/)
    expect(seen).toEqual([0])
  })

  it('5,000 rows of a fitted gbdt add up to the log-odds of its prediction within 1e-9; a forest has none', async () => {
    const { x, y } = suiteRows(5000)
    const boosted = await gbdt.fit(gbdt.parameters.parse({ trees: 20, earlyStopping: 0 }), fitOn(x, y))
    const { bias, values, names } = await contributionsOf(boosted.explain(x)!)
    expect(names).toEqual(['amount', 'constant', 'days_since_purchase', 'never_known', 'plan'])
    const p = await boosted.predict(x)
    const sums = p.map((_, i) => values.subarray(5 * i, 5 * i + 5).reduce((sum, value) => sum + value, bias))
    expect(
      largestDifference(
        sums,
        p.map((share) => logit(share)),
      ),
    ).toBeLessThan(1e-9)
    expect(await contributionsOf(loadModel(boosted.save()).explain(x)!)).toEqual({ bias, values, names })
    const mean = await forest.fit(forest.parameters.parse({ trees: 2 }), fitOn(x, y))
    expect(mean.explain(x)).toBeNull()
  })

  it('an ensemble of one-leaf trees has bias base + values and contributions of 0', async () => {
    const { ensemble, x } = made(3, { features: 2, leaves: 1, trees: 2, chain: 0 }, 4)
    const { bias, values } = await explained(ensemble, x)
    expect(bias).toBeCloseTo(ensemble.base + ensemble.trees[0]!.values[0]! + ensemble.trees[1]!.values[0]!, 14)
    expect(values).toEqual(new Float64Array(8))
  })

  it('names a column that is missing', () => {
    const renamed = { ...x, names: x.names.map((name) => `other ${name}`) }
    expect(() => explain(renamed, { where: 'explain gbdt' })).toThrow(/explain gbdt: feature "f000" is missing/)
  })
})
