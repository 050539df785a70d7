import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { csv, withExtract, type Outcome } from './extract-case.ts'

const row = fc.record({
  user: fc.integer({ min: 0, max: 6 }).map((id) => `u${id}`),
  day: fc.integer({ min: 1, max: 28 }),
  hour: fc.integer({ min: 0, max: 23 }),
  amount: fc.option(fc.integer({ min: -500, max: 500 })),
  category: fc.constantFrom('x', 'y', ''),
})
const logs = fc.array(row, { minLength: 2, maxLength: 25 }).chain((rows) =>
  fc.record({
    rows: fc.constant(rows),
    shuffled: fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
    cut: fc.integer({ min: 1, max: rows.length - 1 }),
    threads: fc.constantFrom(1, 2),
  }),
)

const text = (
  rows: readonly { user: string; day: number; hour: number; amount: number | null; category: string }[],
): string =>
  csv(
    'user,ts,amount,cat',
    ...rows.map(({ user, day, hour, amount, category }) => {
      const time = `2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:30:00Z`
      return `${user},${time},${amount === null ? '' : amount / 100},${category}`
    }),
  )

const source = {
  columns: { user_id: 'user', event_time: 'ts', amount: 'amount', category: 'cat' },
  set: { event_type: 'buy' },
}

const everything = async ({ extracted, rows }: Outcome) => {
  const { quality, checks, dataEnd, levels, counts } = extracted
  return {
    events: await rows('SELECT * FROM events ORDER BY ALL'),
    users: await rows('SELECT * FROM users ORDER BY user_index'),
    facts: { quality, checks, dataEnd, levels, counts },
  }
}

test('the order of rows, the cut into files and the threads change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(logs, async ({ rows, shuffled, cut, threads }) => {
      const timeZone = 'Europe/Berlin'
      const one = await withExtract(
        { files: { 'a.csv': text(rows) }, sources: { shop: { path: 'a.csv', ...source } }, timeZone, threads: 1 },
        everything,
      )
      const files = { 'p/2.csv': text(shuffled.slice(0, cut)), 'p/1.csv': text(shuffled.slice(cut)) }
      const two = await withExtract(
        { files, sources: { shop: { path: 'p/*.csv', ...source } }, timeZone, threads },
        everything,
      )
      expect(two).toEqual(one)
    }),
    { numRuns: 8, seed: 1 },
  )
})

test('users are numbered 0, 1, 2 ... by ascending id, text by code point', async () => {
  const files = {
    'a.csv': csv('user,ts,amount,cat', ...['é', 'b', 'B', '10', '9'].map((user) => `${user},2026-01-01,1,x`)),
  }
  const users = await withExtract({ files, sources: { shop: { path: 'a.csv', ...source } } }, async ({ rows }) =>
    rows('SELECT * FROM users ORDER BY user_index'),
  )
  expect(users.map((each) => [each['user_index'], each['user_id']])).toEqual([
    [0, '10'],
    [1, '9'],
    [2, 'B'],
    [3, 'b'],
    [4, 'é'],
  ])
})
