import * as z from 'zod'

/** How columns become numbers for linear and neural models; part of those estimators' parameters. */
export const prepareShape = {
  impute: z
    .enum(['mean', 'median'])
    .default('mean')
    .describe('What stands for a missing number: mean or median of train, after the transform'),
  transform: z
    .enum(['auto', 'log', 'none'])
    .default('auto')
    .describe(
      'log = sign(x) log(1 + |x|) of every number; auto = only of columns without negatives that are skewed in train and less so after it',
    ),
  nonlinear: z
    .enum(['none', 'squares', 'splines'])
    .default('none')
    .describe('Extra terms of each number: its square, or a natural cubic spline with knots at train quantiles'),
  rareLevel: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.01)
    .describe('Levels of a category with a smaller share of train than this are pooled into one'),
}

export const prepareParameters = z.strictObject(prepareShape)
export type PrepareParameters = z.infer<typeof prepareParameters>
