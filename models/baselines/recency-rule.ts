import * as z from 'zod'
import type { Dataset, Labels } from '../../core/dataset.ts'
import type { Classifier, RegisteredEstimator } from '../estimator.ts'
import { checkFit, columnNamed } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { groupClassifier } from './group-classifier.ts'
import { type RecencyRuleParameters, recencyRuleParameters } from './parameters.ts'
import { boundedRate, countByGroup, groupLoss } from './rate.ts'

const estimator = 'recency_rule'
const [recent, silent, unknown] = [0, 1, 2]
const rule = { feature: z.string(), thresholdDays: z.number() }
const headerSchema = z.object({ ...rule, rates: z.array(z.number()).length(3), shares: z.array(z.number()).length(3) })
type Header = z.infer<typeof headerSchema>

/** Recency > N days or not, N chosen on train by log-loss; rows without a finite recency are a group of their own. */
export const recencyRule: RegisteredEstimator<RecencyRuleParameters> = {
  name: estimator,
  complexity: 1,
  parameters: recencyRuleParameters,
  async fit({ feature }, data) {
    checkFit(estimator, data)
    const { train, y } = data
    const values = columnNamed(train, feature, { kind: 'number', where: `fit ${estimator}` }).values
    const thresholdDays = bestThreshold(values, y, train.weights)
    const counts = countByGroup(groupsOf(values, thresholdDays), y, { weights: train.weights, groupCount: 3 })
    const rowCount = counts.rows.reduce((a, b) => a + b)
    const baseRate = counts.churned.reduce((a, b) => a + b) / rowCount
    // A group that train does not show gets the base rate: nothing is known of it.
    const rates = Array.from(counts.rows, (rows, group) =>
      rows > 0 ? boundedRate(counts.churned[group]!, rows) : boundedRate(baseRate * rowCount, rowCount),
    )
    return classifier({ feature, thresholdDays, rates, shares: Array.from(counts.rows, (rows) => rows / rowCount) })
  },
  load: (saved) => classifier(headerOf(saved, headerSchema, estimator)),
}

function classifier({ feature, thresholdDays, rates, shares }: Header): Classifier {
  const where = `predict ${estimator}`
  return groupClassifier({
    estimator,
    rates,
    shares,
    groupsOf: (x) => groupsOf(columnNamed(x, feature, { kind: 'number', where }).values, thresholdDays),
    features: [feature],
    header: { feature, thresholdDays },
  })
}

function groupsOf(values: Float32Array, thresholdDays: number): Uint8Array {
  return Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? (value > thresholdDays ? silent : recent) : unknown,
  )
}

/** The value N of the column with the smallest log-loss of `> N` against `<= N`; the smallest such N; 0 without values. */
function bestThreshold(values: Float32Array, y: Labels, weights: Dataset['weights']): number {
  const byValue = new Map<number, { rows: number; churned: number }>()
  const all = { rows: 0, churned: 0 }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) continue
    const weight = weights === undefined ? 1 : weights[i]!
    const seen = byValue.get(values[i]!) ?? { rows: 0, churned: 0 }
    byValue.set(values[i]!, seen)
    for (const count of [seen, all]) {
      count.rows += weight
      count.churned += weight * y[i]!
    }
  }
  const below = { rows: 0, churned: 0 }
  let best = { loss: Infinity, threshold: 0 }
  for (const [value, { rows, churned }] of [...byValue].sort(([a], [b]) => a - b)) {
    below.rows += rows
    below.churned += churned
    const loss = groupLoss(below.churned, below.rows) + groupLoss(all.churned - below.churned, all.rows - below.rows)
    if (loss < best.loss - 1e-9 * all.rows) best = { loss, threshold: value }
  }
  return best.threshold
}
