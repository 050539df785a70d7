import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import {
  calibrationBins,
  curveFiles,
  gainsByDecile,
  prPoints,
  rocPoints,
  scoreHistogram,
} from '../../evaluation/curves.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { sortRows } from '../../evaluation/sorted-rows.ts'
import { thinCurve } from '../../evaluation/thin-curve.ts'
import { wilsonInterval } from '../../evaluation/wilson.ts'

const sorted = (y: number[], p: number[]) =>
  sortRows({ y: Uint8Array.from(y), p: Float64Array.from(p), users: new Uint32Array(y.length) })

function simulated(rows: number) {
  const random = createRandom('curves')
  const p = Float64Array.from({ length: rows }, () => sigmoid(1.5 * random.normal()))
  return { p, y: Uint8Array.from(p, (one) => (random.next() < one ? 1 : 0)) }
}

describe('rocPoints', () => {
  it('churners at .9 and .4, stayers at .6 and .2: up, right, up, right', () => {
    expect(rocPoints(sorted([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.2]))).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 0.5 },
      { x: 0.5, y: 0.5 },
      { x: 0.5, y: 1 },
      { x: 1, y: 1 },
    ])
  })
  it('equal p make one slanted step; one class has no curve', () => {
    expect(rocPoints(sorted([1, 0], [0.5, 0.5]))).toEqual([
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ])
    expect(rocPoints(sorted([1, 1], [0.5, 0.6]))).toEqual([])
    expect(prPoints(sorted([0, 0], [0.5, 0.6]))).toEqual([])
  })
  it('5,000 rows are drawn with at most 200 points whose area is the AUC to .001', () => {
    const { y, p } = simulated(5000)
    const input = { y, p, users: new Uint32Array(5000) }
    const points = rocPoints(sortRows(input))
    expect(points.length).toBeLessThanOrEqual(200)
    const area = points.slice(1).reduce((sum, b, i) => sum + ((b.x - points[i]!.x) * (b.y + points[i]!.y)) / 2, 0)
    expect(Math.abs(area - metricByName('auc').prepare(input)())).toBeLessThan(0.001)
  })
})

describe('prPoints', () => {
  it('starts at the riskiest row and ends at recall 1 with the base rate', () => {
    expect(prPoints(sorted([1, 0, 1, 0], [0.9, 0.6, 0.4, 0.2]))).toEqual([
      { x: 0.5, y: 1 },
      { x: 0.5, y: 0.5 },
      { x: 1, y: 2 / 3 },
      { x: 1, y: 0.5 },
    ])
  })
})

describe('thinCurve', () => {
  it('keeps the ends and the corner: a right angle of 101 points needs 3', () => {
    const corner = Array.from({ length: 101 }, (_, i) => ({ x: Math.max(0, i - 50), y: Math.min(50, i) }))
    expect(thinCurve(corner, 10)).toEqual([corner[0], corner[50], corner[100]])
  })
  it('never gives more than the limit, and gives points of the curve in order', () => {
    const points = fc.array(fc.record({ x: fc.integer(), y: fc.integer() }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(points, fc.integer({ min: 2, max: 20 }), (curve, limit) => {
        const thin = thinCurve(curve, limit)
        expect(thin.length).toBeLessThanOrEqual(limit)
        expect(thin[0]).toBe(curve[0])
        expect(thin.at(-1)).toBe(curve.at(-1))
        const at = thin.map((point) => curve.indexOf(point))
        expect(at).toEqual([...at].sort((a, b) => a - b))
      }),
      { seed: 1 },
    )
  })
})

describe('calibrationBins', () => {
  it('20 rows make 10 bins of 2 with their mean p and churn rate', () => {
    const bins = calibrationBins(
      sorted(
        Array.from({ length: 20 }, (_, i) => i % 2),
        Array.from({ length: 20 }, (_, i) => i / 20),
      ),
    )
    expect(bins).toHaveLength(10)
    expect(bins[1]).toMatchObject({ rows: 2, observed: 0.5 })
    expect(bins[1]!.meanPredicted).toBeCloseTo(0.125, 12)
    expect(bins.reduce((rows, bin) => rows + bin.rows, 0)).toBe(20)
  })
  it('their weighted distance is the ECE', () => {
    const { y, p } = simulated(777)
    const input = { y, p, users: new Uint32Array(777) }
    const distance = calibrationBins(sortRows(input)).reduce(
      (sum, bin) => sum + (bin.rows / 777) * Math.abs(bin.meanPredicted - bin.observed),
      0,
    )
    expect(distance).toBeCloseTo(metricByName('ece').prepare(input)(), 12)
  })
})

describe('gainsByDecile', () => {
  it('the first decile lifts as lift_10 does and the last ends at all churners', () => {
    const { y, p } = simulated(333)
    const input = { y, p: p.map((one) => Math.round(one * 8) / 8), users: new Uint32Array(333) }
    const deciles = gainsByDecile(sortRows(input))
    expect(deciles[0]!.lift).toBeCloseTo(metricByName('lift_10').prepare(input)(), 12)
    expect(deciles[9]!.cumulativeShare).toBeCloseTo(1, 12)
    expect(deciles.reduce((rows, decile) => rows + decile.rows, 0)).toBeCloseTo(333, 9)
  })
  it('ties are averaged: with one p for all every decile holds a tenth of the churners, in any order of rows', () => {
    for (const y of [
      [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
    ])
      for (const decile of gainsByDecile(sorted(y, new Array(10).fill(0.5) as number[])))
        expect(decile.churned).toBeCloseTo(0.2)
  })
})

describe('scoreHistogram', () => {
  it('of forty bins .025 wide 1 falls into the last and .05 into the third; NaN is not counted', () => {
    const file = scoreHistogram(Float64Array.from([1, 0.05, Number.NaN]), {
      y: Uint8Array.from([1, 0]),
      p: Float64Array.from([0.99, 0]),
    })
    expect(file.bins).toHaveLength(40)
    expect(file.bins[39]).toEqual({ from: 0.975, to: 1, published: 1, testChurned: 1, testStayed: 0 })
    expect(file.bins[2]!.published).toBe(1)
    expect(file.bins[0]!.testStayed).toBe(1)
  })
})

it('curveFiles draws every model', () => {
  const { y, p } = simulated(60)
  const files = curveFiles({
    y,
    models: [
      { name: 'a', p },
      { name: 'b', p },
    ],
  })
  for (const file of [files.roc, files.pr, files.calibration, files.gains])
    expect(file.map((one) => one.model)).toEqual(['a', 'b'])
  expect(files.pr[0]!.baseRate).toBeCloseTo(y.filter((label) => label === 1).length / 60, 12)
})

it("Wilson's interval of 10 of 20 is .299 to .701; of nothing it is everything", () => {
  expect(wilsonInterval(10, 20).low).toBeCloseTo(0.2993, 4)
  expect(wilsonInterval(10, 20).high).toBeCloseTo(0.7007, 4)
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 })
})
