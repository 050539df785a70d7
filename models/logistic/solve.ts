import { EbbError } from '../../core/errors.ts'
import { throwIfAborted } from '../guards.ts'
import { emptyEvaluation, evaluate, type Evaluation, type LogisticProblem, problemRows } from './evaluate.ts'
import { hessian } from './hessian.ts'
import { bestStep, type Penalty } from './step.ts'

export interface SolveOptions {
  /** Coefficients to start from, intercept last; default: zeros and the log-odds of the base rate. */
  readonly start?: Float64Array
  /** Largest violation of the optimality conditions that is accepted, in mean log-loss per unit of coefficient. */
  readonly tolerance: number
  /** Largest last step that is accepted, relative to the largest coefficient (at least 1); default 10 x tolerance. */
  readonly stepTolerance?: number
  readonly maxIterations: number
  readonly signal?: { readonly aborted: boolean }
  /** A Hessian of a similar problem to begin with; default: one is computed. */
  readonly curvature?: Float64Array
}

export interface Solution {
  /** Columns first, intercept last. */
  readonly coefficients: Float64Array
  readonly evaluation: Evaluation
  readonly iterations: number
  /** The Hessian of the last step, of this point or one close to it. */
  readonly curvature: Float64Array
}

/** A gradient below this with a step above `separationStep` means that the log-odds run to infinity. */
const vanished = 1e-9
const separationStep = 1e-3

/**
 * Minimises mean log-loss + l1 |b| + l2 b^2 / 2 (weighted mean; intercept unpenalised) by Newton's method with exact
 * gradients, a line search, and a Hessian that is estimated on every s-th row while that contracts fast enough (then on
 * more rows, at last on all): proximal Newton with coordinate descent where l1 > 0 (Lee, Sun and Saunders 2014), Cholesky
 * where it is 0. scikit-learn's C is 1 / (strength x sum of weights). Throws an EbbError when it does not converge.
 */
export function solve(problem: LogisticProblem, penalty: Penalty, options: SolveOptions): Solution {
  const coefficients = options.start?.slice() ?? roughStart(problem, penalty, options)
  let evaluation = emptyEvaluation(problem)
  let trial = emptyEvaluation(problem)
  evaluate(problem, coefficients, evaluation)
  let violation = optimalityViolation(evaluation.gradient, coefficients, penalty)
  const stepTolerance = options.stepTolerance ?? 10 * options.tolerance
  let stride = firstStride(problem)
  let curvature = options.curvature
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    throwIfAborted(options.signal, 'fit logistic')
    const isFresh = curvature === undefined
    curvature ??= hessian(problem, evaluation.z, stride)
    const step = bestStep({ at: coefficients, gradient: evaluation.gradient, curvature }, penalty)
    const largest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const hasConverged = violation <= options.tolerance
    if (hasConverged && largest <= stepTolerance * largestOf(coefficients))
      return { coefficients, evaluation, iterations: iteration, curvature }
    const isExact = isFresh && stride === 1
    if (isExact && violation <= vanished && largest > separationStep && isFree(penalty)) throw separable()
    const length = lineSearch(problem, { coefficients, step, evaluation, trial }, penalty)
    if (length === 0) {
      // No descent along the step: rounding has the last word once the conditions hold; else look with more rows.
      if (hasConverged && isExact) return { coefficients, evaluation, iterations: iteration, curvature }
      if (isExact) throw notConverged(violation, options.tolerance, iteration)
      if (isFresh) stride = Math.max(1, stride >> 2)
      curvature = undefined
      continue
    }
    for (let j = 0; j < step.length; j++) coefficients[j]! += length * step[j]!
    ;[evaluation, trial] = [trial, evaluation]
    const before = violation
    violation = optimalityViolation(evaluation.gradient, coefficients, penalty)
    const contraction = violation / before
    // Not the distance from the solution but too small a sample: a fresh estimate hardly helped.
    if (contraction > 0.3 && isFresh && iteration > 2) stride = Math.max(1, stride >> 2)
    if (contraction > staleContraction(problem, stride)) curvature = undefined
  }
  throw notConverged(violation, options.tolerance, options.maxIterations)
}

/**
 * A Hessian is kept for another step while the violation falls by more than this factor: a fresh one costs about d / 4
 * evaluations on all rows and makes the next step some thirty times as good.
 */
function staleContraction({ columns }: LogisticProblem, stride: number): number {
  return Math.min(0.5, 0.03 ** (1 / (1 + columns.length / (4 * stride))))
}

/** Rows from which on a fit starts at the solution of every 16th row: two or three steps over all rows then do. */
const manyRows = 200_000
const sampleStride = 16

function roughStart(problem: LogisticProblem, penalty: Penalty, options: SolveOptions): Float64Array {
  const fallback = nullCoefficients(problem)
  if (problem.y.length < manyRows) return fallback
  const rows = Uint32Array.from({ length: Math.ceil(problem.y.length / sampleStride) }, (_, k) => k * sampleStride)
  const sample = problemRows(problem, rows)
  const start = nullCoefficients(sample)
  if (!start.every(Number.isFinite)) return fallback
  try {
    return solve(sample, penalty, { ...options, start, tolerance: 1e-6, stepTolerance: Infinity }).coefficients
  } catch (error) {
    // A sample can be separable where the whole is not; then the null model is the better start.
    if (error instanceof EbbError && error.kind !== 'interrupted') return fallback
    throw error
  }
}

/** No columns matter: the intercept is the log-odds of the base rate. */
export function nullCoefficients({ columns, y, weights }: LogisticProblem): Float64Array {
  let churned = 0
  let total = 0
  for (let i = 0; i < y.length; i++) {
    total += weights[i]!
    churned += weights[i]! * y[i]!
  }
  const coefficients = new Float64Array(columns.length + 1)
  coefficients[columns.length] = Math.log(churned / (total - churned))
  return coefficients
}

/** Distance of 0 from the subgradient, largest coordinate. */
function optimalityViolation(gradient: Float64Array, coefficients: Float64Array, { l1, l2 }: Penalty): number {
  const last = gradient.length - 1
  let most = Math.abs(gradient[last]!)
  for (let j = 0; j < last; j++) {
    const b = coefficients[j]!
    const smooth = gradient[j]! + l2 * b
    const violation = b === 0 ? Math.max(0, Math.abs(smooth) - l1) : Math.abs(smooth + l1 * Math.sign(b))
    most = Math.max(most, violation)
  }
  return most
}

function penaltyOf(coefficients: Float64Array, { l1, l2 }: Penalty): number {
  let total = 0
  for (let j = 0; j < coefficients.length - 1; j++)
    total += l1 * Math.abs(coefficients[j]!) + (l2 / 2) * coefficients[j]! ** 2
  return total
}

/** The first of 1, 1/2, 1/4 … that lowers the objective enough; leaves the evaluation there in `trial`. 0 = none does. */
function lineSearch(
  problem: LogisticProblem,
  state: { coefficients: Float64Array; step: Float64Array; evaluation: Evaluation; trial: Evaluation },
  penalty: Penalty,
): number {
  const { coefficients, step, evaluation, trial } = state
  const objective = evaluation.loss + penaltyOf(coefficients, penalty)
  const full = coefficients.map((b, j) => b + step[j]!)
  let promised = penaltyOf(full, penalty) - penaltyOf(coefficients, penalty)
  for (let j = 0; j < step.length; j++) promised += evaluation.gradient[j]! * step[j]!
  // Differences below the rounding of the objective count as descent: the last steps cannot show more.
  const rounding = 1e-14 * (Math.abs(objective) + 1e-3)
  for (let length = 1; length > 1e-9; length /= 2) {
    const candidate = coefficients.map((b, j) => b + length * step[j]!)
    evaluate(problem, candidate, trial)
    const reached = trial.loss + penaltyOf(candidate, penalty)
    if (reached <= objective + 1e-4 * length * Math.min(promised, 0) + rounding) return length
  }
  return 0
}

/** A Hessian of so few rows that it costs no more than two gradients, but of at least 20,000 and 50 per column. */
function firstStride({ columns, y }: LogisticProblem): number {
  const rows = Math.max(20_000, 50 * columns.length, (8 * y.length) / (columns.length + 1))
  return Math.max(1, 2 ** Math.floor(Math.log2(Math.max(1, y.length / rows))))
}

/** The largest coefficient in absolute value, at least 1. */
function largestOf(coefficients: Float64Array): number {
  return coefficients.reduce((most, b) => Math.max(most, Math.abs(b)), 1)
}

function notConverged(violation: number, tolerance: number, iterations: number): EbbError {
  return new EbbError({
    code: 'LOGISTIC_NOT_CONVERGED',
    kind: 'stage',
    where: 'fit logistic',
    what: `no convergence in ${iterations} iterations`,
    expected: `optimality conditions within ${tolerance}`,
    received: violation.toExponential(2),
    hint: 'raise strength or maxIterations',
  })
}

const isFree = ({ l1, l2 }: Penalty): boolean => l1 === 0 && l2 === 0

function separable(): EbbError {
  return new EbbError({
    code: 'LOGISTIC_SEPARABLE',
    kind: 'data',
    where: 'fit logistic',
    what: 'the columns separate the classes, so the coefficients have no finite solution',
    expected: 'strength above 0',
    received: 'strength 0',
    hint: 'set strength: auto, and look for a column that knows the label',
  })
}
