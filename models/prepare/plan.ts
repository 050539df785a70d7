import * as z from 'zod'

/** (value - mean) / scale, so that the term has mean 0 and standard deviation 1 over train. */
const scaleShape = { mean: z.number(), scale: z.number().positive() }

const numberTerm = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), ...scaleShape }),
  z.object({ kind: z.literal('square'), centre: z.number(), ...scaleShape }),
  z.object({ kind: z.literal('spline'), knots: z.array(z.number()), piece: z.int(), ...scaleShape }),
  z.object({ kind: z.literal('missing'), ...scaleShape }),
])

/** A number column: infinities count as missing; known values may be logged, are clipped, then feed the terms. */
const numberPlan = z.object({
  kind: z.literal('number'),
  feature: z.string(),
  /** sign(x) log(1 + |x|) first. */
  log: z.boolean(),
  /** Known values (after the log) are clipped to [low, high]: one train range beyond the train's least and largest. */
  low: z.number(),
  high: z.number(),
  /** Stands for a missing value, after the log. */
  fill: z.number(),
  terms: z.array(numberTerm),
})

const categoryTerm = z.object({
  /** `levels`: 1 for one of these; `pooled`: 1 for rare and unseen levels; `missing`: 1 where there is none. */
  kind: z.enum(['level', 'pooled', 'missing']),
  level: z.string(),
  ...scaleShape,
})

/** A category column, one-hot. A level that no term stands for (unseen, and nothing was pooled) is neutral: all terms 0. */
const categoryPlan = z.object({ kind: z.literal('category'), feature: z.string(), terms: z.array(categoryTerm) })

export const featurePlan = z.discriminatedUnion('kind', [numberPlan, categoryPlan])
/** Fitted preprocessing of a dataset: one plan per feature that has terms; terms are numbered in this order. */
export const preparationSchema = z.object({ features: z.array(featurePlan) })

export type NumberTerm = z.infer<typeof numberTerm>
export type NumberPlan = z.infer<typeof numberPlan>
export type CategoryTerm = z.infer<typeof categoryTerm>
export type CategoryPlan = z.infer<typeof categoryPlan>
export type FeaturePlan = z.infer<typeof featurePlan>
export type Preparation = z.infer<typeof preparationSchema>

export function termCount({ features }: Preparation): number {
  return features.reduce((total, plan) => total + plan.terms.length, 0)
}
