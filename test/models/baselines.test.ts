import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../core/dataset.ts'
import { baseRate } from '../../models/baselines/base-rate.ts'
import { recencyRule } from '../../models/baselines/recency-rule.ts'
import { rule } from '../../models/baselines/rule.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { fitOn } from './suite-data.ts'

const days = (...values: number[]): Dataset => ({
  names: ['days_since_purchase', 'tier'],
  columns: [
    { kind: 'number', values: Float32Array.from(values) },
    { kind: 'category', codes: Uint16Array.from(values, (_, i) => i % 2), levels: ['low', 'high'] },
  ],
  rowCount: values.length,
  users: Uint32Array.from(values.keys()),
  cutoffs: new Uint16Array(values.length),
})

describe('base rate', () => {
  it('3 of 4 churned: everyone gets .75', async () => {
    const model = await baseRate.fit({}, fitOn(days(1, 2, 3, 4), Uint8Array.of(1, 1, 0, 1)))
    expect([...(await model.predict(days(9)))]).toEqual([0.75])
    expect(await contributionsOf(model.explain(days(9))!)).toEqual({
      bias: Math.log(3),
      values: new Float64Array(0),
      names: [],
    })
  })
})

describe('recency rule', () => {
  const train = days(5, 10, 20, 40, 50, 60, 70, Number.NaN)
  const y = Uint8Array.of(0, 0, 0, 1, 1, 1, 1, 0)
  const parameters = { feature: 'days_since_purchase' }

  it('5 10 20 stayed, 40 to 70 churned: silent means more than 20 days; pure sides are bounded by 1/(rows + 2)', async () => {
    const model = await recencyRule.fit(parameters, fitOn(train, y))
    expect((model.save().header as { thresholdDays: number }).thresholdDays).toBe(20)
    const p = [...(await model.predict(days(20, 20.5, 1e6, Number.NaN, Infinity)))]
    expect(p).toEqual([1 / 5, 1 - 1 / 6, 1 - 1 / 6, 1 / 3, 1 / 3])
  })

  it('without missing rows in train, unknown recency gets the base rate', async () => {
    const model = await recencyRule.fit(parameters, fitOn(days(1, 2, 30, 40), Uint8Array.of(0, 0, 1, 0)))
    expect([...(await model.predict(days(Number.NaN)))]).toEqual([0.25])
  })

  it('names the feature that it does not find, and those that are like it', async () => {
    const work = recencyRule.fit({ feature: 'days_since_login' }, fitOn(train, y))
    await expect(work).rejects.toThrow(
      'fit recency_rule: feature "days_since_login" is missing, expected a number column of that name, got 2 columns: days_since_purchase, …',
    )
    await expect(recencyRule.fit({ feature: 'tier' }, fitOn(train, y))).rejects.toThrow(
      /has the wrong kind, expected number, got category/,
    )
  })
})

describe('rule', () => {
  const train = days(5, 10, 50, 60, Number.NaN, 70)
  const y = Uint8Array.of(0, 1, 1, 1, 0, 0)

  it('rows where the condition holds get their own churn rate, all others (unknown too) theirs', async () => {
    const model = await rule.fit({ when: 'days_since_purchase > 40' }, fitOn(train, y))
    const p = [...(await model.predict(days(41, 40, Number.NaN, Infinity)))]
    expect(p).toEqual([2 / 3, 1 / 3, 1 / 3, 1 / 3])
    expect(model.explain(days(41))!.names).toEqual(['days_since_purchase'])
  })

  it('may join several features and levels; then no feature alone contributes', async () => {
    const model = await rule.fit({ when: "days_since_purchase > 40 and not tier = 'high'" }, fitOn(train, y))
    expect(model.explain(train)).toBeNull()
    expect([...(await model.predict(days(50, 50)))].map((p) => p > 0.5)).toEqual([true, false])
  })

  it('a condition that never holds in train predicts the base rate there', async () => {
    const model = await rule.fit({ when: 'days_since_purchase > 1000' }, fitOn(train, y))
    expect([...(await model.predict(days(2000)))]).toEqual([0.5])
  })

  it('an unknown name is a config fault with a suggestion', async () => {
    await expect(rule.fit({ when: 'days_since_purchas > 4' }, fitOn(train, y))).rejects.toThrow(
      /did you mean "days_since_purchase"/,
    )
  })
})
