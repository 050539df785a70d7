import { gainUnit, type GradientUnits } from '../trees/gradients.ts'
import type { SplitRule } from '../trees/split.ts'
import type { LossSums } from './slopes.ts'
import type { GbdtParameters } from './parameters.ts'

/**
 * The parameters in the integer steps of this tree's gradients. Rows of a child are not counted: they are taken to be
 * its share of the hessian times all rows (by weight), rounded, as in LightGBM; exact while all probabilities are equal.
 */
export function ruleFor(parameters: GbdtParameters, gradients: GradientUnits, sums: LossSums): SplitRule {
  const { gUnit, hUnit } = gradients
  const { l1, l2, minRowsPerLeaf, minHessianPerLeaf, minGainToSplit, categorySmoothing, categoryL2 } = parameters
  const hOfRows = (rows: number): number => Math.ceil(((rows - 0.5) * sums.h) / sums.weight)
  return {
    l1: l1 / gUnit,
    l2: l2 / hUnit,
    minH: Math.max(1, hOfRows(minRowsPerLeaf), Math.ceil(minHessianPerLeaf / hUnit)),
    minGain: minGainToSplit / gainUnit(gradients),
    minCategoryH: hOfRows(categorySmoothing),
    categorySmoothing: categorySmoothing / hUnit,
    categoryL2: categoryL2 / hUnit,
  }
}
