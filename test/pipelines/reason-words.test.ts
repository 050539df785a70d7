import { expect, test } from 'vitest'
import { missingCode } from '../../core/dataset.ts'
import type { Feature } from '../../features/definition.ts'
import { type ExplainedRows, reasonsOfRow } from '../../pipelines/stages/reason-words.ts'

test.each([
  ['Days since the last order; empty if there was none', 'days', 87, 'Days since the last order: 87 days'],
  ['Days since the last order; empty if there was none', 'days', 1, 'Days since the last order: 1 day'],
  ['Days since the last order; empty if there was none', 'days', Number.NaN, 'Days since the last order: none'],
  [
    'Orders against the days before; below 1 = falling',
    'ratio',
    1 / 3,
    'Orders against the days before: 0.333 (below 1 = falling)',
  ],
  ['Ordered on a Sunday', 'flag', 1, 'Ordered on a Sunday: yes'],
])('a reason says what the feature is, then its value: %s', (description, unit, value, words) => {
  expect(wordsOf({ kind: 'measure', description, unit }, { kind: 'number', values: Float32Array.of(value) })).toBe(
    words,
  )
})

test('a day that lies ahead is said to lie ahead', () => {
  const endDay = {
    kind: 'asOf',
    read: 'daysSince',
    description: 'Days since end day; negative = still ahead',
    unit: 'days',
  }
  expect(wordsOf(endDay, { kind: 'number', values: Float32Array.of(-11) })).toBe('Days since end day: 11 days ahead')
  expect(wordsOf(endDay, { kind: 'number', values: Float32Array.of(4) })).toBe('Days since end day: 4 days')
})

test('a category is said by its level, and unknown where it is missing', () => {
  const plan = { kind: 'asOf', read: 'value', description: 'Plan as known at the cutoff', unit: 'category' }
  const levels = ['basic', 'pro']
  expect(wordsOf(plan, { kind: 'category', levels, codes: Uint16Array.of(1) })).toBe('Plan as known at the cutoff: pro')
  const missing = { kind: 'category', levels, codes: Uint16Array.of(missingCode) }
  expect(wordsOf(plan, missing)).toBe('Plan as known at the cutoff: unknown')
})

function wordsOf(feature: object, column: object): string | undefined {
  const rows = {
    dataset: { names: ['x'], columns: [column], rowCount: 1 },
    reasons: { names: ['x'], features: Int32Array.of(0), contributions: Float64Array.of(0.5) },
  } as unknown as ExplainedRows
  return reasonsOfRow(rows, 0, new Map([['x', { name: 'x', ...feature } as Feature]]))[0]?.words
}
