import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dataset, missingCode } from '../../core/dataset.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import { createRandom, type Random } from '../../core/random.ts'
import { binnedParts } from '../../models/formats/binned-parts.ts'
import { importedModel } from '../../models/formats/imported.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { largestDifference } from './estimator-suite.ts'

type Node =
  | { leaf_value: number; leaf_count: number }
  | {
      split_feature: number
      threshold: number | string
      decision_type: '<=' | '=='
      default_left: boolean
      missing_type: 'None' | 'Zero' | 'NaN'
      left_child: Node
      right_child: Node
    }

const levels = Array.from({ length: 700 }, (_, k) => `level ${k}`)
const grid = (random: Random): number => (random.integer(9) === 0 ? 0 : random.integer(1200) / 8 - 75)

/** Splits of two numbers (up to 1,200 thresholds) and of one category with 700 levels. */
function randomTree(random: Random, splits: number, missing: 'None' | 'Zero' | 'NaN'): Node {
  if (splits === 0) return { leaf_value: random.normal(), leaf_count: 1 + random.integer(50) }
  const left = random.integer(splits)
  const children = {
    left_child: randomTree(random, left, missing),
    right_child: randomTree(random, splits - 1 - left, missing),
  }
  const feature = random.integer(3)
  const common = { split_feature: feature, default_left: random.integer(2) === 1, missing_type: missing, ...children }
  if (feature < 2) return { ...common, threshold: grid(random), decision_type: '<=' }
  const codes = new Set(Array.from({ length: 1 + random.integer(300) }, () => random.integer(690)))
  return { ...common, threshold: [...codes].join('||'), decision_type: '==' }
}

/** `NumericalDecision` and `CategoricalDecision` of LightGBM's tree.h, word for word. */
function walk(node: Node, row: readonly number[]): number {
  if ('leaf_value' in node) return node.leaf_value
  let value = row[node.split_feature]!
  let isLeft: boolean
  if (node.decision_type === '==')
    isLeft = !Number.isNaN(value) && String(node.threshold).split('||').map(Number).includes(value)
  else {
    if (Number.isNaN(value) && node.missing_type !== 'NaN') value = 0
    const isDefault =
      (node.missing_type === 'Zero' && Math.abs(value) <= 1e-35) || (node.missing_type === 'NaN' && Number.isNaN(value))
    isLeft = isDefault ? node.default_left : value <= Number(node.threshold)
  }
  return walk(isLeft ? node.left_child : node.right_child, row)
}

function randomRows(random: Random, count: number): number[][] {
  const number = (): number =>
    random.integer(8) === 0 ? [Number.NaN, 0, -0, Infinity, -Infinity, 1e-36, -1e-30][random.integer(7)]! : grid(random)
  // Code 699 is in no set; 700 stands for a level that the file does not know.
  const code = (): number => (random.integer(9) === 0 ? Number.NaN : random.integer(701))
  return Array.from({ length: count }, () => [Math.fround(number()), Math.fround(number()), code()])
}

function datasetOf(rows: readonly number[][]): Dataset {
  return {
    names: ['a', 'b', 'c'],
    columns: [
      { kind: 'number', values: Float32Array.from(rows, ([a]) => a!) },
      { kind: 'number', values: Float32Array.from(rows, ([, b]) => b!) },
      {
        kind: 'category',
        codes: Uint16Array.from(rows, ([, , c]) => (Number.isNaN(c) ? missingCode : c!)),
        levels: [...levels, 'never seen'],
      },
    ],
    rowCount: rows.length,
    users: new Uint32Array(rows.length),
    cutoffs: new Uint16Array(rows.length),
  }
}

const documentOf = (trees: readonly Node[]) =>
  new TextEncoder().encode(
    JSON.stringify({
      version: 'v4',
      num_class: 1,
      num_tree_per_iteration: 1,
      objective: 'binary sigmoid:1',
      feature_names: ['a', 'b', 'c'],
      feature_infos: { a: { values: [] }, b: { values: [] }, c: { values: [0, 1] } },
      tree_info: trees.map((tree_structure) => ({ tree_structure })),
      pandas_categorical: [levels],
    }),
  )

describe('imported models beside a plain walk down the trees of the file', () => {
  it('give the same within 1e-12 for up to 1,200 thresholds and 700 categories, few trees and large ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.nat(250), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('None' as const, 'Zero' as const, 'NaN' as const),
        async (seed, sizes, missing) => {
          const random = createRandom(seed)
          const trees = sizes.map((splits) => randomTree(random, splits, missing))
          const rows = randomRows(random, 60)
          const model = importedModel(documentOf(trees), 'random')
          const expected = rows.map((row) => sigmoid(trees.reduce((sum, tree) => sum + walk(tree, row), 0)))
          const [x, p] = [datasetOf(rows), await model.predict(datasetOf(rows))]
          expect(largestDifference(p, expected)).toBeLessThan(1e-12)
          const { bias, names, values } = await contributionsOf(model.explain(x)!)
          for (let i = 0; i < 5; i++) {
            const own = values.subarray(i * names.length, (i + 1) * names.length)
            expect(sigmoid(own.reduce((sum, value) => sum + value, bias))).toBeCloseTo(expected[i]!, 9)
          }
        },
      ),
      { numRuns: 6, seed: 4 },
    )
  })

  it('a tree of 1,500 splits becomes several parts, a small one stays one', () => {
    const random = createRandom(3)
    const count = (splits: number): number =>
      binnedParts(importedModel(documentOf([randomTree(random, splits, 'NaN')]), 'random').foreign, 'random').length
    expect(count(6)).toBe(1)
    expect(count(1500)).toBeGreaterThan(2)
  })
})
