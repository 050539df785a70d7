import { expect, test } from 'vitest'
import { csv, refusal, shop, spoken, withExtract } from './extract-case.ts'

const late = { ...shop, columns: { ...shop.columns, available_at: 'loaded' } }
const log = csv(
  'user,ts,amount,loaded',
  'a,2024-01-01T10:00:00,5,2024-01-02T03:00:00',
  'a,2024-01-03T10:00:00,7,2024-01-20T03:00:00',
  'b,2024-01-05T10:00:00,9,2024-01-06',
)
const days = 'SELECT event_day, available_day, source FROM events ORDER BY event_day, source'

test('available_at becomes available_day in the time zone of the config; 23:30 UTC is the next day in Berlin', async () => {
  const files = { 'a.csv': csv('user,ts,amount,loaded', 'a,2024-01-01T10:00:00,5,2024-01-02T23:30:00Z') }
  await withExtract(
    { files, sources: { app: { path: 'a.csv', ...late } }, timeZone: 'Europe/Berlin' },
    async (made) => {
      expect(made.extracted.relations.hasAvailableDay).toBe(true)
      expect(await made.rows(days)).toEqual([{ event_day: '2024-01-01', available_day: '2024-01-03', source: 'app' }])
    },
  )
})

test('a source beside it that does not say has no available_day; without any such source there is no column', async () => {
  const files = { 'a.csv': log, 'b.csv': csv('user,ts,amount', 'c,2024-01-02,1') }
  const app = { path: 'a.csv', ...late }
  const web = { path: 'b.csv', ...shop }
  await withExtract({ files, sources: { app, web } }, async ({ rows }) => {
    expect((await rows(days)).map((row) => row['available_day'])).toEqual([
      '2024-01-02',
      null,
      '2024-01-20',
      '2024-01-06',
    ])
  })
  await withExtract({ files, sources: { web } }, async ({ extracted, rows }) => {
    expect(extracted.relations.hasAvailableDay).toBe(false)
    expect(Object.keys((await rows('SELECT * FROM events'))[0]!)).not.toContain('available_day')
  })
})

test('--as-of 10 January: the row of the 3rd that came on the 20th is counted as after the end and not used', async () => {
  const files = { 'a.csv': log }
  await withExtract(
    { files, sources: { app: { path: 'a.csv', ...late } }, asOf: '2024-01-10' },
    async ({ extracted }) => {
      expect([extracted.counts.events, extracted.quality.events.afterDataEnd]).toEqual([2, 1])
    },
  )
})

test('of exact duplicates the one that was available first is kept', async () => {
  const row = 'a,2024-01-01T10:00:00,5'
  const files = { 'a.csv': csv('user,ts,amount,loaded', `${row},2024-01-09`, `${row},2024-01-02`, `${row},2024-01-05`) }
  const app = { path: 'a.csv', ...late, deduplicate: true }
  await withExtract({ files, sources: { app } }, async ({ rows, extracted }) => {
    expect((await rows(days)).map((one) => one['available_day'])).toEqual(['2024-01-02'])
    expect(extracted.quality.events.duplicatesDropped).toBe(2)
  })
})

test('a row that does not say when it became available is rejected with the reason', async () => {
  const files = { 'a.csv': csv('user,ts,amount,loaded', 'a,2024-01-01,5,2024-01-02', 'b,2024-01-01,5,') }
  expect(spoken(await refusal({ files, sources: { app: { path: 'a.csv', ...late } } }))).toContain(
    'column "loaded": the time is null',
  )
})
