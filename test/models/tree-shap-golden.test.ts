import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { createExplainer } from '../../models/explain/explainer.ts'
import { contributionsOf } from '../../models/explanation.ts'
import type { FeatureBins } from '../../models/trees/bins.ts'
import { createEnsemble, type TreeEnsemble } from '../../models/trees/ensemble.ts'
import type { Split } from '../../models/trees/split.ts'
import { bySet, missingLeft, type Tree } from '../../models/trees/tree.ts'
import { TreeBuilder } from '../../models/trees/tree-builder.ts'
import { largestDifference } from './estimator-suite.ts'

type GoldenNode =
  | { readonly value: number; readonly rows: number }
  | {
      readonly feature: number
      readonly threshold?: number
      readonly missing_left?: boolean
      readonly categories?: readonly number[]
      readonly left: GoldenNode
      readonly right: GoldenNode
    }

interface GoldenCase {
  readonly name: string
  readonly base: number
  readonly rows: readonly (readonly (number | null)[])[]
  readonly trees: readonly GoldenNode[]
  /** By row: one per feature, then the bias. */
  readonly contributions: readonly (readonly number[])[]
  /** Of the first ten rows, feature by feature. */
  readonly interactions?: readonly (readonly (readonly number[])[])[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/tree-shap.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly GoldenCase[]
}

/** The values are whole numbers 0 … 39: bin = value. Features on which a tree splits by set are categories. */
function ensembleOf({ trees, base, rows }: GoldenCase): TreeEnsemble {
  const sets = new Set<number>()
  const built = trees.map((root) => treeOf(root, sets))
  const features = rows[0]!.map((_, f): FeatureBins => {
    const name = `f${f}`
    if (sets.has(f))
      return { name, kind: 'category', levels: Array.from({ length: 40 }, (_, level) => `${level}`), binCount: 40 }
    return { name, kind: 'number', bounds: Float32Array.from({ length: 39 }, (_, b) => b), binCount: 40 }
  })
  return createEnsemble(features, base, { trees: built, gains: built.map((tree) => Array.from(tree.feature, () => 1)) })
}

function treeOf(root: GoldenNode, sets: Set<number>): Tree {
  const builder = new TreeBuilder()
  const values: number[] = []
  const rows: number[] = []
  const visit = (node: GoldenNode, leaf: number): void => {
    if ('value' in node) {
      values[leaf] = node.value
      rows[leaf] = node.rows
      return
    }
    if (node.categories) sets.add(node.feature)
    const right = builder.splitLeaf(leaf, splitOf(node))
    visit(node.left, leaf)
    visit(node.right, right)
  }
  visit(root, 0)
  return builder.finish(Float64Array.from(values), Uint32Array.from(rows))
}

/** LightGBM writes 1.8e308 where only missing values go right: then all bins go left. */
function splitOf(node: Exclude<GoldenNode, { value: number }>): Split {
  const common = { feature: node.feature, gain: 1, both: 1, g: 0, h: 0, l2: 0 }
  if (node.categories === undefined)
    return {
      ...common,
      cut: Math.min(39, Math.floor(node.threshold!)),
      flags: node.missing_left ? missingLeft : 0,
      set: null,
    }
  const set = new Uint32Array(8)
  for (const category of node.categories) set[category >>> 5]! |= 1 << (category & 31)
  return { ...common, cut: 0, flags: bySet, set }
}

/** The golden rows, given `times` over. */
function rowsOf({ rows }: GoldenCase, { features }: TreeEnsemble, times: number): Dataset {
  const all = Array.from({ length: times }, () => rows).flat()
  const columns = features.map(({ kind }, f): Column => {
    if (kind === 'number') return { kind, values: Float32Array.from(all, (row) => row[f] ?? Number.NaN) }
    const levels = Array.from({ length: 40 }, (_, level) => `${level}`)
    return { kind, codes: Uint16Array.from(all, (row) => row[f] ?? missingCode), levels }
  })
  return {
    names: features.map(({ name }) => name),
    columns,
    rowCount: all.length,
    users: new Uint32Array(all.length),
    cutoffs: new Uint16Array(all.length),
  }
}

describe('tree shap: golden numbers', () => {
  it('cover missing values, sets of categories, and paths over all 8 features', () => {
    const [boosted, deep] = golden.cases.map((one) => ensembleOf(one))
    expect(golden.cases.map(({ name }) => name)).toEqual(['lightgbm', 'deep', 'shap'])
    expect(boosted!.features.map(({ kind }) => kind)).toContain('category')
    expect(golden.cases[0]!.rows.flat()).toContain(null)
    expect(Math.max(...deep!.trees.map((tree) => tree.feature.length))).toBeGreaterThan(40)
  })

  it.each(golden.cases.map((one) => [one.name, one] as const))(
    '%s: 40 rows by the walk and 4,120 rows by tables are within 1e-12 of the reference, bias included',
    async (_, one) => {
      const ensemble = ensembleOf(one)
      const explain = createExplainer(ensemble)
      const width = ensemble.features.length
      const expected = one.contributions.flatMap((row) => row.slice(0, width))
      const few = await contributionsOf(explain(rowsOf(one, ensemble, 1), { where: 'test' }))
      expect(largestDifference(few.values, expected)).toBeLessThan(1e-12)
      expect(largestDifference([few.bias], [one.contributions[0]![width]!])).toBeLessThan(1e-12)
      const many = await contributionsOf(explain(rowsOf(one, ensemble, 103), { where: 'test' }))
      expect(largestDifference(many.values.subarray(102 * 40 * width), expected)).toBeLessThan(1e-12)
    },
  )

  it("interactions of ten rows are within 1e-12 of shap's", async () => {
    const one = golden.cases.find(({ name }) => name === 'shap')!
    const ensemble = ensembleOf(one)
    const found: number[] = []
    for await (const { values } of createExplainer(ensemble)(rowsOf(one, ensemble, 1), { where: 'test' })
      .interactions!())
      found.push(...values)
    expect(found).toHaveLength(40 * 64)
    expect(one.interactions).toHaveLength(10)
    expect(largestDifference(found.slice(0, 640), one.interactions!.flat(2))).toBeLessThan(1e-12)
  })
})
