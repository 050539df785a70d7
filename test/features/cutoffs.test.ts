import { expect, test } from 'vitest'
import { cutoffsSchema, latestClosedCutoff, resolveCutoffs, type CutoffTimes } from '../../features/cutoffs.ts'
import { day } from './world.ts'

const times: CutoffTimes = {
  horizonDays: 30,
  gapDays: 3,
  maxDelayDays: 2,
  dataStart: day('2024-01-01'),
  dataEnd: day('2024-06-01'),
  defaultLookbackDays: 90,
}
const resolve = (config: unknown, more: Partial<CutoffTimes> = {}): string =>
  resolveCutoffs(cutoffsSchema.parse(config), { ...times, ...more }).cutoffs.join(' ')

test('the latest closed cutoff: 1 June less 30 + 3 + 2 days is 27 April; on that day it is closed, a day later it is not', () => {
  expect(latestClosedCutoff(times)).toBe('2024-04-27')
  expect(resolve(['2024-04-27'])).toBe('2024-04-27')
  expect(() => resolve(['2024-04-28'])).toThrow(
    'cutoffs: none of the cutoffs has both history and a closed prediction window, expected between 2024-01-02 and 2024-04-27, got 2024-04-28',
  )
})

test('every 14 days from a day on, to the latest closed one', () => {
  expect(resolve({ every: '14d', from: '2024-03-01', to: 'latest' })).toBe(
    '2024-03-01 2024-03-15 2024-03-29 2024-04-12 2024-04-26',
  )
  expect(resolve({ every: '2w', from: '2024-03-01', to: '2024-03-29' })).toBe('2024-03-01 2024-03-15 2024-03-29')
})

test('without from the schedule ends on the latest closed cutoff and begins one lookback after the first event', () => {
  expect(resolve({})).toBe('2024-04-13 2024-04-27')
  expect(resolve({ every: '7d' }, { defaultLookbackDays: 400 })).toBe('2024-04-27')
})

test('a list is sorted, without repeats; what is not closed or has no history is dropped with the reason', () => {
  const resolved = resolveCutoffs(['2024-05-01', '2024-02-29', '2024-02-29', '2024-01-01', '2024-02-01'], times)
  expect(resolved.cutoffs).toEqual(['2024-02-01', '2024-02-29'])
  expect(resolved.dropped).toEqual([
    { cutoff: '2024-01-01', reason: 'no event before it' },
    { cutoff: '2024-05-01', reason: 'prediction window not closed by 2024-06-01' },
  ])
})

test('a horizon longer than the data, a cutoff in the future, an empty schedule, a wrong day: one clear line each', () => {
  expect(() => resolve({}, { horizonDays: 200 })).toThrow(
    'churn.horizonDays: no cutoff can be closed: the horizon is longer than the data, expected at least 206 days of data (1 before the cutoff, gap 3, horizon 200, source delay 2), got 152 days, 2024-01-01 to 2024-06-01',
  )
  expect(() => resolve(['2024-06-02'])).toThrow(
    'cutoffs: a cutoff lies after the end of the data, expected at most 2024-06-01, got 2024-06-02',
  )
  expect(() => resolve({ from: '2024-03-01', to: '2025-01-01' })).toThrow('a cutoff lies after the end of the data')
  expect(() => resolve({ from: '2024-05-01' })).toThrow(
    'cutoffs.from: lies after the latest closed cutoff, expected at most 2024-04-27',
  )
  expect(() => resolve({ from: '2024-03-02', to: '2024-03-01' })).toThrow('cutoffs.from: lies after cutoffs.to')
  expect(() => resolve(['2024-02-30'])).toThrow('cutoffs: not a calendar day')
})
