import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseThreshold, thresholdSchema } from '../../evaluation/threshold.ts'
import { expand, plainMetrics } from './plain-metrics.ts'

const choose = (y: number[], p: number[], rule: unknown) =>
  chooseThreshold({ y: Uint8Array.from(y), p: Float64Array.from(p), rule: thresholdSchema.parse(rule) })
const y = [1, 1, 0, 1, 0, 0]
const p = [0.9, 0.8, 0.7, 0.6, 0.3, 0.1]

describe('chooseThreshold', () => {
  it('max F1: at .6 three of four are churners, F1 = 6/7', () => {
    expect(choose(y, p, undefined)).toBe(0.6)
  })
  it('max F1 is never beaten by another p, and equal F1 takes the higher', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 10 })), { minLength: 1 })
    fc.assert(
      fc.property(rows, (given) => {
        const labels = given.map(([label]) => label)
        const risks = given.map(([, risk]) => risk / 10)
        const f1 = (t: number) => plainMetrics['f1']!(expand(labels, risks), t) || 0
        const chosen = choose(labels, risks, { rule: 'max_f1' })
        for (const risk of risks) {
          expect(f1(risk)).toBeLessThanOrEqual(f1(chosen) + 1e-12)
          if (risk > chosen) expect(f1(risk)).toBeLessThan(f1(chosen))
        }
      }),
      { seed: 1 },
    )
  })
  it('capacity: 2 users, or 40 % of 6, reach down to .8; equal p stay together and may leave places free', () => {
    expect(choose(y, p, { rule: 'capacity', users: 2 })).toBe(0.8)
    expect(choose(y, p, { rule: 'capacity', fraction: 0.4 })).toBe(0.8)
    expect(choose([1, 0, 1], [0.9, 0.5, 0.5], { rule: 'capacity', users: 2 })).toBe(0.9)
  })
  it('capacity that not even the first group fits contacts nobody, also when all p are 0', () => {
    expect(choose([1, 0], [0.5, 0.5], { rule: 'capacity', users: 1 })).toBeGreaterThan(0.5)
    expect(choose([1, 0], [0, 0], { rule: 'capacity', users: 1 })).toBeGreaterThan(0)
  })
  it('cost: missing a churner costs 10 contacts, so all down to the last churner at .6 are contacted', () => {
    expect(choose(y, p, { rule: 'cost', falsePositive: 1, falseNegative: 10 })).toBe(0.6)
    expect(choose(y, p, { rule: 'cost', falsePositive: 10, falseNegative: 1 })).toBe(0.8)
  })
  it('a contact that always costs more than it saves is made with nobody', () => {
    expect(choose([0, 0], [0.9, 0.2], { rule: 'cost', falsePositive: 1, falseNegative: 1 })).toBeGreaterThan(0.9)
  })
  it('without rows it is a data error; a capacity needs exactly one of users and fraction', () => {
    expect(() => choose([], [], undefined)).toThrow('threshold: the select part has no rows')
    expect(thresholdSchema.safeParse({ rule: 'capacity' }).success).toBe(false)
    expect(thresholdSchema.safeParse({ rule: 'capacity', users: 3, fraction: 0.1 }).success).toBe(false)
  })
})
