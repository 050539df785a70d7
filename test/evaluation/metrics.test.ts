import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { logit } from '../../core/numeric/logit.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import { metricByName, metrics } from '../../evaluation/registry.ts'
import { expand, plainMetrics } from './plain-metrics.ts'

interface Case {
  y: number[]
  p: number[]
  weights: number[]
}

const cases = fc
  .array(
    fc.record({
      y: fc.integer({ min: 0, max: 1 }),
      p: fc.integer({ min: 1, max: 19 }),
      weight: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows): Case => ({
    y: rows.map((row) => row.y),
    p: rows.map((row) => row.p / 20),
    weights: rows.map((row) => row.weight),
  }))

const threshold = 0.5
const inputOf = ({ y, p }: Pick<Case, 'y' | 'p'>) => ({
  y: Uint8Array.from(y),
  p: Float64Array.from(p),
  users: Uint32Array.from(y, (_, i) => i),
  threshold,
})
const value = (name: string, y: number[], p: number[]) => metricByName(name).prepare(inputOf({ y, p }))()

function expectSame(actual: number, expected: number) {
  if (Number.isNaN(expected)) expect(actual).toBeNaN()
  else expect(actual).toBeCloseTo(expected, 9)
}

describe.each(Object.keys(plainMetrics))('%s', (name) => {
  it('equals its slow twin over the rows, and over the rows repeated as often as their user was drawn', () => {
    fc.assert(
      fc.property(cases, ({ y, p, weights }) => {
        const evaluate = metricByName(name).prepare(inputOf({ y, p }))
        expectSame(evaluate(), plainMetrics[name]!(expand(y, p), threshold))
        const weighted = plainMetrics[name]!(expand(y, p, weights), threshold)
        expectSame(evaluate(Float32Array.from(weights)), weighted)
      }),
      { numRuns: 150, seed: 1 },
    )
  })
})

describe.each(metrics)('contract of $name', (metric) => {
  it('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(cases, ({ y, p }) => {
        const forward = metric.prepare(inputOf({ y, p }))()
        const backward = metric.prepare(inputOf({ y: y.toReversed(), p: p.toReversed() }))()
        expectSame(backward, forward)
      }),
      { numRuns: 60, seed: 2 },
    )
  })

  it('counts all rows of a user drawn twice twice', () => {
    const y = [1, 0, 1, 0, 1, 0, 0, 1]
    const p = [0.9, 0.3, 0.6, 0.65, 0.2, 0.1, 0.55, 0.7]
    const users = Uint32Array.from([0, 0, 1, 1, 2, 2, 3, 3])
    const repeat = <T>(values: T[]) => [...values.slice(0, 4), ...values.slice(0, 4), ...values.slice(6)]
    const weighted = metric.prepare({ ...inputOf({ y, p }), users })(Float32Array.from([2, 2, 0, 1]))
    const repeated = metric.prepare(inputOf({ y: repeat(y), p: repeat(p) }))()
    expect(weighted).toBeCloseTo(repeated, 3)
  })

  it('is NaN without rows', () => {
    expect(metric.prepare(inputOf({ y: [], p: [] }))()).toBeNaN()
  })

  it('refuses p outside [0, 1] and lengths that differ', () => {
    expect(() => metric.prepare(inputOf({ y: [1, 0], p: [0.5, 1.5] }))).toThrow('p[1] must be in [0, 1], got 1.5')
    expect(() => metric.prepare(inputOf({ y: [1, 0], p: [0.5, Number.NaN] }))).toThrow('got NaN')
    expect(() => metric.prepare(inputOf({ y: [1, 0], p: [0.5] }))).toThrow('y has 2 rows, p 1')
  })

  it('ranking metrics do not change under a monotone map of p', () => {
    if (metric.reads !== 'ranking' || ['f1', 'precision', 'recall'].includes(metric.name)) return
    const y = [1, 0, 1, 1, 0, 0, 1]
    const p = [0.9, 0.2, 0.4, 0.9, 0.3, 0.4, 0.1]
    const squared = p.map((one) => one ** 2)
    expectSame(metric.prepare(inputOf({ y, p: squared }))(), metric.prepare(inputOf({ y, p }))())
  })
})

describe('numbers that can be checked by hand', () => {
  const y = [0, 1, 0, 1]
  const p = [0.1, 0.4, 0.35, 0.8]
  it('auc: 4 of 4 pairs in order is 1, a constant p is .5, reversed is 0', () => {
    expect(value('auc', y, p)).toBe(1)
    expect(value('auc', y, [0.5, 0.5, 0.5, 0.5])).toBe(0.5)
    expect(value('auc', [1, 0], [0.2, 0.6])).toBe(0)
  })
  it('auc, slope and intercept are NaN with one class', () => {
    for (const name of ['auc', 'calibration_slope', 'calibration_intercept'])
      expect(value(name, [1, 1], [0.2, 0.7])).toBeNaN()
  })
  it('average precision of a constant p is the base rate .25', () => {
    expect(value('average_precision', [0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5])).toBe(0.25)
  })
  it('at threshold .5, one of two predicted churns, one of two churners is found: all .5', () => {
    const input = { y: [1, 0, 1, 0], p: [0.9, 0.6, 0.2, 0.1] }
    for (const name of ['precision', 'recall', 'f1']) expect(value(name, input.y, input.p)).toBe(0.5)
  })
  it('precision is NaN when nobody reaches the threshold, f1 and recall are 0', () => {
    expect(value('precision', [1, 0], [0.4, 0.3])).toBeNaN()
    expect(value('recall', [1, 0], [0.4, 0.3])).toBe(0)
    expect(value('f1', [1, 0], [0.4, 0.3])).toBe(0)
  })
  it('f1, precision and recall refuse to assume a threshold', () => {
    const input = { ...inputOf({ y, p }), threshold: undefined }
    for (const name of ['precision', 'recall', 'f1'])
      expect(() => metricByName(name).prepare(input)).toThrow(`metric "${name}" needs the threshold chosen on select`)
  })
  it('log-loss of p = .5 is ln 2; a certain miss costs -ln 1e-15', () => {
    expect(value('log_loss', [1, 0], [0.5, 0.5])).toBeCloseTo(Math.LN2, 12)
    expect(value('log_loss', [1], [0])).toBeCloseTo(-Math.log(1e-15), 9)
    expect(value('log_loss', [0], [1])).toBeCloseTo(-Math.log(1e-15), 0)
  })
  it('brier of .8 for a churner and .4 for a stayer is (.04 + .16) / 2', () => {
    expect(value('brier', [1, 0], [0.8, 0.4])).toBeCloseTo(0.1, 12)
  })
  it('ece: constant .3 where half churn is .2', () => {
    expect(value('ece', [1, 0, 1, 0], [0.3, 0.3, 0.3, 0.3])).toBeCloseTo(0.2, 12)
  })
  it('lift at 10 %: the 2 riskiest of 20 churn, 4 churn in all: 1 / .2 = 5', () => {
    const labels = Array.from({ length: 20 }, (_, i) => (i >= 18 || i < 2 ? 1 : 0))
    const risks = Array.from({ length: 20 }, (_, i) => i / 20)
    expect(value('lift_10', labels, risks)).toBeCloseTo(5, 12)
  })
  it('lift at 10 % averages ties: a constant p lifts nothing', () => {
    expect(value('lift_10', [1, 0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5])).toBeCloseTo(1, 12)
  })
  it('intercept is logit(.8) - logit(.5) when p says .5 and four of five churn', () => {
    expect(value('calibration_intercept', [1, 1, 1, 1, 0], [0.5, 0.5, 0.5, 0.5, 0.5])).toBeCloseTo(logit(0.8), 9)
  })
  it('slope is NaN for a constant p and for classes that p separates', () => {
    expect(value('calibration_slope', [1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5])).toBeNaN()
    expect(value('calibration_slope', [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])).toBeNaN()
  })
  it('two values of p fix slope and intercept exactly: rates .25 and .75 at p .1 and .9 give ln 3 / ln 9 = .5', () => {
    const labels = [1, 0, 0, 0, 1, 1, 1, 0]
    const risks = [0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9]
    expect(value('calibration_slope', labels, risks)).toBeCloseTo(0.5, 9)
  })
  it('an unknown metric is a config error that lists the known ones', () => {
    expect(() => metricByName('accuracy', 'choose.metric')).toThrow(
      'choose.metric: no such metric, expected one of auc, average_precision',
    )
  })
})

describe('replicates of slope and intercept', () => {
  it('in bins of .02 stay within 1e-4 of the exact fit, over three shapes of p', () => {
    const random = createRandom('bins')
    for (const spread of [0.5, 1.5, 4]) {
      const z = Float64Array.from({ length: 3000 }, () => spread * random.normal() - 1)
      const y = Array.from(z, (one) => (random.next() < sigmoid(0.3 + 0.7 * one) ? 1 : 0))
      const weights = Float32Array.from(z, () => random.integer(4))
      const p = Array.from(z, sigmoid)
      for (const name of ['calibration_slope', 'calibration_intercept']) {
        const replicate = metricByName(name).prepare(inputOf({ y, p }))(weights)
        const rows = expand(y, p, weights)
        const exact = value(
          name,
          rows.map((row) => row.y),
          rows.map((row) => row.p),
        )
        expect(Math.abs(replicate - exact)).toBeLessThan(1e-4)
      }
    }
  })
})
