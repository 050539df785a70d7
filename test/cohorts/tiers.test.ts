import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignTiers, tiersSchema } from '../../cohorts/tiers.ts'

const assign = (probability: number[], tiers: unknown, more: { scoreRaw?: number[]; spend?: number[] } = {}) =>
  assignTiers({
    probability: Float64Array.from(probability),
    scoreRaw: more.scoreRaw && Float64Array.from(more.scoreRaw),
    spend: more.spend && Float64Array.from(more.spend),
    tiers: tiersSchema.parse(tiers),
  })

describe('assignTiers', () => {
  it('top 10 % of 10 users is 1, top 30 % reaches rank 3', () => {
    const probability = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
    const { rank, percentile, decile, tier } = assign(probability, { high: 'top 10%', mid: 'top 30%' })
    expect([...rank]).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect([...decile]).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(percentile[9]).toBe(100)
    expect(percentile[0]).toBe(10)
    expect(tier.slice(6)).toEqual(['low', 'mid', 'mid', 'high'])
  })
  it('2 users by number, no mid: the rest is low; more users than there are is all', () => {
    expect(assign([0.1, 0.9, 0.5], { high: '2 users' }).tier).toEqual(['low', 'high', 'high'])
    expect(assign([0.1, 0.9], { high: '5 users' }).tier).toEqual(['high', 'high'])
  })
  it('ties go to the higher score, then to the earlier user', () => {
    expect([...assign([0.5, 0.5, 0.5], { high: '1 users' }).rank]).toEqual([1, 2, 3])
    expect([...assign([0.5, 0.5, 0.5], { high: '1 users' }, { scoreRaw: [0.1, 0.3, 0.2] }).rank]).toEqual([3, 1, 2])
  })
  it('by cost: a contact of 2 that keeps 1 in 10 pays above a probability x spend of 20', () => {
    const tiers = { contactCost: 2, successRate: 0.1, value: 'spend', mid: 'top 50%' }
    const { tier } = assign([0.9, 0.8, 0.5, 0.1], tiers, { spend: [20, 30, Number.NaN, 300] })
    expect(tier).toEqual(['mid', 'high', 'low', 'high'])
    expect(assign([0.9, 0.1], { contactCost: 2, successRate: 0.1, value: 100 }).tier).toEqual(['high', 'low'])
    expect(() => assign([0.5], tiers)).toThrow("value 'spend' needs the users' spend")
  })
  it('ranks are 1..n once each, fall with probability, and deciles differ in size by at most one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 }), (values) => {
        const probability = values.map((value) => value / 10)
        const { rank, decile } = assign(probability, { high: 'top 10%' })
        expect([...rank].sort((a, b) => a - b)).toEqual(values.map((_, i) => i + 1))
        const order = Array.from(rank, (_, i) => i).sort((a, b) => rank[a]! - rank[b]!)
        for (const [at, user] of order.entries())
          if (at > 0) expect(probability[order[at - 1]!]!).toBeGreaterThanOrEqual(probability[user]!)
        const sizes = Array.from({ length: 10 }, (_, d) => decile.filter((one) => one === d + 1).length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
      { seed: 1 },
    )
  })
  it('nobody to rank gives empty arrays', () => {
    expect(assign([], { high: 'top 10%' }).tier).toEqual([])
  })
})

describe('tiersSchema', () => {
  it('takes the forms of the contract and refuses the rest', () => {
    for (const right of [
      { high: 'top 10%', mid: 'top 30%' },
      { high: '5000 users' },
      { high: 'top 2.5 %' },
      { contactCost: 2, successRate: 0.3 },
    ])
      expect(tiersSchema.safeParse(right).success).toBe(true)
    for (const wrong of [
      { high: '10%' },
      { high: 'top 110%' },
      { high: '0 users' },
      { mid: 'top 30%' },
      { contactCost: 2 },
      { high: 'top 10%', low: 'top 1%' },
    ])
      expect(tiersSchema.safeParse(wrong).success).toBe(false)
  })
})
