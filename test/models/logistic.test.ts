import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EbbError } from '../../core/errors.ts'
import { cholesky } from '../../core/numeric/cholesky.ts'
import { createRandom } from '../../core/random.ts'
import { emptyEvaluation, evaluate, type LogisticProblem } from '../../models/logistic/evaluate.ts'
import { hessian } from '../../models/logistic/hessian.ts'
import { logistic } from '../../models/logistic/logistic.ts'
import { nullCoefficients, solve } from '../../models/logistic/solve.ts'
import { bestStep } from '../../models/logistic/step.ts'
import { largestDifference } from './estimator-suite.ts'
import { fitOn, suiteRows } from './suite-data.ts'

/** `rows` x `columns` standard normal, logits from the first three, weights 0, 1 or 2. */
function randomProblem(rows: number, columns: number, seed: number): LogisticProblem {
  const random = createRandom(seed)
  const x = Array.from({ length: columns }, () => Float32Array.from({ length: rows }, () => random.normal()))
  const y = Uint8Array.from({ length: rows }, (_, i) => {
    const z = -0.5 + x.slice(0, 3).reduce((sum, column) => sum + 0.8 * column[i]!, 0)
    return random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0
  })
  return { columns: x, y, weights: Float64Array.from({ length: rows }, () => random.integer(3)) }
}

/** Loss, gradient and Hessian by the definition, row by row. */
function slowly({ columns, y, weights }: LogisticProblem, b: Float64Array) {
  const d = columns.length
  let [loss, total] = [0, 0]
  const gradient = new Float64Array(d + 1)
  const curvature = new Float64Array((d + 1) ** 2)
  for (let i = 0; i < y.length; i++) {
    const row = [...columns.map((column) => column[i]!), 1]
    const p = 1 / (1 + Math.exp(-row.reduce((sum, value, j) => sum + value * b[j]!, 0)))
    total += weights[i]!
    loss -= weights[i]! * Math.log(y[i] === 1 ? p : 1 - p)
    for (let j = 0; j <= d; j++) {
      gradient[j]! += weights[i]! * (p - y[i]!) * row[j]!
      for (let k = 0; k <= d; k++) curvature[j * (d + 1) + k]! += weights[i]! * p * (1 - p) * row[j]! * row[k]!
    }
  }
  return { loss: loss / total, gradient: gradient.map((g) => g / total), curvature: curvature.map((h) => h / total) }
}

const tight = { tolerance: 1e-10, maxIterations: 200 }

describe('cholesky', () => {
  it('solves [[4, 2], [2, 3]] x = [2, 1] with x = [0.5, 0]', () => {
    expect([...cholesky(Float64Array.of(4, 2, 2, 3), 2).solve([2, 1])]).toEqual([0.5, 0])
  })
  it('holds a dependent row at 0: [[1, 1], [1, 1]] x = [3, 3] gives x = [3, 0]', () => {
    const factored = cholesky(Float64Array.of(1, 1, 1, 1), 2)
    expect([...factored.dependent]).toEqual([0, 1])
    expect([...factored.solve([3, 3])]).toEqual([3, 0])
  })
  it('A x gives back b for random positive definite A, within 1e-9', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer(), (n, seed) => {
        const random = createRandom(seed)
        const root = Float64Array.from({ length: n * n }, () => random.normal())
        const a = new Float64Array(n * n)
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) {
            for (let k = 0; k < n; k++) a[i * n + j]! += root[i * n + k]! * root[j * n + k]!
            if (i === j) a[i * n + j]! += 1
          }
        const b = Float64Array.from({ length: n }, () => random.normal())
        const x = cholesky(a, n).solve(b)
        const back = b.map((_, i) => x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0))
        expect(largestDifference(back, b)).toBeLessThan(1e-9)
      }),
      { numRuns: 50, seed: 1 },
    )
  })
})

describe('logistic loss, gradient and Hessian', () => {
  it.each([
    [1, 1],
    [300, 6],
    [1025, 9],
    [2100, 5],
  ])('%i rows x %i columns: as by the definition, within 1e-11', (rows, columns) => {
    const random = createRandom(rows)
    const problem = { ...randomProblem(rows, columns, 3), weights: new Float64Array(rows).fill(1.5) }
    const b = Float64Array.from({ length: columns + 1 }, () => 0.5 * random.normal())
    const fast = emptyEvaluation(problem)
    evaluate(problem, b, fast)
    const slow = slowly(problem, b)
    expect(fast.loss).toBeCloseTo(slow.loss, 11)
    expect(largestDifference(fast.gradient, slow.gradient)).toBeLessThan(1e-11)
    expect(largestDifference(hessian(problem, fast.z, 1), slow.curvature)).toBeLessThan(1e-11)
  })
  it('with a stride of 4 the Hessian is that of rows 0, 4, 8 …', () => {
    const problem = randomProblem(2050, 4, 5)
    const z = new Float64Array(2050)
    const every4 = (values: ArrayLike<number>): number[] => Array.from(values).filter((_, i) => i % 4 === 0)
    const thinned = {
      columns: problem.columns.map((column) => Float32Array.from(every4(column))),
      y: Uint8Array.from(every4(problem.y)),
      weights: Float64Array.from(every4(problem.weights)),
    }
    expect(largestDifference(hessian(problem, z, 4), hessian(thinned, z, 1))).toBeLessThan(1e-12)
  })
})

describe('solve', () => {
  it('without columns the intercept is the log-odds of the weighted base rate', () => {
    const problem = { columns: [], y: Uint8Array.of(1, 0, 0), weights: Float64Array.of(3, 0.5, 1.5) }
    expect(solve(problem, { l1: 0, l2: 0 }, tight).coefficients[0]).toBeCloseTo(Math.log(3 / 2), 12)
    expect([...nullCoefficients(problem)]).toEqual([Math.log(3 / 2)])
  })

  it('meets the optimality conditions for random penalties within 1e-9, and no nearby point is better', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, strength, ratio) => {
          const problem = randomProblem(400, 6, seed)
          const [l1, l2] = [strength * ratio, strength * (1 - ratio) + 1e-4]
          const { coefficients: b } = solve(problem, { l1, l2 }, tight)
          const { gradient } = slowly(problem, b)
          for (let j = 0; j < 6; j++) {
            const slope = gradient[j]! + l2 * b[j]!
            if (b[j] === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(l1 + 1e-9)
            else expect(slope + l1 * Math.sign(b[j]!)).toBeCloseTo(0, 9)
          }
          expect(gradient[6]).toBeCloseTo(0, 9)
        },
      ),
      { numRuns: 40, seed: 2 },
    )
  })

  it('a copy of a column: ridge gives both half of what the column has alone at twice the strength per coefficient', () => {
    const problem = randomProblem(500, 1, 2)
    const doubled = { ...problem, columns: [problem.columns[0]!, problem.columns[0]!] }
    const [a, b] = solve(doubled, { l1: 0, l2: 0.02 }, tight).coefficients
    const [alone] = solve(problem, { l1: 0, l2: 0.01 }, tight).coefficients
    expect(a).toBeCloseTo(alone! / 2, 9)
    expect(b).toBeCloseTo(alone! / 2, 9)
  })

  it('a copy of a column without penalty: the second is held at 0', () => {
    const problem = randomProblem(500, 1, 2)
    const doubled = { ...problem, columns: [problem.columns[0]!, problem.columns[0]!] }
    const [a, b] = solve(doubled, { l1: 0, l2: 0 }, tight).coefficients
    expect(a).toBeCloseTo(solve(problem, { l1: 0, l2: 0 }, tight).coefficients[0]!, 9)
    expect(b).toBe(0)
  })

  it('250,000 rows, by way of a sample of them, end where the conditions hold within 1e-10', () => {
    const problem = randomProblem(250_000, 3, 9)
    const { evaluation, iterations } = solve(problem, { l1: 0, l2: 0 }, tight)
    expect(Math.max(...evaluation.gradient.map(Math.abs))).toBeLessThan(1e-10)
    expect(iterations).toBeLessThan(10)
  })

  it('separable rows: a penalty gives finite coefficients, none is refused with a hint', () => {
    const x = Float32Array.from({ length: 40 }, (_, i) => i - 19.5)
    const problem = {
      columns: [x],
      y: Uint8Array.from(x, (v) => (v > 0 ? 1 : 0)),
      weights: new Float64Array(40).fill(1),
    }
    expect(solve(problem, { l1: 0, l2: 1e-6 }, tight).coefficients[0]).toBeGreaterThan(1)
    expect(() => solve(problem, { l1: 0, l2: 0 }, tight)).toThrow(/separate the classes.*set strength: auto/)
  })

  it('gives up with what is left after maxIterations', () => {
    const problem = randomProblem(300, 5, 4)
    const run = () => solve(problem, { l1: 0, l2: 0.01 }, { tolerance: 1e-10, maxIterations: 1 })
    expect(run).toThrow(EbbError)
    expect(run).toThrow(/no convergence in 1 iterations, expected optimality conditions within 1e-10, got \d/)
  })

  it('the L1 step on near-collinear columns is the minimum: no coordinate of the quadratic model can be improved', () => {
    const random = createRandom(6)
    const size = 8
    const base = Array.from({ length: size }, () => Float64Array.from({ length: 50 }, () => random.normal()))
    for (let j = 1; j < size - 1; j++) base[j] = base[j]!.map((v, i) => base[0]![i]! + 1e-3 * v)
    const curvature = new Float64Array(size * size)
    for (let j = 0; j < size; j++)
      for (let k = 0; k < size; k++)
        curvature[j * size + k] = base[j]!.reduce((sum, v, i) => sum + v * base[k]![i]!, 0) / 50
    const gradient = Float64Array.from({ length: size }, () => 0.3 * random.normal())
    const [l1, l2] = [0.05, 1e-3]
    const at = new Float64Array(size)
    const b = bestStep({ at, gradient, curvature }, { l1, l2 })
    for (let j = 0; j < size - 1; j++) {
      const slope = gradient[j]! + b.reduce((sum, v, k) => sum + v * curvature[j * size + k]!, 0) + l2 * b[j]!
      if (b[j] === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(l1 + 1e-10)
      else expect(slope + l1 * Math.sign(b[j]!)).toBeCloseTo(0, 10)
    }
  })
})

describe('logistic: strength auto', () => {
  const { x, y } = suiteRows(2000)
  const fit = (parameters: object, seed = 1) =>
    logistic.fit(logistic.parameters.parse(parameters), fitOn(x, y, { random: createRandom(seed) }))

  it('is kept as fixed, and a refit with it gives the same coefficients', async () => {
    const model = await fit({ l1Ratio: 0.5 })
    const { fixed, coefficients } = model.describe()
    const again = await fit({ l1Ratio: 0.5, ...fixed }, 99)
    expect(again.describe().coefficients).toEqual(coefficients)
  })

  it('drops noise under L1 and keeps what matters, with the unit that each coefficient is per', async () => {
    const model = await fit({ l1Ratio: 1, strength: 0.05 })
    const coefficients = model.describe().coefficients!
    const of = (term: string) => coefficients.find((entry) => entry.term === term)!
    expect(of('log1p(days_since_purchase)') ?? of('days_since_purchase')).toMatchObject({
      feature: 'days_since_purchase',
    })
    expect(of('amount')).toEqual({ term: 'amount', feature: 'amount', coefficient: 0, per: '1 SD of amount' })
    expect(of('plan = "gold"').coefficient).toBeLessThan(0)
    expect(of('plan = "gold"').per).toBe('1 if plan is "gold", else 0')
    expect(of('amount missing').per).toBe('1 if amount is missing, else 0')
  })

  it('more rows than are searched: the strength comes from a sample of users and is the same each time', async () => {
    const rows = 120_000
    const random = createRandom(1)
    const values = Float32Array.from({ length: rows }, () => random.normal())
    const labels = Uint8Array.from(values, (v) => (random.next() < 1 / (1 + Math.exp(-v)) ? 1 : 0))
    const wide = {
      names: ['v'],
      columns: [{ kind: 'number' as const, values }],
      rowCount: rows,
      users: Uint32Array.from({ length: rows }, (_, i) => i >> 2),
      cutoffs: new Uint16Array(rows),
    }
    const parameters = logistic.parameters.parse({ pathLength: 4, folds: 2 })
    const strengths = await Promise.all(
      [1, 1].map(async () => (await logistic.fit(parameters, fitOn(wide, labels))).describe().fixed),
    )
    expect(strengths[0]).toEqual(strengths[1])
  })
})
