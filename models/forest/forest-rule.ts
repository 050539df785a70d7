import type { SplitRule } from '../trees/split.ts'

/**
 * No penalties: the gain is the fall of impurity alone. Rows of a leaf are not counted but estimated by their draws, so
 * that minRowsPerLeaf means distinct rows, as in scikit-learn; a bootstrapped leaf of 20 rows holds about 32 draws.
 */
export function forestRule(leastH: number): SplitRule {
  const minH = Math.max(1, Math.ceil(leastH - 1e-6))
  return { l1: 0, l2: 0, minH, minGain: 0, minCategoryH: 1, categorySmoothing: 0, categoryL2: 0 }
}
