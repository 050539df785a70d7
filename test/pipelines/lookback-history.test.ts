import { expect, it } from 'vitest'
import { parseDay } from '../../core/day.ts'
import type { Feature } from '../../features/definition.ts'
import { checkLookbackHistory } from '../../pipelines/stages/lookback-history.ts'

const count = (lookbackDays: number | 'lifetime', offsetDays = 0): Feature => ({
  name: `orders_${lookbackDays}`,
  description: 'Orders',
  family: 'transaction',
  unit: 'count',
  whenEmpty: 'zero',
  actionable: false,
  kind: 'measure',
  measure: 'count',
  lookbackDays,
  offsetDays,
})
const check = (cutoffs: readonly string[], delayDays = 0) =>
  checkLookbackHistory({
    features: [count(30), count(90), count('lifetime'), count(90)],
    trainCutoffs: cutoffs.map((cutoff) => parseDay(cutoff)),
    firstEventDay: parseDay('2025-01-01'),
    delayDays,
  })

it('90 days from 2025-01-01 on fit before 2025-04-01, not before the day before', () => {
  expect(check(['2025-04-01', '2025-05-01'])).toMatchObject({
    passed: true,
    observed: 'all of them',
    expected: '90 days of data before every training cutoff',
  })
  expect(check(['2025-03-31', '2025-05-01'])).toMatchObject({
    name: 'lookback.history',
    passed: false,
    severity: 'warn',
    observed: '89 days before 2025-03-31',
    message:
      'lookbacks of 90 days at 2025-03-31, where the data begin on 2025-01-01: sums over them are lifetime sums there and do not carry over to later cutoffs; begin with cutoffs.from: 2025-04-01, or shorten features.lookbackDays',
  })
})

it('a source delay takes from the history; both lookbacks are named where both are too long, and at most five cutoffs', () => {
  expect(check(['2025-04-01'], 1).observed).toBe('89 days before 2025-04-01')
  const days = ['2025-01-15', '2025-01-22', '2025-01-29', '2025-02-05', '2025-02-12', '2025-02-19', '2025-06-01']
  expect(check(days).message).toContain(
    'lookbacks of 30, 90 days at 2025-01-15, 2025-01-22, 2025-01-29, 2025-02-05, 2025-02-12 and 1 more, where',
  )
})
