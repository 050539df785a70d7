import type { Random } from '../../core/random.ts'
import type { Emit } from '../../core/stage.ts'
import { throwIfAborted } from '../guards.ts'
import { pairedError } from '../paired-error.ts'
import { userFolds } from '../user-folds.ts'
import type { LogisticProblem } from './evaluate.ts'
import { emptyEvaluation, evaluate } from './evaluate.ts'
import { nullCoefficients, solve } from './solve.ts'
import type { Penalty } from './step.ts'

export interface StrengthSearch {
  readonly l1Ratio: number
  readonly folds: number
  readonly pathLength: number
  readonly rule: 'one_standard_error' | 'lowest'
  readonly maxIterations: number
  /** User of every row: the rows of a user are in one fold. */
  readonly users: Uint32Array
  readonly random: Random
  readonly signal: { readonly aborted: boolean }
  readonly emit: Emit
}

/** Strengths and their log-loss on held-out folds, strongest first; the search ends once it has clearly got worse. */
export interface StrengthPath {
  readonly strength: number
  readonly tried: readonly TriedStrength[]
}

interface TriedStrength {
  readonly strength: number
  /** Weighted mean over the held-out rows. */
  readonly logLoss: number
}

/** Penalty per row, as `parameters.ts` states it. */
export const penaltyOf = (strength: number, l1Ratio: number): Penalty => ({
  l1: strength * l1Ratio,
  l2: strength * (1 - l1Ratio),
})

/** The weakest strength tried is this much below the strongest. */
const pathSpan = 1e-6
/** Strengths in a row without a lower log-loss after which the search ends. */
const patience = 4

/**
 * Walks down the path of strengths; the log-loss of each is that of user-grouped folds of train. All folds walk together,
 * each from its last solution, on shared columns: a held-out row has weight 0.
 *
 * `one_standard_error` takes the strongest penalty that cannot be told from the best one (Breiman et al. 1984, section
 * 3.4.3, with the error of the paired difference, clustered by user). Folds of users at the cutoffs of train reward columns
 * that cancel there, and those are the ones that go wrong at a later cutoff; where the folds see no difference, the model
 * with less of it is the safer one. The paired error is small (the losses of two neighbours on the path are nearly
 * equal), so that probabilities do not become timid as with the unpaired rule.
 */
export function chooseStrength(problem: LogisticProblem, search: StrengthSearch): StrengthPath {
  const poll = (): void => throwIfAborted(search.signal, 'fit logistic')
  const folds = userFolds(search.users, search.folds, search.random)
  poll()
  const states = foldStates(problem, folds, search.folds)
  const isHeldOut = new Set(states.map(({ fold }) => fold))
  const weights = problem.weights.map((weight, i) => (isHeldOut.has(folds[i]!) ? weight : 0))
  poll()
  const strengths = strengthPath(problem, search)
  poll()
  const tried: (TriedStrength & { losses: Float64Array })[] = []
  let lowest = Infinity
  let sinceLowest = 0
  for (const [k, strength] of strengths.entries()) {
    const losses = new Float64Array(folds.length)
    for (const [s, state] of states.entries()) {
      // Folds share most of their rows: the first one's Hessian does for all to begin with.
      state.curvature ??= states[Math.max(0, s - 1)]!.curvature
      const z = nextSolution(state, strength, search)
      for (let i = 0; i < z.length; i++) if (folds[i] === state.fold) losses[i] = logLossAt(z[i]!, problem.y[i]!)
    }
    const logLoss = weightedMean(losses, weights)
    tried.push({ strength, logLoss, losses })
    search.emit({ name: 'fit/logistic', message: 'strength', done: k + 1, total: strengths.length })
    const isLower = logLoss < lowest - 1e-7
    sinceLowest = isLower ? 0 : sinceLowest + 1
    if (isLower) lowest = logLoss
    if (sinceLowest >= patience) break
  }
  const best = tried.find(({ logLoss }) => logLoss <= lowest) ?? tried[0]!
  const isAsGood = ({ logLoss, losses }: (typeof tried)[number]): boolean =>
    logLoss - best.logLoss <= pairedError(losses, best.losses, { users: search.users, weights })
  const chosen = search.rule === 'lowest' ? best : tried.find((entry) => entry === best || isAsGood(entry))!
  return { strength: chosen.strength, tried: tried.map(({ strength, logLoss }) => ({ strength, logLoss })) }
}

/** What one fold is fitted on, and its last solution. */
interface FoldState {
  readonly fold: number
  readonly part: LogisticProblem
  start: Float64Array
  curvature?: Float64Array
}

/** Folds whose other rows are of one class cannot be fitted, and are left out. */
function foldStates(problem: LogisticProblem, folds: Uint8Array, count: number): FoldState[] {
  return Array.from({ length: count }, (_, fold) => {
    const part = { ...problem, weights: problem.weights.map((weight, i) => (folds[i] === fold ? 0 : weight)) }
    return { part, fold }
  })
    .filter(({ part }) => hasBothClasses(part))
    .map((state) => ({ ...state, start: nullCoefficients(state.part) }))
}

/** Solves for one strength, roughly, from the fold's last solution; the linear predictor of all rows. */
function nextSolution(state: FoldState, strength: number, search: StrengthSearch): Float64Array {
  const { l1Ratio, maxIterations, signal } = search
  const { start, curvature } = state
  const rough = { start, curvature, tolerance: 1e-5, stepTolerance: Infinity, maxIterations, signal }
  const solution = solve(state.part, penaltyOf(strength, l1Ratio), rough)
  state.start = solution.coefficients
  state.curvature = solution.curvature
  return solution.evaluation.z
}

/** From the strength at which (with the L1 part alone) every coefficient is 0, down by `pathSpan`, evenly in logarithms. */
function strengthPath(problem: LogisticProblem, { l1Ratio, pathLength }: StrengthSearch): number[] {
  const evaluation = emptyEvaluation(problem)
  evaluate(problem, nullCoefficients(problem), evaluation)
  const steepest = evaluation.gradient.reduce((most, slope) => Math.max(most, Math.abs(slope)), 1e-6)
  const strongest = steepest / Math.max(l1Ratio, 0.1)
  return Array.from({ length: pathLength }, (_, k) => strongest * pathSpan ** (k / (pathLength - 1)))
}

const logLossAt = (z: number, y: number): number => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - y * z

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let total = 0
  let weight = 0
  for (let i = 0; i < values.length; i++) {
    total += weights[i]! * values[i]!
    weight += weights[i]!
  }
  return total / weight
}

function hasBothClasses({ y, weights }: LogisticProblem): boolean {
  const seen = [false, false]
  for (let i = 0; i < y.length; i++) if (weights[i]! > 0) seen[y[i]!] = true
  return seen[0]! && seen[1]!
}
