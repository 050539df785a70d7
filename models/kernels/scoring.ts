import type { KernelSet } from './kernel-pool.ts'
import { explainRows } from './plain/explain-rows.ts'
import { findLeaves, scoreRows } from './plain/score-rows.ts'
import { tabulateLeaves } from './plain/tabulate-leaves.ts'

/** The kernels that read rows by a tree ensemble: scores, leaves, contributions; each twin names its source in assembly/. */
export const scoringKernels: KernelSet = {
  module: 'scoring',
  twins: { scoreRows, findLeaves, explainRows, tabulateLeaves },
}
