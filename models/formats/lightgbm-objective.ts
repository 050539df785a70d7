import type { ForeignModel, ForeignTree } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'

interface Output {
  readonly objective: string
  readonly averages: boolean
  readonly trees: readonly ForeignTree[]
}

const logistic = new Set(['binary', 'cross_entropy', 'xentropy'])
const identity = new Set(['regression', 'regression_l2', 'l2', 'mean_squared_error', 'mse'])

/**
 * Leaf values as log-odds, or as shares of a probability. `binary` has a slope of its own (`sigmoid:1`). A regression is a
 * probability only if its leaves cannot add up to anything outside [0, 1], as for a forest of churn rates.
 */
export function lightgbmOutput(
  { objective, averages, trees }: Output,
  where: string,
): Pick<ForeignModel, 'link' | 'trees'> {
  const [name = '', ...settings] = objective.split(/\s+/)
  const slope = Number(settings.find((one) => one.startsWith('sigmoid:'))?.slice('sigmoid:'.length) ?? 1)
  const share = averages ? 1 / Math.max(trees.length, 1) : 1
  if (logistic.has(name) && Number.isFinite(slope) && slope > 0)
    return { link: 'logistic', trees: trees.map((tree) => scaled(tree, share * slope)) }
  if (!identity.has(name))
    throw foreignFault(`${where}: objective`, 'the model does not predict a probability', {
      expected: 'binary, cross_entropy, or a regression whose leaves add up to probabilities',
      received: objective === '' ? 'none' : objective,
    })
  const means = trees.map((tree) => scaled(tree, share))
  const least = means.reduce((sum, { values }) => sum + values.reduce((a, b) => Math.min(a, b)), 0)
  const most = means.reduce((sum, { values }) => sum + values.reduce((a, b) => Math.max(a, b)), 0)
  if (least < -1e-6 || most > 1 + 1e-6)
    throw foreignFault(`${where}: objective ${objective}`, 'the leaves do not add up to probabilities', {
      expected: 'sums in [0, 1]',
      received: `[${least.toPrecision(4)}, ${most.toPrecision(4)}]`,
    })
  return { link: 'identity', trees: means }
}

const scaled = (tree: ForeignTree, factor: number): ForeignTree =>
  factor === 1 ? tree : { ...tree, values: tree.values.map((value) => value * factor) }
