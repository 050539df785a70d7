import * as z from 'zod'

/** Settings of `gbdt`. The names of LightGBM's counterparts are in ../trees/README.md. */
export const gbdtParameters = z.strictObject({
  trees: z.int().min(1).max(100_000).default(2000).describe('Most trees to grow; early stopping usually keeps fewer'),
  learningRate: z.number().gt(0).max(1).default(0.05).describe('Share of each tree that is added to the model'),
  maxLeaves: z.int().min(2).max(4096).default(31).describe('Leaves per tree'),
  maxDepth: z.int().min(0).max(64).default(0).describe('Levels of splits per tree; 0 = no limit'),
  l1: z.number().min(0).default(0).describe('L1 penalty on leaf values'),
  l2: z.number().min(0).default(1).describe('L2 penalty on leaf values'),
  minRowsPerLeaf: z
    .int()
    .min(1)
    .default(20)
    .describe('Fewest rows in a leaf; rows count by weight and are estimated from the hessian'),
  minHessianPerLeaf: z.number().min(0).default(1e-3).describe('Least sum of the hessian in a leaf'),
  minGainToSplit: z.number().min(0).default(0).describe('Least fall of the objective for a split'),
  rowSampling: z.number().gt(0).max(1).default(1).describe('Share of rows drawn for each tree'),
  gossTop: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('GOSS: share of rows with the largest slopes that every tree sees; 0 = off. Replaces rowSampling'),
  gossRest: z.number().gt(0).max(1).default(0.1).describe('GOSS: share of rows drawn from the others'),
  featureSampling: z.number().gt(0).max(1).default(1).describe('Share of features drawn for each tree'),
  maxBins: z.int().min(2).max(254).default(254).describe('Bins per feature, the bin of missing values not counted'),
  categorySmoothing: z
    .number()
    .min(0)
    .default(10)
    .describe(
      'Added to the hessian of a category before sorting; categories of fewer rows are not sorted, but kept together',
    ),
  categoryL2: z.number().min(0).default(10).describe('L2 penalty added when a set of categories is split off'),
  monotone: z
    .record(z.string().min(1), z.enum(['increasing', 'decreasing']))
    .default({})
    .describe('Number features with which the probability may only rise (increasing) or only fall (decreasing)'),
  churnWeight: z
    .union([z.literal('balanced'), z.number().gt(0)])
    .default(1)
    .describe('Weight of churned rows while training, or balanced; probabilities are corrected for it'),
  earlyStopping: z
    .int()
    .min(0)
    .default(50)
    .describe('Stop when the validation log-loss has not fallen for this many trees; 0 = never'),
  kernels: z
    .enum(['auto', 'wasm', 'ts'])
    .default('auto')
    .describe('Code of the inner loops: WebAssembly or plain TypeScript; the same model to the last bit'),
})

export type GbdtParameters = z.infer<typeof gbdtParameters>
