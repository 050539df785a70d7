import type { KernelSet } from './kernel-pool.ts'
import { findLeaves, scoreRows } from './plain/score-rows.ts'

/** The kernels that read rows by a tree ensemble: scores, leaves, contributions. */
export const scoringKernels: KernelSet = { module: 'scoring', twins: { scoreRows, findLeaves } }
