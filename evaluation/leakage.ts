import type { CheckResult } from '../core/artifacts.ts'
import { type Column, type Dataset, type Labels, missingCode } from '../core/dataset.ts'
import { auc } from './metrics/auc.ts'

const failsAbove = 0.999
const warnsAbove = 0.95

export interface FeatureAuc {
  readonly feature: string
  /** AUC of the one feature in its better direction, 0.5 to 1; NaN with one class. */
  readonly auc: number
}

/**
 * How well each feature alone ranks the labels, either way round, missing counted as a value: as the lowest, as the
 * highest, and against present. Categories are ranked by the churn rate that their level has among the other half of
 * users, so that many rare levels do not look like knowledge. In the order of the columns.
 */
export function oneFeatureAucs(x: Dataset, y: Labels): FeatureAuc[] {
  return x.names.map((feature, j) => ({
    feature,
    auc: Math.max(...scoresOf(x.columns[j]!, x.users, y).map((scores) => twoSidedAuc(scores, y))),
  }))
}

/** One check per feature above .95 (warn) or .999 (error: a copy of the label), or one that passed for all. */
export function checkLeakage(aucs: readonly FeatureAuc[]): CheckResult[] {
  const suspects = aucs.filter((entry) => entry.auc > warnsAbove)
  if (suspects.length === 0) {
    const highest = aucs.reduce((best, entry) => Math.max(best, entry.auc), 0.5)
    return [check('leakage', true, highest, 'no feature alone gives the label away')]
  }
  return suspects.map(({ feature, auc }) =>
    check(
      `leakage.${feature}`,
      false,
      auc,
      auc > failsAbove
        ? `feature "${feature}" alone ranks the label perfectly: a copy of it, or knowledge from after the cutoff`
        : `feature "${feature}" alone ranks the label almost perfectly: look at how it is made`,
    ),
  )
}

function check(name: string, passed: boolean, auc: number, message: string): CheckResult {
  const severity = passed ? 'info' : auc > failsAbove ? 'error' : 'warn'
  return {
    name,
    passed,
    severity,
    observed: `AUC ${auc.toFixed(4)}`,
    expected: `at most ${warnsAbove}, never above ${failsAbove}`,
    message,
  }
}

function scoresOf(column: Column, users: Uint32Array, y: Labels): Float64Array[] {
  if (column.kind === 'category') return [ratesFromOtherHalf(column.codes, users, y)]
  const values = Float64Array.from(column.values)
  if (!values.some(Number.isNaN)) return [values]
  return [
    values.map((value) => (Number.isNaN(value) ? -Infinity : value)),
    values.map((value) => (Number.isNaN(value) ? Infinity : value)),
    values.map((value) => (Number.isNaN(value) ? 1 : 0)),
  ]
}

/** Churn rate of the row's level among users of the other parity; levels unseen there get that half's base rate. */
function ratesFromOtherHalf(codes: Uint16Array, users: Uint32Array, y: Labels): Float64Array {
  const size = missingCode + 1
  const rows = [new Uint32Array(size), new Uint32Array(size)] as const
  const churners = [new Uint32Array(size), new Uint32Array(size)] as const
  codes.forEach((code, i) => {
    const half = users[i]! % 2 === 0 ? 0 : 1
    rows[half][code]!++
    churners[half][code]! += y[i]!
  })
  const base = [0, 1].map((half) => total(churners[half as 0 | 1]) / Math.max(1, total(rows[half as 0 | 1])))
  return Float64Array.from(codes, (code, i) => {
    const other = users[i]! % 2 === 0 ? 1 : 0
    const seen = rows[other][code]!
    return seen === 0 ? base[other]! : churners[other][code]! / seen
  })
}

function total(counts: Uint32Array): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

/** The AUC of any finite or infinite scores, through their ranks in [0, 1]. */
function twoSidedAuc(scores: Float64Array, y: Labels): number {
  const distinct = Float64Array.from(new Set(scores)).sort()
  const rank = new Map<number, number>()
  distinct.forEach((score, at) => rank.set(score, at / distinct.length))
  const p = scores.map((score) => rank.get(score)!)
  const value = auc.prepare({ y, p, users: new Uint32Array(y.length) })()
  return Math.max(value, 1 - value)
}
