import { float32AtMost } from './float32-neighbours.ts'
import type { ForeignFeature, ForeignModel, ForeignNode, ForeignOptions, ForeignTree } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'
import { LightgbmFields } from './lightgbm-fields.ts'
import { lightgbmFeatures } from './lightgbm-features.ts'
import { lightgbmOutput } from './lightgbm-objective.ts'
import { soundTree } from './sound-tree.ts'

/** Bits of `decision_type` (LightGBM, `tree.h`): categorical, default left; bits 2 and 3 say what is missing. */
const categorical = 1
const defaultLeft = 2

/**
 * Reads what `Booster.save_model` writes (versions v3 and v4). A number is compared in double precision there; our values
 * are float32, for which a float32 threshold decides the same. Throws an EbbError of kind `data`.
 */
export function readLightgbmText(text: string, where: string, options: ForeignOptions = {}): ForeignModel {
  const blocks = text.replaceAll('\r', '').split(/\n(?=Tree=\d+\n)/)
  const head = new LightgbmFields(blocks[0]!, where)
  for (const key of ['num_class', 'num_tree_per_iteration'])
    if (head.count(key) !== 1)
      throw foreignFault(`${where}: ${key}`, 'the model has several outputs', {
        expected: '1',
        received: head.text(key),
      })
  const features = lightgbmFeatures(
    {
      names: head.text('feature_names').split(/\s+/).filter(Boolean),
      infos: head.text('feature_infos').split(/\s+/).filter(Boolean),
      categoricalFeatures: /^\[categorical_feature: ([\d,\s]*)\]$/m.exec(text)?.[1] ?? '',
      pandas: /^pandas_categorical:(.*)$/m.exec(text)?.[1] ?? 'null',
    },
    { where, levels: options.levels ?? {} },
  )
  const count = Math.min(options.iterations ?? Infinity, blocks.length - 1)
  const last = blocks.length - 1
  const bodies = blocks.slice(1).map((block, t) => (t === last - 1 ? block.split('\nend of trees')[0]! : block))
  if (!text.includes('\nend of trees')) throw foreignFault(where, 'the file is cut', { expected: 'end of trees' })
  const trees = bodies
    .slice(0, count)
    .map((body, t) =>
      readTree(new LightgbmFields(body, `${where}: Tree=${t}`), { features, where: `${where}: Tree=${t}` }),
    )
  const objective = head.optional('objective') ?? ''
  return {
    source: 'lightgbm',
    version: head.text('version'),
    objective,
    features,
    base: 0,
    notes: count < blocks.length - 1 ? [`the first ${count} of ${blocks.length - 1} trees`] : [],
    ...lightgbmOutput({ objective, averages: head.has('average_output'), trees }, where),
  }
}

function readTree(
  fields: LightgbmFields,
  { features, where }: { features: readonly ForeignFeature[]; where: string },
): ForeignTree {
  if ((fields.optional('is_linear') ?? '0') !== '0')
    throw foreignFault(where, 'the leaves hold linear models', { expected: 'is_linear=0' })
  const leaves = fields.count('num_leaves')
  if (leaves < 1) throw foreignFault(where, 'the tree has no leaf', { expected: 'num_leaves >= 1', received: leaves })
  const nodes = leaves === 1 ? [] : readNodes(fields, leaves - 1, where)
  const values = fields.numbers('leaf_value', leaves)
  const rows = leaves > 1 ? fields.numbers('leaf_count', leaves) : new Float64Array(1).fill(1)
  return soundTree({ nodes, values, rows }, features, where)
}

function readNodes(fields: LightgbmFields, count: number, where: string): ForeignNode[] {
  const feature = fields.integers('split_feature', count)
  const threshold = fields.numbers('threshold', count)
  const decision = fields.integers('decision_type', count)
  const left = fields.integers('left_child', count)
  const right = fields.integers('right_child', count)
  const sets = readSets(fields, where)
  const taken = new Set<number>()
  return Array.from({ length: count }, (_, node): ForeignNode => {
    const at = { feature: feature[node]!, left: left[node]!, right: right[node]! }
    const type = decision[node]!
    if ((type & categorical) === 0) return { ...at, test: thresholdTest(threshold[node]!, type) }
    const codes = sets[threshold[node]!]
    if (codes === undefined)
      throw foreignFault(where, `node ${node} has no set of categories`, {
        expected: `0 to ${sets.length - 1}`,
        received: threshold[node],
      })
    if (taken.has(threshold[node]!)) throw foreignFault(where, `node ${node} has the set of another node`)
    taken.add(threshold[node]!)
    return { ...at, test: { kind: 'set', codes, membersLeft: true, missingLeft: false } }
  })
}

/** `NumericalDecision` of `tree.h`: 0 = NaN counts as 0; 1 = zeros and NaN take the default side; 2 = NaN does. */
export function thresholdTest(threshold: number, decision: number): ForeignNode['test'] {
  const missingType = (decision >> 2) & 3
  const atMost = float32AtMost(threshold)
  const missingLeft = missingType === 0 ? 0 <= threshold : (decision & defaultLeft) !== 0
  return { kind: 'threshold', atMost, missingLeft, zeroIsMissing: missingType === 1 }
}

function readSets(fields: LightgbmFields, where: string): number[][] {
  const count = fields.count('num_cat')
  if (count === 0) return []
  const ends = fields.integers('cat_boundaries', count + 1)
  const words = fields.integers('cat_threshold', Math.max(ends[count]!, 0))
  return Array.from({ length: count }, (_, set) => {
    const [begin, end] = [ends[set]!, ends[set + 1]!]
    if (begin < 0 || end < begin || end > words.length)
      throw foreignFault(where, 'cat_boundaries do not ascend', { received: `${begin} ${end}` })
    const codes: number[] = []
    for (let bit = 0; bit < 32 * (end - begin); bit++)
      if (((words[begin + (bit >> 5)]! >>> (bit & 31)) & 1) === 1) codes.push(bit)
    return codes
  })
}
