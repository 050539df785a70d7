import { describe, expect, test } from 'vitest'
import { pairedInterval } from '../../bench/paired-interval.ts'
import { studentBound } from '../../bench/spread.ts'

const y = Uint8Array.of(1, 1, 1, 0, 0)
/** In order; and with one churner below one who stayed: placements 1, 1, 1/2 and 2/3, 1. */
const right = Float64Array.of(0.9, 0.8, 0.7, 0.2, 0.1)
const swapped = Float64Array.of(0.9, 0.8, 0.3, 0.4, 0.1)

describe('paired interval', () => {
  test('one of six pairs of users swapped: AUC 1 and 5/6, difference -1/6 ± 1.96 sqrt(1/12/3 + 1/18/2)', () => {
    const found = pairedInterval(y, [{ ours: right, theirs: swapped }])
    expect([found['oursAuc'], found['theirsAuc']]).toEqual([1, expect.closeTo(5 / 6, 12)])
    const half = 1.96 * Math.sqrt(1 / 36 + 1 / 36)
    expect(found['aucLossLow']).toBeCloseTo(-1 / 6 - half, 12)
    expect(found['aucLossHigh']).toBeCloseTo(-1 / 6 + half, 12)
  })

  test('two trainings that differ alike add no width, two that do not add that of their spread', () => {
    const one = { ours: right, theirs: swapped }
    const [once, twice] = [pairedInterval(y, [one]), pairedInterval(y, [one, one])]
    expect(twice['aucLossHigh']).toBeCloseTo(once['aucLossHigh']!, 12)
    const apart = pairedInterval(y, [one, { ours: right, theirs: right }])
    // Halved rows: a quarter of their variance. Differences -1/6 and 0: variance 1/72, of the mean 1/144.
    const half = Math.sqrt((1.96 ** 2 * (2 / 36)) / 4 + studentBound(1) ** 2 / 144)
    expect(apart['aucLossHigh']).toBeCloseTo(-1 / 12 + half, 12)
  })

  test('equal probabilities: AUC 1/2, log-loss log 2, no difference', () => {
    const flat = new Float64Array(5).fill(0.5)
    const found = pairedInterval(y, [{ ours: flat, theirs: flat }])
    expect(found).toMatchObject({ oursAuc: 0.5, aucLossLow: 0, aucLossHigh: 0, logLossLossHigh: 0 })
    expect(found['oursLogLoss']).toBeCloseTo(Math.log(2), 12)
  })

  test.each([
    [4, 2.776],
    [9, 2.262],
    [59, 2.001],
  ])('97.5 %% quantile of Student with %i degrees of freedom: %f', (freedom, expected) => {
    expect(Math.abs(studentBound(freedom) - expected)).toBeLessThan(0.01)
  })
})
