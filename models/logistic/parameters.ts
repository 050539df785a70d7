import * as z from 'zod'
import { prepareShape } from '../prepare/parameters.ts'

/** Parameters of the elastic-net logistic regression. */
export const logisticParameters = z.strictObject({
  l1Ratio: z.number().min(0).max(1).default(0).describe('Share of the L1 penalty: 0 = ridge, 1 = lasso'),
  strength: z
    .union([z.literal('auto'), z.number().min(0).max(1e6)])
    .default('auto')
    .describe(
      'Penalty per row: mean log-loss + strength x (l1Ratio |b| + (1 - l1Ratio) b^2 / 2) on standardised columns; auto = chosen over user-grouped folds of train, see strengthRule',
    ),
  strengthRule: z
    .enum(['one_standard_error', 'lowest'])
    .default('one_standard_error')
    .describe(
      'For strength: auto. lowest = the lowest log-loss on the folds; one_standard_error = the strongest penalty whose log-loss is within one standard error of it (of the paired difference, clustered by user)',
    ),
  folds: z.int().min(2).max(20).default(5).describe('User-grouped folds of train for strength: auto'),
  pathLength: z.int().min(2).max(100).default(20).describe('Strengths tried for strength: auto, from strong to weak'),
  maxIterations: z.int().min(1).max(10_000).default(200).describe('Solver steps before the fit is given up'),
  ...prepareShape,
})
export type LogisticParameters = z.infer<typeof logisticParameters>
