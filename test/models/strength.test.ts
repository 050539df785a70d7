import { describe, expect, it } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { chooseStrength, penaltyOf } from '../../models/logistic/choose-strength.ts'
import type { LogisticProblem } from '../../models/logistic/evaluate.ts'
import { solve } from '../../models/logistic/solve.ts'
import { userFolds } from '../../models/user-folds.ts'

const [rows, noiseColumns, folds] = [1200, 15, 3]
const users = Uint32Array.from({ length: rows }, (_, i) => i >> 1)

/** One column that matters and many that do not; logit = the first. */
function problemOf(seed: number): LogisticProblem {
  const random = createRandom(seed)
  const columns = Array.from({ length: 1 + noiseColumns }, () =>
    Float32Array.from({ length: rows }, () => random.normal()),
  )
  const y = Uint8Array.from(columns[0]!, (z) => (random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0))
  return { columns, y, weights: Float64Array.from({ length: rows }, () => 1 + random.integer(2)) }
}

const search = (rule: 'one_standard_error' | 'lowest') => ({
  l1Ratio: 0.5,
  folds,
  pathLength: 40,
  rule,
  maxIterations: 200,
  users,
  random: createRandom(5),
  signal: { aborted: false },
  emit: () => {},
})

/** Held-out loss of every row at one strength, each fold solved exactly and from the start. */
function heldOutSlowly(problem: LogisticProblem, strength: number): Float64Array {
  const foldOf = userFolds(users, folds, createRandom(5))
  const losses = new Float64Array(rows)
  for (let fold = 0; fold < folds; fold++) {
    const weights = problem.weights.map((weight, i) => (foldOf[i] === fold ? 0 : weight))
    const settings = { tolerance: 1e-9, maxIterations: 200 }
    const { coefficients } = solve({ ...problem, weights }, penaltyOf(strength, 0.5), settings)
    for (let i = 0; i < rows; i++) {
      if (foldOf[i] !== fold) continue
      const z = problem.columns.reduce((sum, column, j) => sum + column[i]! * coefficients[j]!, coefficients.at(-1)!)
      const p = 1 / (1 + Math.exp(-z))
      losses[i] = -Math.log(problem.y[i] === 1 ? p : 1 - p)
    }
  }
  return losses
}

describe('strength by cross-validation', () => {
  it.each([1, 2, 3])(
    'one_standard_error is the strongest whose paired loss is within one error of the lowest (seed %i)',
    (seed) => {
      const problem = problemOf(seed)
      const lowest = chooseStrength(problem, search('lowest'))
      const chosen = chooseStrength(problem, search('one_standard_error'))
      expect(chosen.tried).toEqual(lowest.tried)
      expect(chosen.strength).toBeGreaterThanOrEqual(lowest.strength)
      const total = problem.weights.reduce((sum, weight) => sum + weight, 0)
      const best = heldOutSlowly(problem, lowest.strength)
      const expected = lowest.tried.find(({ strength }) => {
        const differences = heldOutSlowly(problem, strength).map((loss, i) => problem.weights[i]! * (loss - best[i]!))
        const mean = differences.reduce((sum, value) => sum + value, 0) / total
        const sums = new Float64Array(rows / 2)
        differences.forEach((value, i) => (sums[i >> 1]! += value - mean * problem.weights[i]!))
        const variance = sums.reduce((sum, value) => sum + value * value, 0) / (sums.length - 1)
        return mean <= Math.sqrt(variance * sums.length) / total
      })
      expect(chosen.strength).toBe(expected!.strength)
    },
  )
  it('takes a stronger penalty than lowest where the two cannot be told apart: seeds 1 and 2', () => {
    for (const seed of [1, 2]) {
      const problem = problemOf(seed)
      const { strength } = chooseStrength(problem, search('one_standard_error'))
      expect(strength).toBeGreaterThan(chooseStrength(problem, search('lowest')).strength)
    }
  })
  it('lowest is the first of the path with the lowest log-loss, and the losses are those of exact solutions within 1e-4', () => {
    const problem = problemOf(4)
    const { strength, tried } = chooseStrength(problem, search('lowest'))
    const least = Math.min(...tried.map(({ logLoss }) => logLoss))
    expect(tried.find((entry) => entry.strength === strength)!.logLoss).toBeLessThan(least + 1e-6)
    const total = problem.weights.reduce((sum, weight) => sum + weight, 0)
    const exact = heldOutSlowly(problem, strength).reduce((sum, loss, i) => sum + problem.weights[i]! * loss, 0) / total
    expect(Math.abs(exact - least)).toBeLessThan(1e-4)
  })
  it('folds that have one class only without them are left out; with none to judge by, the strongest is taken', () => {
    const problem = problemOf(5)
    const y = problem.y.map(() => 1)
    const { strength, tried } = chooseStrength({ ...problem, y }, search('one_standard_error'))
    expect(strength).toBe(tried[0]!.strength)
  })
})
