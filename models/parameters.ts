import * as z from 'zod'
import {
  baseRateParameters,
  recencyLogisticParameters,
  recencyRuleParameters,
  ruleParameters,
} from './baselines/parameters.ts'
import { extraTreesParameters, forestParameters } from './forest/parameters.ts'
import { importedParameters } from './formats/parameters.ts'
import { gbdtParameters } from './gbdt/parameters.ts'
import { logisticParameters } from './logistic/parameters.ts'
import { mlpParameters } from './neural/parameters.ts'
import { treeParameters } from './tree/parameters.ts'

/** One entry of the config's `models`: `kind` names the estimator, the rest are its parameters. */
export const modelSchema = z.discriminatedUnion('kind', [
  baseRateParameters.extend({ kind: z.literal('base_rate').describe('Everyone gets the churn rate of train') }),
  recencyRuleParameters.extend({ kind: z.literal('recency_rule').describe('Silent for more than N days, or not') }),
  recencyLogisticParameters.extend({ kind: z.literal('recency_logistic').describe('Logistic curve over recency') }),
  ruleParameters.extend({ kind: z.literal('rule').describe('A rule of your own') }),
  logisticParameters.extend({ kind: z.literal('logistic').describe('Elastic-net logistic regression') }),
  treeParameters.extend({ kind: z.literal('tree').describe('One decision tree that prints as rules') }),
  mlpParameters.extend({ kind: z.literal('mlp').describe('Neural network') }),
  gbdtParameters.extend({
    kind: z.literal('gbdt').describe('Gradient boosted trees'),
    startFrom: z
      .string()
      .regex(/^[^@]/, 'a run or a path; names such as @latest would mean another model every day')
      .optional()
      .describe(
        'Go on from an earlier model: id of a run, or path of its folder or of a model.ebb; same features and target; its trees count among `trees`',
      ),
  }),
  forestParameters.extend({ kind: z.literal('forest').describe('Random forest') }),
  extraTreesParameters.extend({ kind: z.literal('extra_trees').describe('Forest of random cuts') }),
  importedParameters.extend({
    kind: z.literal('imported').describe('A model of LightGBM or XGBoost, not trained here'),
  }),
])
export type ModelConfig = z.infer<typeof modelSchema>
