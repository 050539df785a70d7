import * as z from 'zod'

/** Settings of `forest`. */
export const forestParameters = z.strictObject({
  trees: z.int().min(1).max(100_000).default(300).describe('Trees to grow'),
  maxDepth: z.int().min(0).max(64).default(0).describe('Levels of splits per tree; 0 = no limit'),
  minRowsPerLeaf: z
    .int()
    .min(1)
    .default(20)
    .describe('Fewest rows in a leaf; rows count by weight and are estimated from the draws'),
  featureSampling: z
    .union([z.literal('sqrt'), z.number().gt(0).max(1)])
    .default('sqrt')
    .describe('Features looked at for each split: the square root of their number, or a share of them'),
  rowSampling: z
    .enum(['bootstrap_users', 'bootstrap_rows', 'all'])
    .default('bootstrap_users')
    .describe(
      'What each tree is grown on: users drawn with replacement with all their rows, single rows so drawn, or all',
    ),
  maxBins: z.int().min(2).max(254).default(128).describe('Bins per feature, the bin of missing values not counted'),
})

export type ForestParameters = z.infer<typeof forestParameters>
