import { EbbError } from '../../core/errors.ts'
import { type FeatureBins, missingBin } from '../trees/bins.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { bySet, missingLeft, type Tree } from '../trees/tree.ts'
import type { ExportableTrees } from './exportable.ts'
import { nodeCounts } from './node-counts.ts'

/** Bits of `decision_type`: categorical, default left, and 2 << 2: only NaN is missing. */
const [categorical, defaultLeft, nanIsMissing] = [1, 2, 8]
/** Stands for the bound -Infinity, which LightGBM would read as -1e308; no float32 but -Infinity is below either. */
const lowest = -Number.MAX_VALUE

/**
 * The trees as a text model of LightGBM (v4). Boosted trees: objective `binary`, the base in the first tree, as LightGBM
 * has it. Forests: `average_output` of churn rates, objective `regression`. Levels stand in `pandas_categorical`, so that a
 * data frame with category columns is matched by name; elsewhere a level is its number there, unseen levels are NaN. Gain is
 * known by feature, not by node: each node has its feature's mean, so that LightGBM's importances are right.
 */
export function writeLightgbm({ ensemble, output }: ExportableTrees): string {
  const { features, base } = ensemble
  const names = features.map(({ name }) => lightgbmName(name))
  const blocks = ensemble.trees.map(
    (tree, t) => `Tree=${t}\n${treeText(tree, ensemble, output === 'log_odds' && t === 0 ? base : 0)}\n\n\n`,
  )
  const head = [
    'tree',
    'version=v4',
    'num_class=1',
    'num_tree_per_iteration=1',
    'label_index=0',
    `max_feature_idx=${features.length - 1}`,
    `objective=${output === 'log_odds' ? 'binary sigmoid:1' : 'regression'}`,
    ...(output === 'log_odds' ? [] : ['average_output']),
    `feature_names=${names.join(' ')}`,
    `feature_infos=${features.map((bins, f) => featureInfo(bins, ensemble.splits[f]!)).join(' ')}`,
    `tree_sizes=${blocks.map((block) => Buffer.byteLength(block)).join(' ')}`,
  ]
  const levels = features.flatMap((bins) => (bins.kind === 'category' ? [bins.levels] : []))
  return [
    ...head,
    '',
    `${blocks.join('')}end of trees`,
    '',
    'feature_importances:',
    ...importances(ensemble, names),
    '',
    'parameters:',
    `[boosting: ${output === 'log_odds' ? 'gbdt' : 'rf'}]`,
    `[objective: ${output === 'log_odds' ? 'binary' : 'regression'}]`,
    `[categorical_feature: ${features.flatMap(({ kind }, f) => (kind === 'category' ? [f] : [])).join(',')}]`,
    '',
    'end of parameters',
    '',
    `pandas_categorical:${levels.length === 0 ? 'null' : JSON.stringify(levels)}`,
    '',
  ].join('\n')
}

/** Names are divided by spaces there, and a few characters of JSON are refused. */
function lightgbmName(name: string): string {
  if (/^[^\s"',:[\]{}]+$/.test(name)) return name
  throw new EbbError({
    code: 'EXPORT_FEATURE_NAME',
    kind: 'usage',
    where: `feature "${name}"`,
    what: 'LightGBM cannot have a feature of this name',
    expected: 'no spaces, quotes, commas, colons or brackets',
    hint: 'export as onnx or json, or rename the feature',
  })
}

/** What LightGBM refuses to predict beyond is nothing: the range is for people. */
function featureInfo(bins: FeatureBins, splits: number): string {
  if (bins.kind === 'category') return bins.levels.length === 0 ? 'none' : [-1, ...bins.levels.keys()].join(':')
  const finite = [...bins.bounds].filter(Number.isFinite)
  return splits === 0 && finite.length === 0 ? 'none' : `[${finite[0] ?? 0}:${finite.at(-1) ?? 0}]`
}

function importances({ splits, features }: TreeEnsemble, names: readonly string[]): string[] {
  return [...features.keys()]
    .filter((f) => splits[f]! > 0)
    .sort((a, b) => splits[b]! - splits[a]! || a - b)
    .map((f) => `${names[f]}=${splits[f]}`)
}

function treeText(tree: Tree, { features, gain, splits }: TreeEnsemble, base: number): string {
  const nodes = [...tree.feature.keys()]
  const written = nodes.map((node) => writtenNode(tree, node, features[tree.feature[node]!]!))
  const sets = written.flatMap(({ words }) => (words === null ? [] : [words]))
  let set = 0
  const { rows, values: means } = nodeCounts(tree)
  const values = [...tree.values].map((value) => value + base)
  const line = (key: string, list: Iterable<number | string>): string => `${key}=${[...list].join(' ')}`
  return [
    `num_leaves=${tree.values.length}`,
    `num_cat=${sets.length}`,
    line('split_feature', tree.feature),
    line(
      'split_gain',
      nodes.map((node) => gain[tree.feature[node]!]! / splits[tree.feature[node]!]!),
    ),
    line(
      'threshold',
      written.map(({ threshold, words }) => (words === null ? threshold : set++)),
    ),
    line(
      'decision_type',
      written.map(({ decision }) => decision),
    ),
    line(
      'left_child',
      written.map(({ left }) => left),
    ),
    line(
      'right_child',
      written.map(({ right }) => right),
    ),
    line('leaf_value', values),
    line('leaf_weight', tree.leafRows),
    line('leaf_count', tree.leafRows),
    line(
      'internal_value',
      [...means].map((value) => value + base),
    ),
    line('internal_weight', rows),
    line('internal_count', rows),
    ...(sets.length === 0 ? [] : [line('cat_boundaries', boundaries(sets)), line('cat_threshold', sets.flat())]),
    'is_linear=0',
    'shrinkage=1',
  ].join('\n')
}

interface WrittenNode {
  readonly decision: number
  readonly threshold: number | string
  /** The set of levels that go left, 32 to a word; null for a threshold. */
  readonly words: number[] | null
  readonly left: number
  readonly right: number
}

function writtenNode(tree: Tree, node: number, bins: FeatureBins): WrittenNode {
  const [left, right] = [tree.left[node]!, tree.right[node]!]
  if ((tree.flags[node]! & bySet) !== 0) return writtenSet(tree, node, bins)
  const decision = nanIsMissing + ((tree.flags[node]! & missingLeft) === 0 ? 0 : defaultLeft)
  const bound = bins.kind === 'number' ? (bins.bounds[tree.cut[node]!] ?? Infinity) : Number.NaN
  return {
    decision,
    threshold: bound === Infinity ? 'inf' : bound === -Infinity ? lowest : bound,
    words: null,
    left,
    right,
  }
}

/** Unseen and missing categories go right there: where ours go left, the other levels are listed and the children swapped. */
function writtenSet(tree: Tree, node: number, { binCount }: FeatureBins): WrittenNode {
  const set = tree.sets.subarray(8 * tree.cut[node]!, 8 * tree.cut[node]! + 8)
  const isIn = (bin: number): boolean => ((set[bin >>> 5]! >>> (bin & 31)) & 1) === 1
  const isSwapped = isIn(missingBin)
  const words = new Uint32Array(Math.max(1, Math.ceil(binCount / 32)))
  for (let bin = 0; bin < binCount; bin++) if (isIn(bin) !== isSwapped) words[bin >>> 5]! |= 1 << (bin & 31)
  const [left, right] = [tree.left[node]!, tree.right[node]!]
  const children = isSwapped ? { left: right, right: left } : { left, right }
  return { decision: categorical + nanIsMissing, threshold: 0, words: [...words], ...children }
}

function boundaries(sets: readonly (readonly number[])[]): number[] {
  const ends = [0]
  for (const words of sets) ends.push(ends.at(-1)! + words.length)
  return ends
}
