import { expect, test } from 'vitest'
import { cutoffsSchema } from '../../features/cutoffs.ts'
import { otherCutoffs } from '../../features/refresh.ts'
import { keptWords } from '../../pipelines/stages/kept-words.ts'

const report = { reason: null, events: 10_000, eventsRead: 200, cutoffs: 5, cutoffsMade: 5, stateBytes: 1_500_000 }
const words = (reason: string | null, cutoffs: unknown): string =>
  keptWords({ ...report, reason }, 'label', cutoffsSchema.parse(cutoffs))

test('other days than a week ago: the cause is named where the schedule follows the data, and nowhere else', () => {
  const none = '0 of 5 cutoffs and 9,800 of 10,000 events from an earlier run'
  const why = `${none}; the cutoffs are other days than those whose rows were kept`
  expect(words(otherCutoffs, { every: '14d' })).toBe(
    `${why}: without cutoffs.from the schedule moves with the data; 2 MB kept for the next`,
  )
  expect(words(otherCutoffs, { every: '14d', from: '2025-01-06' })).toBe(`${why}; 2 MB kept for the next`)
  expect(words(otherCutoffs, { every: '14d', to: '2025-05-06' })).toBe(`${why}; 2 MB kept for the next`)
  expect(words(otherCutoffs, ['2025-01-06'])).toBe(`${why}; 2 MB kept for the next`)
  expect(words(null, { every: '14d' })).toBe(`${none}; 2 MB kept for the next`)
})

test('rows to score are of no kept cutoff: only events are counted', () => {
  const scored = { ...report, eventsRead: 0, stateBytes: 0 }
  expect(keptWords(scored, 'score', { every: '14d', to: 'latest' })).toBe('10,000 of 10,000 events from an earlier run')
})
