import { type FeatureBins, missingBin } from '../../trees/bins.ts'
import type { TreeEnsemble } from '../../trees/ensemble.ts'
import { bySet, missingLeft, type Tree } from '../../trees/tree.ts'
import type { Attribute } from './graph.ts'
import { type BranchChain, type BranchTest, setTests } from './set-tests.ts'

/** Leaf values are cut here: multiples of it add up without rounding in float32 as long as sums stay below 2^12. */
const coarse = 2 ** -12

/**
 * The attributes of a `TreeEnsembleRegressor` with two outputs, which together are the sum of leaf values nearly in double
 * precision: runtimes add float32 numbers, so output 0 holds the values rounded to multiples of 2^-12, whose sums are exact,
 * and output 1 what is left, which is too small for its rounding to matter.
 *
 * Thresholds are `BRANCH_LEQ`, NaN going where missing values go; a set of categories is a chain of tests on the code.
 * (`TreeEnsembleClassifier` gave wrong results in onnxruntime.)
 */
export function treeNodes({ features, trees }: TreeEnsemble): Record<string, Attribute> {
  const nodes: Node[] = []
  const leaves: { tree: number; id: number; value: number }[] = []
  for (const [t, tree] of trees.entries()) {
    const chains = Array.from(tree.feature, (f, node) => chainOf(tree, node, features[f]!))
    const firstLeaf = chains.reduce((sum, { tests }) => sum + tests.length, 0)
    for (const node of splitNodes(tree, chains, firstLeaf)) nodes.push({ ...node, tree: t })
    for (const [leaf, value] of tree.values.entries()) {
      nodes.push({ ...leafNode, tree: t, id: firstLeaf + leaf })
      leaves.push({ tree: t, id: firstLeaf + leaf, value })
    }
  }
  return { ...nodeLists(nodes), ...targetLists(leaves) }
}

interface Node {
  readonly tree: number
  readonly id: number
  readonly feature: number
  readonly mode: BranchTest['mode'] | 'LEAF'
  readonly value: number
  readonly whenTrue: number
  readonly whenFalse: number
  readonly missingIsTrue: boolean
}

const leafNode = { feature: 0, mode: 'LEAF', value: 0, whenTrue: 0, whenFalse: 0, missingIsTrue: false } as const

/** Splits have their own numbers, the further tests of chains follow, then the leaves. */
function splitNodes(tree: Tree, chains: readonly BranchChain[], firstLeaf: number): Omit<Node, 'tree'>[] {
  const idOf = (child: number): number => (child >= 0 ? child : firstLeaf + ~child)
  const nodes: Omit<Node, 'tree'>[] = []
  const further: Omit<Node, 'tree'>[] = []
  for (const [split, { tests, restLeft }] of chains.entries()) {
    const side = (isLeft: boolean): number => idOf(isLeft ? tree.left[split]! : tree.right[split]!)
    for (const [k, { mode, value, missingIsTrue, trueLeft }] of tests.entries()) {
      const isLast = k === tests.length - 1
      const next = chains.length + further.length + (k === 0 ? 0 : 1)
      const target = k === 0 ? nodes : further
      const id = k === 0 ? split : chains.length + further.length
      const whenFalse = isLast ? side(restLeft) : next
      target.push({
        id,
        feature: tree.feature[split]!,
        mode,
        value,
        missingIsTrue,
        whenTrue: side(trueLeft),
        whenFalse,
      })
    }
  }
  return [...nodes, ...further]
}

function chainOf(tree: Tree, node: number, bins: FeatureBins): BranchChain {
  const cut = tree.cut[node]!
  if ((tree.flags[node]! & bySet) !== 0) {
    const isLeft = (bin: number): boolean => ((tree.sets[8 * cut + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
    return setTests(isLeft, bins.binCount, isLeft(missingBin))
  }
  const value = bins.kind === 'number' ? (bins.bounds[cut] ?? Infinity) : cut
  const missingIsTrue = (tree.flags[node]! & missingLeft) !== 0
  return { tests: [{ mode: 'BRANCH_LEQ', value, missingIsTrue, trueLeft: true }], restLeft: false }
}

function nodeLists(nodes: readonly Node[]): Record<string, Attribute> {
  return {
    nodes_treeids: { integers: nodes.map(({ tree }) => tree) },
    nodes_nodeids: { integers: nodes.map(({ id }) => id) },
    nodes_featureids: { integers: nodes.map(({ feature }) => feature) },
    nodes_modes: { texts: nodes.map(({ mode }) => mode) },
    nodes_values: { floats: nodes.map(({ value }) => value) },
    nodes_truenodeids: { integers: nodes.map(({ whenTrue }) => whenTrue) },
    nodes_falsenodeids: { integers: nodes.map(({ whenFalse }) => whenFalse) },
    nodes_missing_value_tracks_true: { integers: nodes.map(({ missingIsTrue }) => Number(missingIsTrue)) },
  }
}

function targetLists(leaves: readonly { tree: number; id: number; value: number }[]): Record<string, Attribute> {
  const twice = leaves.flatMap(({ tree, id, value }) => {
    const rounded = Math.round(value / coarse) * coarse
    return [
      { tree, id, output: 0, weight: rounded },
      { tree, id, output: 1, weight: value - rounded },
    ]
  })
  return {
    n_targets: { integer: 2 },
    target_treeids: { integers: twice.map(({ tree }) => tree) },
    target_nodeids: { integers: twice.map(({ id }) => id) },
    target_ids: { integers: twice.map(({ output }) => output) },
    target_weights: { floats: twice.map(({ weight }) => weight) },
    aggregate_function: { text: 'SUM' },
    post_transform: { text: 'NONE' },
  }
}
