import * as z from 'zod'

const shared = {
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
  maxBins: z.int().min(2).max(254).default(128).describe('Bins per feature, the bin of missing values not counted'),
  kernels: z.enum(['auto', 'wasm', 'ts']).default('auto').describe('WebAssembly or plain TypeScript; the same model'),
}

const rowSamplings = z.enum(['bootstrap_users', 'bootstrap_rows', 'all'])
const rowSamplingText =
  'What each tree is grown on: users drawn with replacement with all their rows, single rows so drawn, or all'

/** Settings of `forest`. */
export const forestParameters = z.strictObject({
  ...shared,
  rowSampling: rowSamplings.default('bootstrap_users').describe(rowSamplingText),
})

/** Settings of `extra_trees`; the paper grows each tree on all rows. */
export const extraTreesParameters = z.strictObject({
  ...shared,
  rowSampling: rowSamplings.default('all').describe(rowSamplingText),
})

export type ForestParameters = z.infer<typeof forestParameters>
