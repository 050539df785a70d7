import { logit } from '../../core/numeric/logit.ts'
import { float32Below } from './float32-neighbours.ts'
import type { ForeignFeature, ForeignModel, ForeignNode, ForeignOptions, ForeignTree } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'
import { soundTree } from './sound-tree.ts'
import { xgboostCategories } from './xgboost-categories.ts'
import { type XgboostDocument, type XgboostTree, xgboostDocument } from './xgboost-schema.ts'

/** Objectives whose score is log-odds. */
const logistic = new Set(['binary:logistic', 'reg:logistic', 'binary:logitraw'])

/** Reads what `Booster.save_model("model.json")` writes. Throws an EbbError of kind `data`. */
export function readXgboostJson(parsed: unknown, where: string, options: ForeignOptions = {}): ForeignModel {
  const result = xgboostDocument.safeParse(parsed)
  if (!result.success) {
    const issue = result.error.issues[0]!
    throw foreignFault(`${where}: ${issue.path.join('.')}`, 'not a tree model of XGBoost', { received: issue.message })
  }
  const { version, learner } = result.data
  const { objective, learner_model_param: about } = learner
  if (!logistic.has(objective.name))
    throw foreignFault(`${where}: objective`, 'the model does not predict a probability', {
      expected: [...logistic].join(', '),
      received: objective.name,
    })
  if (about.num_class > 1 || about.num_target > 1)
    throw foreignFault(`${where}: num_class`, 'the model has several outputs', {
      expected: '1',
      received: Math.max(about.num_class, about.num_target),
    })
  const features = featuresOf(learner, { where, levels: options.levels ?? {} })
  const all = boosterOf(learner, where)
  const { count, notes } = treeCount(learner, all, options)
  const trees = all.trees
    .slice(0, count)
    .map((tree, t) => readTree(tree, { features, factor: all.weights[t] ?? 1, where: `${where}: trees[${t}]` }))
  const base = objective.name === 'binary:logitraw' ? finite(about.base_score, where) : logitOf(about.base_score, where)
  return {
    source: 'xgboost',
    version: version.join('.'),
    objective: objective.name,
    link: 'logistic',
    features,
    base,
    trees,
    notes,
  }
}

function logitOf(score: number, where: string): number {
  if (score > 0 && score < 1) return logit(score)
  throw foreignFault(`${where}: base_score`, 'not a probability', { expected: 'between 0 and 1', received: score })
}

function finite(score: number, where: string): number {
  if (Number.isFinite(score)) return score
  throw foreignFault(`${where}: base_score`, 'not a number', { expected: 'a finite number', received: score })
}

interface Booster {
  readonly trees: readonly XgboostTree[]
  /** Factor of each tree; absent = 1. */
  readonly weights: readonly number[]
  readonly parallel: number
  readonly categories: unknown
}

function boosterOf({ gradient_booster: booster }: XgboostDocument['learner'], where: string): Booster {
  const [model, weights] = booster.name === 'dart' ? [booster.gbtree.model, booster.weight_drop] : [booster.model, []]
  const parallel = Math.max(model.gbtree_model_param?.num_parallel_tree ?? 1, 1)
  if (!Number.isSafeInteger(parallel))
    throw foreignFault(`${where}: num_parallel_tree`, 'cannot be read', {
      expected: 'a whole number',
      received: parallel,
    })
  return { trees: model.trees, weights, parallel, categories: model.cats }
}

/** Trees to read: as XGBoost's scikit-learn classes do, up to the best iteration where early stopping named one. */
function treeCount(
  { attributes }: XgboostDocument['learner'],
  { trees, parallel }: Booster,
  { iterations }: ForeignOptions,
): { count: number; notes: string[] } {
  const best = Number(attributes['best_iteration'] ?? Number.NaN)
  const wanted = iterations ?? (Number.isInteger(best) && best >= 0 ? best + 1 : Infinity)
  const count = Math.min(wanted * parallel, trees.length)
  const reason = iterations === undefined ? `: its best iteration is ${best}` : ''
  return { count, notes: count < trees.length ? [`the first ${count} of ${trees.length} trees${reason}`] : [] }
}

function featuresOf(
  learner: XgboostDocument['learner'],
  { where, levels }: { where: string; levels: Readonly<Record<string, readonly string[]>> },
): ForeignFeature[] {
  const { feature_names: names, feature_types: types, learner_model_param: about } = learner
  const count = about.num_feature
  if (!(Number.isInteger(count) && count >= 0 && count <= 1e6))
    throw foreignFault(`${where}: num_feature`, 'cannot be read', { expected: 'a whole number', received: count })
  for (const [key, list] of Object.entries({ feature_names: names, feature_types: types }))
    if (list.length > 0 && list.length !== count)
      throw foreignFault(`${where}: ${key}`, 'the wrong number of features', {
        expected: String(count),
        received: list.length,
      })
  if (new Set(names).size !== names.length) throw foreignFault(`${where}: feature_names`, 'a name stands twice')
  const { trees, categories } = boosterOf(learner, where)
  const known = xgboostCategories(categories, where)
  const given = new Map(Object.entries(levels))
  const split = new Set(trees.flatMap((tree) => (tree.categories_nodes ?? []).map((node) => tree.split_indices[node])))
  return Array.from({ length: count }, (_, at): ForeignFeature => {
    const name = names[at] ?? `f${at}`
    if (types[at] !== 'c' && !split.has(at)) return { name, kind: 'number' }
    return { name, kind: 'category', levels: given.get(name) ?? known[at] ?? 'codes' }
  })
}

function readTree(
  tree: XgboostTree,
  { features, factor, where }: { features: readonly ForeignFeature[]; factor: number; where: string },
): ForeignTree {
  const { left_children: left, right_children: right, split_conditions: conditions, sum_hessian: cover } = tree
  const count = left.length
  for (const list of [right, conditions, cover, tree.split_indices, tree.default_left])
    if (list.length !== count || count === 0)
      throw foreignFault(where, 'lists of different lengths', {
        expected: `${count}, at least 1`,
        received: list.length,
      })
  if (Number(tree.tree_param?.size_leaf_vector ?? 1) > 1)
    throw foreignFault(where, 'leaves hold several values', { expected: 'size_leaf_vector of 0 or 1' })
  const isLeaf = left.map((child) => child === -1)
  // Nodes and leaves are numbered apart; deleted ones (num_deleted) hang nowhere and are left out by the walk.
  const order = reachable(tree, isLeaf, where)
  const place = new Map<number, number>()
  const nodes = order.filter((node) => !isLeaf[node])
  const leaves = order.filter((node) => isLeaf[node])
  for (const [at, node] of nodes.entries()) place.set(node, at)
  for (const [at, node] of leaves.entries()) place.set(node, ~at)
  const sets = readSets(tree, where)
  const built = {
    nodes: nodes.map((node): ForeignNode => {
      const missingLeft = Boolean(tree.default_left[node])
      const codes = sets.get(node)
      const at = { feature: tree.split_indices[node]!, left: place.get(left[node]!)!, right: place.get(right[node]!)! }
      if (codes !== undefined) return { ...at, test: { kind: 'set', codes, membersLeft: false, missingLeft } }
      const atMost = float32Below(Math.fround(conditions[node]!))
      return { ...at, test: { kind: 'threshold', atMost, missingLeft, zeroIsMissing: false } }
    }),
    values: Float64Array.from(leaves, (node) => factor * Math.fround(conditions[node]!)),
    rows: Float64Array.from(leaves, (node) => cover[node]!),
  }
  return soundTree(built, features, where)
}

/** Nodes and leaves below the root, each once. */
function reachable(
  { left_children: left, right_children: right }: XgboostTree,
  isLeaf: boolean[],
  where: string,
): number[] {
  const order: number[] = []
  const seen = new Uint8Array(left.length)
  const pending = [0]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (!(node >= 0 && node < left.length) || seen[node] === 1)
      throw foreignFault(where, 'a child is outside the tree or hangs in two places', { received: node })
    seen[node] = 1
    order.push(node)
    if (!isLeaf[node]) pending.push(right[node]!, left[node]!)
  }
  return order
}

/** The categories that go right, by node. */
function readSets(tree: XgboostTree, where: string): Map<number, number[]> {
  const {
    categories = [],
    categories_nodes: nodes = [],
    categories_segments: starts = [],
    categories_sizes: sizes = [],
  } = tree
  const sets = new Map<number, number[]>()
  let members = 0
  for (const [at, node] of nodes.entries()) {
    const begin = starts[at] ?? -1
    const end = begin + (sizes[at] ?? -1)
    if (begin < 0 || end < begin || end > categories.length)
      throw foreignFault(`${where}.categories`, 'a set reaches outside the list', { received: `${begin} to ${end}` })
    members += end - begin
    if (members > categories.length)
      throw foreignFault(`${where}.categories`, 'sets overlap', { expected: `${categories.length} members in all` })
    sets.set(node, categories.slice(begin, end))
  }
  for (const [node, type] of (tree.split_type ?? []).entries())
    if (type === 1 && !sets.has(node) && tree.left_children[node] !== -1)
      throw foreignFault(`${where}.split_type`, `node ${node} has no set of categories`)
  return sets
}
