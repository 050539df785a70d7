import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import { createRandom } from '../../core/random.ts'
import { calibrators, chooseCalibrator, loadCalibration } from '../../models/calibrators.ts'
import { fitIsotonic } from '../../models/calibrate/isotonic.ts'
import { areaUnderCurve } from '../support/network-quality.ts'
import { largestDifference } from './estimator-suite.ts'

/** Scores whose true probability is sigmoid(slope logit(score) + shift). */
function drawn(rows: number, { slope, shift, seed }: { slope: number; shift: number; seed: number }) {
  const random = createRandom(seed)
  const z = Float64Array.from({ length: rows }, () => 1.2 * random.normal())
  return {
    scores: z.map(sigmoid),
    y: Uint8Array.from(z, (value) => (random.next() < sigmoid(slope * value + shift) ? 1 : 0)),
    users: Uint32Array.from({ length: rows }, (_, i) => i >> 1),
  }
}

describe.each([...calibrators.values()])('calibrator $name', (calibrator) => {
  const { scores, y } = drawn(2000, { slope: 0.5, shift: 0.4, seed: 1 })
  const map = calibrator.fit(scores, y)

  it('is monotone within [0, 1] on any scores', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
        const sorted = Float64Array.from(values).sort()
        const p = map.apply(sorted)
        for (let i = 0; i < p.length; i++) {
          expect(p[i]! >= 0 && p[i]! <= 1).toBe(true)
          if (i > 0) expect(p[i]!).toBeGreaterThanOrEqual(p[i - 1]!)
        }
      }),
      { seed: 1 },
    )
  })
  it('keeps the AUC within 1e-9', () => {
    expect(areaUnderCurve(map.apply(scores), y)).toBeCloseTo(areaUnderCurve(scores, y), 9)
  })
  it('comes back from JSON with the same bits', () => {
    expect(loadCalibration(JSON.parse(JSON.stringify(map.save()))).apply(scores)).toEqual(map.apply(scores))
    expect(map.calibrator).toBe(calibrator.name)
  })
  it('with one class it is the identity', () => {
    expect(calibrator.fit(scores, new Uint8Array(scores.length)).apply(scores)).toEqual(scores)
  })
  it('does not change the scores that it was given', () => {
    const given = scores.slice()
    map.apply(given)
    expect(given).toEqual(scores)
  })
})

describe('Platt', () => {
  const platt = calibrators.get('platt')!
  it('finds slope .5 and shift .4 within .05 on 50,000 rows', () => {
    const { scores, y } = drawn(50_000, { slope: 0.5, shift: 0.4, seed: 2 })
    const { slope, intercept } = platt.fit(scores, y).save() as { slope: number; intercept: number }
    expect(slope).toBeCloseTo(0.5, 1)
    expect(Math.abs(intercept - 0.4)).toBeLessThan(0.05)
  })
  it('stays finite when the scores separate the classes: 10 of each end at the targets 1/12 and 11/12', () => {
    const scores = Float64Array.from({ length: 20 }, (_, i) => (i < 10 ? 0.1 : 0.9))
    const p = platt
      .fit(
        scores,
        Uint8Array.from(scores, (s) => (s > 0.5 ? 1 : 0)),
      )
      .apply(scores)
    expect([p[0], p[19]]).toEqual([expect.closeTo(1 / 12, 6), expect.closeTo(11 / 12, 6)])
  })
  it('scores that rank the wrong way round keep their order, almost flat at the base rate', () => {
    const scores = Float64Array.from({ length: 100 }, (_, i) => i / 100)
    const p = platt
      .fit(
        scores,
        Uint8Array.from(scores, (s) => (s < 0.3 ? 1 : 0)),
      )
      .apply(scores)
    expect(p[99]!).toBeGreaterThan(p[0]!)
    expect(p[99]! - p[0]!).toBeLessThan(1e-4)
    expect(p[50]!).toBeCloseTo(0.3, 1)
  })
  it('scores of exactly 0 and 1 are taken', () => {
    const p = platt.fit(Float64Array.of(0, 1, 0, 1), Uint8Array.of(0, 1, 1, 1)).apply(Float64Array.of(0, 1))
    expect(p.every((value) => value > 0 && value < 1)).toBe(true)
  })
})

describe('isotonic', () => {
  it('pools 1, 0 into one half: scores .1 .2 .3 .4 with y 0 1 0 1', () => {
    const { scores, values } = fitIsotonic(Float64Array.of(0.1, 0.2, 0.3, 0.4), Uint8Array.of(0, 1, 0, 1))
    expect(scores).toEqual([0.1, 0.2, 0.3, 0.4])
    expect(values).toEqual([1 / 6, 0.5, 0.5, 5 / 6])
  })
  it('equal scores are one pool whatever their order', () => {
    const map = fitIsotonic(Float64Array.of(0.5, 0.5, 0.5, 0.2), Uint8Array.of(1, 0, 1, 0))
    expect(map).toEqual(fitIsotonic(Float64Array.of(0.2, 0.5, 0.5, 0.5), Uint8Array.of(0, 0, 1, 1)))
    expect(map.values).toEqual([1 / 6, 2 / 3])
  })
  it('is bounded to [1/(n + 2), 1 - 1/(n + 2)]', () => {
    const p = calibrators
      .get('isotonic')!
      .fit(Float64Array.of(0.1, 0.9), Uint8Array.of(0, 1))
      .apply(Float64Array.of(0, 1))
    expect([p[0], p[1]]).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)])
  })
})

describe('chooseCalibrator', () => {
  const choose = (rows: ReturnType<typeof drawn>, extra: object = {}) =>
    chooseCalibrator({ ...rows, random: createRandom(4), ...extra })

  it('leaves calibrated scores alone', () => {
    expect(choose(drawn(4000, { slope: 1, shift: 0, seed: 3 })).chosen).toBe('none')
  })
  it('takes Platt where the log-odds are stretched', () => {
    const { chosen, crossFittedLogLoss } = choose(drawn(4000, { slope: 0.4, shift: 0.5, seed: 3 }))
    expect(chosen).toBe('platt')
    expect(Object.keys(crossFittedLogLoss)).toEqual(['none', 'platt', 'isotonic'])
    expect(crossFittedLogLoss.platt!).toBeLessThan(crossFittedLogLoss.none!)
  })
  it('takes isotonic where a step is the truth', () => {
    const random = createRandom(8)
    const scores = Float64Array.from({ length: 6000 }, () => random.next())
    const y = Uint8Array.from(scores, (s) =>
      random.next() < (s > 0.9 || s < 0.1 ? 0.5 : 0.5 + 0.45 * Math.sign(s - 0.5)) ? 1 : 0,
    )
    expect(choose({ scores, y, users: Uint32Array.from(scores.keys()) }).chosen).toBe('isotonic')
  })
  it('only candidates are looked at', () => {
    const { chosen, crossFittedLogLoss } = choose(drawn(500, { slope: 1, shift: 0, seed: 3 }), {
      candidates: ['isotonic'],
    })
    expect([chosen, Object.keys(crossFittedLogLoss)]).toEqual(['isotonic', ['isotonic']])
    expect(() => choose(drawn(10, { slope: 1, shift: 0, seed: 3 }), { candidates: [] })).toThrow(/candidates/)
  })
  it('with one user or one class there is nothing to compare: the simplest', () => {
    const rows = drawn(100, { slope: 0.2, shift: 2, seed: 3 })
    expect(choose({ ...rows, users: new Uint32Array(100) }).chosen).toBe('none')
    expect(choose({ ...rows, y: new Uint8Array(100) }).chosen).toBe('none')
  })
  it('does not depend on the order of the rows', () => {
    const rows = drawn(600, { slope: 0.5, shift: 0.2, seed: 5 })
    const order = createRandom(1).shuffle(Uint32Array.from(rows.y.keys()))
    const shuffled = {
      scores: Float64Array.from(order, (i) => rows.scores[i]!),
      y: Uint8Array.from(order, (i) => rows.y[i]!),
      users: Uint32Array.from(order, (i) => rows.users[i]!),
    }
    const [a, b] = [choose(rows).crossFittedLogLoss, choose(shuffled).crossFittedLogLoss]
    expect(largestDifference(Object.values(a), Object.values(b))).toBeLessThan(1e-9)
  })
  it('what is not a calibration map is refused', () => {
    expect(() => loadCalibration({ calibrator: 'beta' })).toThrow(/saved calibration: not a calibration map/)
  })
})
