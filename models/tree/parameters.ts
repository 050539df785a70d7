import * as z from 'zod'

/** Settings of `tree`. */
export const treeParameters = z.strictObject({
  maxLeaves: z.int().min(2).max(256).default(8).describe('Leaves, each of which is one rule'),
  maxDepth: z.int().min(1).max(64).default(4).describe('Levels of splits'),
  minRowsPerLeaf: z.int().min(1).default(100).describe('Fewest rows in a leaf; rows count by weight'),
  maxBins: z.int().min(2).max(254).default(254).describe('Bins per feature, the bin of missing values not counted'),
})

export type TreeParameters = z.infer<typeof treeParameters>
