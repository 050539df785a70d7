import * as z from 'zod'

/** XGBoost writes numbers of its own parameters as strings; NaN and infinities come as strings too. */
const number = z.union([z.number(), z.string()]).transform((value, context) => {
  const read = Number(typeof value === 'string' ? value.replaceAll(/[[\]]/g, '') : value)
  if (typeof value === 'number' || value === 'NaN' || !Number.isNaN(read)) return read
  context.addIssue({ code: 'custom', message: `not a number: ${value.slice(0, 40)}` })
  return z.NEVER
})
const numbers = z.array(number)
const whole = z.array(z.int())
const flags = z.array(z.union([z.literal(0), z.literal(1), z.boolean()]))

export const xgboostTree = z.looseObject({
  left_children: whole,
  right_children: whole,
  split_indices: whole,
  split_conditions: numbers,
  default_left: flags,
  sum_hessian: numbers,
  split_type: whole.optional(),
  categories: whole.optional(),
  categories_nodes: whole.optional(),
  categories_segments: whole.optional(),
  categories_sizes: whole.optional(),
  tree_param: z.looseObject({ size_leaf_vector: z.string().optional() }).optional(),
})
export type XgboostTree = z.infer<typeof xgboostTree>

const trees = z.looseObject({
  trees: z.array(xgboostTree),
  tree_info: whole,
  cats: z.unknown().optional(),
  gbtree_model_param: z.looseObject({ num_parallel_tree: number.optional() }).optional(),
})

/** What `Booster.save_model("model.json")` writes, as far as it is read here (XGBoost 1.0 to 3.x). */
export const xgboostDocument = z.looseObject({
  version: z.array(z.int()).min(1),
  learner: z.looseObject({
    attributes: z.record(z.string(), z.string()).default({}),
    feature_names: z.array(z.string()).default([]),
    feature_types: z.array(z.string()).default([]),
    learner_model_param: z.looseObject({
      base_score: z.union([
        number,
        z
          .array(number)
          .length(1)
          .transform((one) => one[0]!),
      ]),
      num_class: number.default(0),
      num_feature: number,
      num_target: number.default(1),
    }),
    objective: z.looseObject({ name: z.string() }),
    gradient_booster: z.discriminatedUnion('name', [
      z.looseObject({ name: z.literal('gbtree'), model: trees }),
      z.looseObject({ name: z.literal('dart'), gbtree: z.looseObject({ model: trees }), weight_drop: numbers }),
    ]),
  }),
})
export type XgboostDocument = z.infer<typeof xgboostDocument>
