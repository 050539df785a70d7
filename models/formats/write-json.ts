import type { Json } from '../../core/json.ts'
import { type FeatureBins, missingBin } from '../trees/bins.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { bySet, missingLeft, type Tree } from '../trees/tree.ts'
import type { Exportable, ExportableLinear } from './exportable.ts'

/**
 * The model as plain JSON that a few lines of any language can evaluate. Trees: child c >= 0 is node c of the tree, child
 * c < 0 is leaf -1 - c; `atMost` compares float32 values, `in` lists levels, `missing` is where missing values and unknown
 * levels go. P(churn) is sigmoid(base + sum of values), or their mean for `mean_of_rates`.
 */
export function modelJson(model: Exportable): Json {
  if (model.kind === 'linear') return linearJson(model)
  const { ensemble, output } = model
  return {
    kind: 'trees',
    output: output === 'log_odds' ? 'log_odds' : 'mean_of_rates',
    base: ensemble.base,
    trees: ensemble.trees.map((tree) => treeJson(tree, ensemble)),
  }
}

function treeJson(tree: Tree, { features }: TreeEnsemble): Json {
  return {
    nodes: Array.from(tree.feature, (f, node) => ({
      feature: features[f]!.name,
      ...testJson(tree, node, features[f]!),
      left: tree.left[node]!,
      right: tree.right[node]!,
    })),
    leaves: Array.from(tree.values, (value, leaf) => ({ value, rows: tree.leafRows[leaf]! })),
  }
}

function testJson(tree: Tree, node: number, bins: FeatureBins): { readonly [key: string]: Json } {
  const cut = tree.cut[node]!
  const flags = tree.flags[node]!
  if ((flags & bySet) === 0) {
    const atMost = bins.kind === 'number' ? (bins.bounds[cut] ?? Infinity) : cut
    return { atMost, missing: (flags & missingLeft) === 0 ? 'right' : 'left' }
  }
  const isIn = (bin: number): boolean => ((tree.sets[8 * cut + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
  const levels = bins.kind === 'category' ? bins.levels.filter((_, bin) => isIn(bin)) : []
  return { in: levels, missing: isIn(missingBin) ? 'left' : 'right' }
}

function linearJson({ preparation, coefficients }: ExportableLinear): Json {
  let at = 0
  const features = preparation.features.map((plan) => ({
    ...plan,
    terms: plan.terms.map((term) => ({ ...term, coefficient: coefficients[at++]! })),
  }))
  return { kind: 'linear', output: 'log_odds', intercept: coefficients.at(-1)!, features: features as unknown as Json }
}
