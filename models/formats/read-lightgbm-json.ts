import * as z from 'zod'
import type { ForeignFeature, ForeignModel, ForeignNode, ForeignOptions, ForeignTree } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'
import { lightgbmFeatures } from './lightgbm-features.ts'
import { lightgbmOutput } from './lightgbm-objective.ts'
import { thresholdTest } from './read-lightgbm-text.ts'
import { soundTree } from './sound-tree.ts'

/** Children are checked one by one while the tree is walked: a schema that calls itself would not bear deep trees. */
const split = z.looseObject({
  split_feature: z.int(),
  threshold: z.union([z.number(), z.string()]),
  decision_type: z.enum(['<=', '==']),
  default_left: z.boolean(),
  missing_type: z.enum(['None', 'Zero', 'NaN']),
  left_child: z.unknown(),
  right_child: z.unknown(),
})
const leaf = z.looseObject({ leaf_value: z.number(), leaf_count: z.number().default(1) })
const document = z.looseObject({
  version: z.string(),
  num_class: z.literal(1),
  num_tree_per_iteration: z.literal(1),
  objective: z.string().default(''),
  average_output: z.boolean().default(false),
  feature_names: z.array(z.string()),
  feature_infos: z.record(z.string(), z.looseObject({ values: z.array(z.number()) })).default({}),
  pandas_categorical: z.json().default(null),
  tree_info: z.array(z.looseObject({ tree_structure: z.unknown() })),
})

const missingTypes = { None: 0, Zero: 1, NaN: 2 } as const

/** Reads what `Booster.dump_model` gives, written as JSON. Throws an EbbError of kind `data`. */
export function readLightgbmJson(parsed: unknown, where: string, options: ForeignOptions = {}): ForeignModel {
  const { data, error } = document.safeParse(parsed)
  if (error)
    throw foreignFault(`${where}: ${error.issues[0]!.path.join('.')}`, "not LightGBM's JSON", {
      received: error.issues[0]!.message,
    })
  const known = new Map(Object.entries(data.feature_infos))
  const infos = data.feature_names.map((name) => {
    const info = known.get(name)
    return info === undefined ? 'none' : info.values.length === 0 ? '[:]' : info.values.join(':')
  })
  const features = lightgbmFeatures(
    { names: data.feature_names, infos, categoricalFeatures: '', pandas: JSON.stringify(data.pandas_categorical) },
    { where, levels: options.levels ?? {} },
  )
  const count = Math.min(options.iterations ?? Infinity, data.tree_info.length)
  const trees = data.tree_info
    .slice(0, count)
    .map(({ tree_structure: root }, t) => readTree(root, features, `${where}: tree_info[${t}]`))
  return {
    source: 'lightgbm',
    version: data.version,
    objective: data.objective,
    features,
    base: 0,
    notes: count < data.tree_info.length ? [`the first ${count} of ${data.tree_info.length} trees`] : [],
    ...lightgbmOutput({ objective: data.objective, averages: data.average_output, trees }, where),
  }
}

function readTree(root: unknown, features: readonly ForeignFeature[], where: string): ForeignTree {
  const nodes: ForeignNode[] = []
  const values: number[] = []
  const rows: number[] = []
  const pending: { structure: unknown; hang: (child: number) => void }[] = [{ structure: root, hang: () => {} }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const asLeaf = leaf.safeParse(next.structure)
    if (asLeaf.success) {
      next.hang(~(values.push(asLeaf.data.leaf_value) - 1))
      rows.push(asLeaf.data.leaf_count)
      continue
    }
    const { data, error } = split.safeParse(next.structure)
    if (error) throw foreignFault(where, 'a node cannot be read', { received: error.issues[0]!.message })
    const node = { feature: data.split_feature, left: 0, right: 0, test: testOf(data, where) }
    next.hang(nodes.push(node) - 1)
    pending.push({ structure: data.right_child, hang: (child) => (node.right = child) })
    pending.push({ structure: data.left_child, hang: (child) => (node.left = child) })
  }
  return soundTree({ nodes, values: Float64Array.from(values), rows: Float64Array.from(rows) }, features, where)
}

function testOf(
  { decision_type: decision, threshold, ...at }: z.infer<typeof split>,
  where: string,
): ForeignNode['test'] {
  if (decision === '<=' && typeof threshold === 'number')
    return thresholdTest(threshold, (at.default_left ? 2 : 0) | (missingTypes[at.missing_type] << 2))
  const codes = String(threshold).split('||').map(Number)
  if (decision === '==' && codes.every((code) => Number.isSafeInteger(code) && code >= 0))
    return { kind: 'set', codes, membersLeft: true, missingLeft: false }
  throw foreignFault(where, 'a threshold cannot be read', { received: threshold })
}
