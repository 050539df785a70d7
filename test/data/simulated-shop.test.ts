import { describe, expect, it } from 'vitest'
import {
  acquisitionShare,
  causes,
  eventCode,
  fading,
  planShare,
  regionShare,
  stages,
  typeTraits,
} from '../../data/simulator/shop.ts'
import { auc } from '../../evaluation/metrics/auc.ts'
import { simulatedUsers } from '../support/simulated-users.ts'

const shop = simulatedUsers({ users: 9_000, days: 300, seed: 1 })
const { standing } = shop
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const aucOf = (score: (row: (typeof standing)[number]) => number): number =>
  auc.prepare({
    y: Uint8Array.from(standing, (row) => row.label),
    p: Float64Array.from(standing, score),
    users: Uint32Array.from(standing, (row) => row.slot),
  })()

describe('the simulated shop', () => {
  it('has shares that sum to 1', () => {
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    for (const shares of [planShare, regionShare, acquisitionShare, ...typeTraits.map((traits) => traits.causes)])
      expect(sum(shares)).toBeCloseTo(1, 12)
    expect(sum(typeTraits.map((traits) => traits.share))).toBeCloseTo(1, 12)
  })

  it('has eligible users of every type, cause and living stage, and none who is gone', () => {
    expect(new Set(standing.map((row) => stages[row.stage]))).toEqual(new Set(['active', 'fading', 'dormant']))
    expect(new Set(standing.map((row) => row.profile.cause)).size).toBe(causes.length)
    expect(new Set(standing.map((row) => row.profile.type)).size).toBe(typeTraits.length)
    expect(standing.every((row) => row.recencyDays >= 1 && row.recencyDays <= 90)).toBe(true)
  })

  it('is calibrated by construction: in each tenth of the truth, labels are within 4 standard errors of it', () => {
    const sorted = standing.toSorted((a, b) => a.probability.churned - b.probability.churned)
    for (let tenth = 0; tenth < 10; tenth++) {
      const rows = sorted.slice(
        Math.floor((tenth * sorted.length) / 10),
        Math.floor(((tenth + 1) * sorted.length) / 10),
      )
      const difference = rows.reduce((sum, row) => sum + row.label - row.probability.churned, 0)
      const variance = rows.reduce((sum, row) => sum + row.probability.churned * (1 - row.probability.churned), 0)
      expect(Math.abs(difference)).toBeLessThan(4 * Math.sqrt(variance))
    }
  })

  it('has a base rate in .05-.25, a truth of AUC .75-.90, and recency that covers at most .7 of the way to it', () => {
    const labels = standing.map((row) => row.label)
    const truth = aucOf((row) => row.probability.churned)
    const recency = aucOf((row) => row.recencyDays / 100)
    expect(mean(labels)).toBeGreaterThan(0.05)
    expect(mean(labels)).toBeLessThan(0.25)
    expect(truth).toBeGreaterThan(0.75)
    expect(truth).toBeLessThan(0.9)
    expect((recency - 0.5) / (truth - 0.5)).toBeLessThan(0.7)
  })

  it('has a frailty that raises the truth although no event shows it: the frail half of the fading is likelier to churn', () => {
    const rows = standing.filter((row) => row.stage === fading)
    const of = (isFrail: boolean): number =>
      mean(rows.filter((row) => row.profile.frailty > 1 === isFrail).map((row) => row.probability.churned))
    expect(of(true)).toBeGreaterThan(of(false) * 1.05)
  })

  it('lets causes show before churn: who fades for bad service complains far more, who fades over prices fills fewer carts', () => {
    const perUser = (cause: string, type: number, isFading: boolean): number =>
      mean(
        standing
          .filter(
            (row) => row.profile.cause === causes.indexOf(cause as 'price') && (row.stage === fading) === isFading,
          )
          .map((row) => shop.recentByType.get(row.slot)?.[type] ?? 0),
      )
    expect(perUser('service', eventCode.complaint, true)).toBeGreaterThan(
      5 * perUser('service', eventCode.complaint, false),
    )
    expect(perUser('price', eventCode.cart, true)).toBeLessThan(0.75 * perUser('price', eventCode.cart, false))
    expect(perUser('price', eventCode.favourite, true)).toBeGreaterThan(perUser('price', eventCode.favourite, false))
  })
})
