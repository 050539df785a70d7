import { type Dataset, gather } from '../../core/dataset.ts'
import type { Fit, RegisteredEstimator } from '../estimator.ts'
import { divideRows } from '../divide-rows.ts'
import { drawUsers } from '../draw-users.ts'
import { checkFit, throwIfAborted } from '../guards.ts'
import { fitPreparation, prepareColumns } from '../prepare/prepare.ts'
import type { Preparation } from '../prepare/plan.ts'
import { rowsWithWeight } from '../prepare/rows-with-weight.ts'
import { denseUsers } from '../dense-users.ts'
import { chooseStrength, penaltyOf } from './choose-strength.ts'
import { type LogisticProblem, problemRows } from './evaluate.ts'
import { linearClassifier, loadLinear } from './linear-classifier.ts'
import { type LogisticParameters, logisticParameters } from './parameters.ts'
import { solve } from './solve.ts'

/** Optimality conditions hold within this at the end of a fit. */
const tolerance = 1e-10
/** `strength: auto` looks at the rows of so many users at most that there are about this many rows. */
const searchRows = 100_000

/** Elastic-net logistic regression on prepared columns; see `parameters.ts` for the objective, `solve.ts` for the method. */
export const logistic: RegisteredEstimator<LogisticParameters> = {
  name: 'logistic',
  complexity: 3,
  parameters: logisticParameters,
  async fit(parameters, data) {
    const { strength, ...model } = fitLinear(parameters, data, 'logistic')
    return linearClassifier({ ...model, estimator: 'logistic', fixed: { strength } })
  },
  load: (saved) => loadLinear(saved, 'logistic'),
}

/** The fit without a name on it (the recency baseline is a logistic regression too); `estimator` is for errors. */
export function fitLinear(
  parameters: LogisticParameters,
  data: Fit,
  estimator: string,
): { preparation: Preparation; coefficients: Float64Array; strength: number } {
  checkFit(estimator, data)
  const { train, y } = rowsWithWeight(data.train, data.y)
  const preparation = fitPreparation(train, parameters, data.signal)
  const columns = prepareColumns(preparation, train, `fit ${estimator}`, data.signal)
  const weights = train.weights ? Float64Array.from(train.weights) : new Float64Array(y.length).fill(1)
  const problem: LogisticProblem = { columns, y, weights }
  const strength =
    parameters.strength === 'auto' ? autoStrength(problem, train, { parameters, data }) : parameters.strength
  const { coefficients } = solve(problem, penaltyOf(strength, parameters.l1Ratio), {
    tolerance,
    maxIterations: parameters.maxIterations,
    signal: data.signal,
  })
  return { preparation, coefficients, strength }
}

/** Cross-validated strength; without columns or with fewer users than folds there is nothing to choose. */
function autoStrength(
  problem: LogisticProblem,
  train: Dataset,
  { parameters, data }: { parameters: LogisticParameters; data: Fit },
): number {
  const random = data.random.child('strength')
  const poll = (): void => throwIfAborted(data.signal, 'fit logistic')
  poll()
  const rows = rowsOfSomeUsers(train.users, searchRows, data)
  poll()
  const users = rows === null ? train.users : gather(train.users, rows, new Uint32Array(rows.length))
  const sample = rows === null ? problem : problemRows(problem, rows)
  poll()
  const distinctUsers = denseUsers(users).users.length
  if (problem.columns.length === 0 || distinctUsers < parameters.folds) return 1
  const { l1Ratio, folds, pathLength, strengthRule: rule, maxIterations } = parameters
  const { signal, emit } = data
  const search = { l1Ratio, folds, pathLength, rule, maxIterations, users, random, signal, emit }
  return chooseStrength(sample, search).strength
}

/** The rows of the users that are looked at; null = all. */
function rowsOfSomeUsers(users: Uint32Array, limit: number, { random }: Fit): Uint32Array | null {
  if (users.length <= limit) return null
  const wanted = (distinct: number): number => Math.max(1, Math.round((distinct * limit) / users.length))
  return divideRows(drawUsers(users, random.child('sample'), wanted))[1]
}
