import * as z from 'zod'
import { type Condition, parseCondition } from '../../core/condition.ts'
import type { Dataset } from '../../core/dataset.ts'
import { type ConditionValue, evaluateCondition } from '../../core/evaluate-condition.ts'
import type { Classifier, RegisteredEstimator } from '../estimator.ts'
import { checkFit, columnNamed, levelOf } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { groupClassifier } from './group-classifier.ts'
import { type RuleParameters, ruleParameters } from './parameters.ts'
import { boundedRate, countByGroup } from './rate.ts'

const estimator = 'rule'
const headerSchema = z.object({
  when: z.string(),
  kinds: z.record(z.string(), z.enum(['number', 'category'])),
  rates: z.tuple([z.number(), z.number()]),
  shares: z.tuple([z.number(), z.number()]),
})
type Header = z.infer<typeof headerSchema>
type Kinds = Header['kinds']

/**
 * A condition of the user's own: rows where it holds get the churn rate of such rows in train, all others (where it does
 * not hold or, for missing values and infinities, cannot be told) the rate of the rest.
 */
export const rule: RegisteredEstimator<RuleParameters> = {
  name: estimator,
  complexity: 1,
  parameters: ruleParameters,
  async fit({ when }, data) {
    checkFit(estimator, data)
    const { train, y } = data
    const known = Object.fromEntries(train.names.map((name, j) => [name, train.columns[j]!.kind]))
    const condition = parse(when, known)
    const kinds = Object.fromEntries(namesOf(condition).map((name) => [name, known[name]!]))
    const groups = groupsOf(condition, kinds, train, `fit ${estimator}`)
    const { churned, rows } = countByGroup(groups, y, { weights: train.weights, groupCount: 2 })
    const [total, totalChurned] = [rows[0]! + rows[1]!, churned[0]! + churned[1]!]
    const rate = (group: number): number =>
      rows[group]! > 0 ? boundedRate(churned[group]!, rows[group]!) : boundedRate(totalChurned, total)
    return classifier({ when, kinds, rates: [rate(0), rate(1)], shares: [rows[0]! / total, rows[1]! / total] })
  },
  load: (saved) => classifier(headerOf(saved, headerSchema, estimator)),
}

function classifier({ when, kinds, rates, shares }: Header): Classifier {
  const condition = parse(when, kinds)
  const names = namesOf(condition)
  return groupClassifier({
    estimator,
    rates,
    shares,
    groupsOf: (x) => groupsOf(condition, kinds, x, `predict ${estimator}`),
    features: names.length === 1 ? [names[0]!] : null,
    header: { when, kinds },
  })
}

function parse(when: string, kinds: Kinds): Condition {
  const known = Object.entries(kinds).map(([name, kind]) => [name, kind === 'number' ? 'number' : 'text'] as const)
  return parseCondition(when, { known: Object.fromEntries(known), where: 'rule: when' })
}

/** 1 where the condition holds, else 0. */
function groupsOf(condition: Condition, kinds: Kinds, x: Dataset, where: string): Uint8Array {
  const readers = new Map(
    Object.entries(kinds).map(([name, kind]) => [name, valueReader(x, name, { kind, where })] as const),
  )
  const groups = new Uint8Array(x.rowCount)
  let row = 0
  const get = (name: string): ConditionValue => readers.get(name)!(row)
  for (; row < x.rowCount; row++) groups[row] = evaluateCondition(condition, get) === true ? 1 : 0
  return groups
}

function valueReader(
  x: Dataset,
  name: string,
  { kind, where }: { kind: 'number' | 'category'; where: string },
): (row: number) => ConditionValue {
  if (kind === 'category') {
    const column = columnNamed(x, name, { kind: 'category', where })
    return (row) => levelOf(column, row)
  }
  const { values } = columnNamed(x, name, { kind: 'number', where })
  return (row) => (Number.isFinite(values[row]!) ? values[row]! : null)
}

/** The columns a condition reads, each once, in order of appearance. */
function namesOf(condition: Condition): string[] {
  switch (condition.op) {
    case 'and':
    case 'or':
      return [...new Set(condition.of.flatMap(namesOf))]
    case 'not':
      return namesOf(condition.of)
    default:
      return [condition.name]
  }
}
