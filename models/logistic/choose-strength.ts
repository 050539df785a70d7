import type { Random } from '../../core/random.ts'
import type { Emit } from '../../core/stage.ts'
import { userFolds } from '../user-folds.ts'
import type { LogisticProblem } from './evaluate.ts'
import { emptyEvaluation, evaluate } from './evaluate.ts'
import { nullCoefficients, solve } from './solve.ts'
import type { Penalty } from './step.ts'

export interface StrengthSearch {
  readonly l1Ratio: number
  readonly folds: number
  readonly pathLength: number
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
  readonly tried: readonly { readonly strength: number; readonly logLoss: number }[]
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
 * The strength with the lowest log-loss on user-grouped folds of train (the minimum, not the one-standard-error rule:
 * probabilities are what is wanted, and shrinking further makes them too timid). Folds share their columns; a held-out
 * row has weight 0. All folds walk down the path together, each from its last solution.
 */
export function chooseStrength(problem: LogisticProblem, search: StrengthSearch): StrengthPath {
  const folds = userFolds(search.users, search.folds, search.random)
  const states = Array.from({ length: search.folds }, (_, fold) => {
    const weights = problem.weights.map((weight, i) => (folds[i] === fold ? 0 : weight))
    const part = { ...problem, weights }
    return hasBothClasses(part) ? { part, start: nullCoefficients(part), fold } : null
  }).filter((state) => state !== null)
  const strengths = strengthPath(problem, search)
  const tried: { strength: number; logLoss: number }[] = []
  let best = { strength: strengths[0]!, logLoss: Infinity }
  let sinceBest = 0
  for (const [k, strength] of strengths.entries()) {
    let total = 0
    let weight = 0
    for (const state of states) {
      const penalty = penaltyOf(strength, search.l1Ratio)
      const { maxIterations, signal } = search
      const rough = { start: state.start, tolerance: 1e-5, stepTolerance: Infinity, maxIterations, signal }
      const solution = solve(state.part, penalty, rough)
      state.start = solution.coefficients
      const heldOut = heldOutLoss(problem, folds, { fold: state.fold, z: solution.evaluation.z })
      total += heldOut.loss
      weight += heldOut.weight
    }
    const logLoss = total / weight
    tried.push({ strength, logLoss })
    search.emit({ name: 'fit/logistic', message: 'strength', done: k + 1, total: strengths.length })
    const isBetter = logLoss < best.logLoss - 1e-7
    sinceBest = isBetter ? 0 : sinceBest + 1
    if (isBetter) best = { strength, logLoss }
    if (sinceBest >= patience) break
  }
  return { strength: best.strength, tried }
}

/** From the strength at which (with the L1 part alone) every coefficient is 0, down by `pathSpan`, evenly in logarithms. */
function strengthPath(problem: LogisticProblem, { l1Ratio, pathLength }: StrengthSearch): number[] {
  const evaluation = emptyEvaluation(problem)
  evaluate(problem, nullCoefficients(problem), evaluation)
  const steepest = evaluation.gradient.reduce((most, slope) => Math.max(most, Math.abs(slope)), 1e-6)
  const strongest = steepest / Math.max(l1Ratio, 0.1)
  return Array.from({ length: pathLength }, (_, k) => strongest * pathSpan ** (k / (pathLength - 1)))
}

function heldOutLoss(
  { y, weights }: LogisticProblem,
  folds: Uint8Array,
  { fold, z }: { fold: number; z: Float64Array },
): { loss: number; weight: number } {
  let loss = 0
  let weight = 0
  for (let i = 0; i < y.length; i++) {
    if (folds[i] !== fold) continue
    weight += weights[i]!
    loss += weights[i]! * (Math.log1p(Math.exp(-Math.abs(z[i]!))) + Math.max(z[i]!, 0) - y[i]! * z[i]!)
  }
  return { loss, weight }
}

function hasBothClasses({ y, weights }: LogisticProblem): boolean {
  const seen = [false, false]
  for (let i = 0; i < y.length; i++) if (weights[i]! > 0) seen[y[i]!] = true
  return seen[0]! && seen[1]!
}
