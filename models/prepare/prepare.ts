import { type Column, type Dataset, sharedFloat32 } from '../../core/dataset.ts'
import { columnNamed, throwIfAborted } from '../guards.ts'
import { fillTerms } from './fill-terms.ts'
import { fitCategory } from './fit-category.ts'
import { fitNumber } from './fit-number.ts'
import type { PrepareParameters } from './parameters.ts'
import { type FeaturePlan, type Preparation, termCount } from './plan.ts'

type Signal = { readonly aborted: boolean } | undefined

/**
 * Learns from train how columns become terms (see `plan.ts` for the rules); labels are not looked at. Columns that do
 * not vary get no term; a missing indicator that equals an earlier column's is not repeated. Weighted; rows of weight 0
 * must have been dropped (`rowsWithWeight`).
 */
export function fitPreparation(train: Dataset, parameters: PrepareParameters, signal?: Signal): Preparation {
  const patterns = new Set<string>()
  const totalWeight = train.weights?.reduce((sum, weight) => sum + weight, 0) ?? train.rowCount
  const features: FeaturePlan[] = []
  for (const [j, feature] of train.names.entries()) {
    const poll = (): void => throwIfAborted(signal, `prepare ${feature}`)
    poll()
    const column = train.columns[j]!
    let plan: FeaturePlan | null
    if (column.kind === 'number') {
      const missing = missingPattern(column.values, train.weights)
      const missingShare = patterns.has(missing.pattern) ? 0 : missing.weight / totalWeight
      patterns.add(missing.pattern)
      const isMissingOnly = missing.count === train.rowCount
      const known = { values: column.values, weights: train.weights, missingShare: isMissingOnly ? 0 : missingShare }
      plan = fitNumber(feature, { ...known, poll }, parameters)
    } else plan = fitCategory(feature, { column, weights: train.weights }, parameters.rareLevel)
    if (plan !== null) features.push(plan)
  }
  return { features }
}

/** All terms of `x` as columns of standardised numbers, in the order of the preparation. Looks at `signal` before every feature. */
export function prepareColumns(preparation: Preparation, x: Dataset, where: string, signal?: Signal): Float32Array[] {
  const columns = Array.from({ length: termCount(preparation) }, () => sharedFloat32(x.rowCount))
  let first = 0
  for (const plan of preparation.features) {
    throwIfAborted(signal, where)
    const into = columns.slice(first, first + plan.terms.length)
    fillTerms(plan, planColumn(plan, x, where), into, 0)
    first += plan.terms.length
  }
  return columns
}

/** The column of `x` that a plan reads, by name; an EbbError of kind `data` when it is missing or of the other kind. */
export function planColumn(plan: FeaturePlan, x: Dataset, where: string): Column {
  return columnNamed(x, plan.feature, { kind: plan.kind, where })
}

/** Which rows are missing, as text that is equal for equal patterns (two 32-bit sums over the row numbers). */
function missingPattern(
  values: Float32Array,
  weights: Float32Array | undefined,
): { pattern: string; count: number; weight: number } {
  let [first, second, count, weight] = [0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) continue
    first = (Math.imul(first, 31) + i) | 0
    second = Math.imul(second ^ (i + 1), 0x9e3779b1)
    count++
    weight += weights === undefined ? 1 : weights[i]!
  }
  return { pattern: `${count}/${first}/${second}`, count, weight }
}
