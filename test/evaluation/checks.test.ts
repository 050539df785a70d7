import { describe, expect, it } from 'vitest'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { sum } from '../../core/numeric/sum.ts'
import { createRandom, type Random } from '../../core/random.ts'
import { type CalibrationCheck, checkCalibration } from '../../evaluation/calibration-check.ts'
import { calibrationEvidence } from '../../evaluation/calibration-evidence.ts'
import { findChurnJumps } from '../../evaluation/churn-jump.ts'
import { oneFeatureAucs } from '../../evaluation/one-feature-auc.ts'
import { referenceOf } from '../../evaluation/reference.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { evaluateSlices } from '../../evaluation/slices.ts'
import { valueTiers } from '../../evaluation/value-tier.ts'

const numbers = (values: number[]): Column => ({ kind: 'number', values: Float32Array.from(values) })
const dataset = (columns: Record<string, Column>, rowCount: number): Dataset => ({
  names: Object.keys(columns),
  columns: Object.values(columns),
  rowCount,
  users: Uint32Array.from({ length: rowCount }, (_, i) => i),
  cutoffs: new Uint16Array(rowCount),
})

describe('leakage', () => {
  const n = 2000
  const random = createRandom('leak')
  const y = Uint8Array.from({ length: n }, () => (random.next() < 0.3 ? 1 : 0))
  const labels = [...y]
  const x = dataset(
    {
      noise: numbers(labels.map(() => random.normal())),
      copy: numbers(labels.map((label) => 5 - label)),
      missing_when_churned: numbers(labels.map((label) => (label === 1 ? Number.NaN : random.normal()))),
      strong: numbers(labels.map((label) => 2.6 * label + random.normal())),
      many_levels: {
        kind: 'category',
        codes: Uint16Array.from(labels, (_, i) => i),
        levels: labels.map((_, i) => `level ${i}`),
      },
      copied_category: {
        kind: 'category',
        codes: Uint16Array.from(labels, (label, i) => (label === 1 ? missingCode : i % 3)),
        levels: ['a', 'b', 'c'],
      },
    },
    n,
  )
  const aucs = Object.fromEntries(oneFeatureAucs(x, y).map((one) => [one.feature, one.auc]))

  it('a copy of the label, its opposite, and missingness that tells it have AUC 1', () => {
    expect(aucs['copy']).toBe(1)
    expect(aucs['missing_when_churned']).toBe(1)
    expect(aucs['copied_category']).toBe(1)
  })
  it('noise and a level per row know nothing', () => {
    expect(aucs['noise']).toBeLessThan(0.56)
    expect(aucs['many_levels']).toBeLessThan(0.56)
  })
})

describe('checkCalibration', () => {
  const rows = (n: number) => ({
    y: Uint8Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 1 : 0)),
    users: Uint32Array.from({ length: n }, (_, i) => i),
  })
  const significance = { calibrate: null, rule: 'significance' } as const
  const check = (
    n: number,
    p: (label: number, i: number) => number,
    rule: CalibrationCheck['rule'] = 'significance',
  ) => {
    const { y, users } = rows(n)
    return checkCalibration({ y, users, p: Float64Array.from(y, p) }, { calibrate: null, rule })
  }
  it('passes at the base rate .2 and within a tenth of it', () => {
    expect(check(10_000, () => 0.2)).toMatchObject({ passed: true, ece: expect.closeTo(0, 9) as number })
    expect(check(10_000, () => 0.219).passed).toBe(true)
  })
  it('2,000 churners of 10,000 where .25 was said: 1.25 times the base rate is no chance', () => {
    const verdict = check(10_000, () => 0.25)
    expect(verdict.passed).toBe(false)
    expect(verdict.message).toBe('mean probability is 1.250 x the base rate, expected 0.9 to 1.1')
  })
  it('20 churners of 100 where .25 was said are 1.15 standard deviations too few: passes, and says that chance explains it', () => {
    const verdict = check(100, () => 0.25)
    expect(verdict.passed).toBe(true)
    expect(verdict.message).toBe(
      'mean probability is 1.250 x the base rate, expected 0.9 to 1.1, which chance explains with 20 churners in test',
    )
  })
  it('by the bounds alone the same 20 of 100 fail, with the way out; 2,000 of 10,000 without', () => {
    expect(check(100, () => 0.25, 'bounds')).toMatchObject({
      passed: false,
      message:
        'mean probability is 1.250 x the base rate, expected 0.9 to 1.1; with 20 churners in test chance may explain it, which evaluate.calibrationCheck: significance allows for',
    })
    expect(check(10_000, () => 0.25, 'bounds').message).toBe(
      'mean probability is 1.250 x the base rate, expected 0.9 to 1.1',
    )
    expect(check(10_000, () => 0.219, 'bounds').passed).toBe(true)
  })
  it('fails on ECE alone when too high here and too low there cancel, and without churners or rows', () => {
    expect(check(1_000, (label, i) => (label === 1 ? 0.05 : 0.2375 + i * 1e-9)).message).toContain('ECE is 0.3')
    const n = 5
    const none = { y: new Uint8Array(n), p: new Float64Array(n), users: new Uint32Array(n) }
    expect(checkCalibration(none, significance).passed).toBe(false)
    const empty = { y: new Uint8Array(0), p: new Float64Array(0), users: new Uint32Array(0) }
    expect(checkCalibration(empty, significance).passed).toBe(false)
  })
  it('ten rows of one user are one: 300 rows of 30 users say less than 300 of 300', () => {
    const p = new Float64Array(300).fill(0.2)
    const y = Uint8Array.from(p, (_, i) => (i % 30 < 9 ? 1 : 0))
    const alone = { y, p, users: Uint32Array.from(y, (_, i) => i) }
    expect(calibrationEvidence(alone, null).isTotalOff).toBe(true)
    expect(calibrationEvidence({ ...alone, users: alone.users.map((i) => i % 30) }, null).isTotalOff).toBe(false)
  })
  const draw = (random: Random, factor: number) => {
    const truth = Float64Array.from({ length: 1_500 }, () => 0.02 + 0.23 * random.next())
    const y = Uint8Array.from(truth, (value) => (random.next() < value ? 1 : 0))
    return { y, p: truth.map((value) => factor * value), users: Uint32Array.from(y, (_, i) => i >> 1) }
  }
  it('400 runs with 200 churners in test and 200 in calibrate, which fixed the mean: at most 1 % are called off, where a bound of a tenth alone calls a quarter', () => {
    const random = createRandom('calibrated')
    let [failed, outside] = [0, 0]
    for (let run = 0; run < 400; run++) {
      const calibrate = draw(random, 1)
      const fitted = sum(calibrate.y) / sum(calibrate.p)
      const scaled = (rows: typeof calibrate) => ({ ...rows, p: rows.p.map((value) => fitted * value) })
      const { passed, meanOverBase } = checkCalibration(scaled(draw(random, 1)), {
        calibrate: scaled(calibrate),
        rule: 'significance',
      })
      if (!passed) failed++
      if (Math.abs(meanOverBase - 1) > 0.1) outside++
    }
    expect(outside).toBeGreaterThan(100)
    expect(failed).toBeLessThan(5)
  })
  it('probabilities 1.6 times too high, 200 churners on each side: nine of ten runs are told', () => {
    const random = createRandom('off')
    let failed = 0
    for (let run = 0; run < 100; run++) {
      const check = { calibrate: draw(random, 1), rule: 'significance' } as const
      if (!checkCalibration(draw(random, 1.6), check).passed) failed++
    }
    expect(failed).toBeGreaterThan(90)
  })
})

describe('findChurnJumps', () => {
  const series = (rates: number[], rows = 1_000_000) =>
    rates.map((churnRate, i) => ({ cutoff: `2025-0${i + 1}-01`, churnRate, rows }))
  it('.20 .21 .20 .21 .20 then .35 jumps; changes of the usual size do not', () => {
    expect(findChurnJumps(series([0.2, 0.21, 0.2, 0.21, 0.2, 0.35]))).toEqual([
      expect.objectContaining({ cutoff: '2025-06-01', change: expect.closeTo(0.15, 9) as number }),
    ])
    expect(findChurnJumps(series([0.2, 0.21, 0.2, 0.21, 0.2, 0.21]))).toEqual([])
  })
  it('the same jump in 20 rows is within its sampling error', () => {
    expect(findChurnJumps(series([0.2, 0.21, 0.2, 0.21, 0.2, 0.35], 20))).toEqual([])
  })
  it('says nothing before there are 4 earlier changes, and is not blind when they are all equal', () => {
    expect(findChurnJumps(series([0.2, 0.2, 0.2, 0.2, 0.9]))).toEqual([])
    expect(findChurnJumps(series([0.2, 0.2, 0.2, 0.2, 0.2, 0.9]))).toHaveLength(1)
  })
})

describe('referenceOf', () => {
  it('0..99 has ten bins of ten; missing is counted apart', () => {
    const values = [...Array.from({ length: 100 }, (_, i) => i), Number.NaN]
    const [file] = referenceOf(dataset({ a: numbers(values) }, 101)).features
    expect(file!.counts).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 10])
    expect(file!.edges).toHaveLength(11)
    expect(file).toMatchObject({ missing: 1, rows: 101, kind: 'number' })
  })
  it('ties merge bins, one value makes one bin, nothing makes none; counts always add up', () => {
    const few = referenceOf(dataset({ a: numbers([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]) }, 10)).features[0]!
    expect(few.counts.reduce((a, b) => a + b, 0)).toBe(10)
    expect(new Set(few.edges).size).toBe(few.edges.length)
    expect(referenceOf(dataset({ a: numbers([3, 3]) }, 2)).features[0]).toMatchObject({ edges: [3, 3], counts: [2] })
    expect(referenceOf(dataset({ a: numbers([Number.NaN]) }, 1)).features[0]).toMatchObject({
      edges: [],
      counts: [],
      missing: 1,
    })
  })
  it('categories count their levels', () => {
    const column: Column = { kind: 'category', codes: Uint16Array.from([1, 1, missingCode]), levels: ['a', 'b'] }
    expect(referenceOf(dataset({ a: column }, 3)).features[0]).toMatchObject({
      counts: [0, 2],
      levels: ['a', 'b'],
      missing: 1,
    })
  })
})

describe('valueTiers', () => {
  it('thirds of the spenders within each cutoff; no spend is none; equal spend shares the better tier', () => {
    const values = Float32Array.from([30, 20, 10, 0, Number.NaN, 5, 5, 5])
    const { codes, levels } = valueTiers(values, Uint16Array.from([1, 1, 1, 1, 1, 2, 2, 2]))
    expect(Array.from(codes, (code) => levels[code])).toEqual([
      'high',
      'mid',
      'low',
      'none',
      'none',
      'high',
      'high',
      'high',
    ])
  })
})

describe('evaluateSlices', () => {
  it('gives rows, users, base rate and intervals by level, largest first, missing codes named', async () => {
    const report = await evaluateSlices({
      model: 'm',
      y: Uint8Array.from([1, 0, 1, 0, 1, 1]),
      p: Float64Array.from([0.9, 0.1, 0.4, 0.6, 0.5, 0.5]),
      users: Uint32Array.from([0, 0, 1, 2, 3, 4]),
      slices: [{ name: 'channel', codes: Uint16Array.from([0, 0, 1, 0, missingCode, 1]), levels: ['app', 'web'] }],
      metrics: [metricByName('auc'), metricByName('brier')],
      replicates: 20,
      random: createRandom(1),
    })
    expect(report.slices.map((one) => [one.value, one.rows, one.users, one.baseRate])).toEqual([
      ['app', 3, 2, 1 / 3],
      ['web', 2, 2, 1],
      ['(missing)', 1, 1, 1],
    ])
    expect(report.slices[0]!.metrics['auc']!.value).toBe(1)
    expect(report.slices[1]!.metrics['auc']!.value).toBeNaN()
    expect(report.slices[1]!.metrics['brier']!.low).toBeLessThanOrEqual(report.slices[1]!.metrics['brier']!.value)
  })
})
