import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { withExtract } from './extract-case.ts'

const sample = fileURLToPath(new URL('../../data/sample/', import.meta.url))
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

test('the sample is the file that its README describes', async () => {
  const bytes = await readFile(`${sample}cdnow.csv.gz`)
  const readme = await readFile(`${sample}README.md`, 'utf8')
  expect(bytes.length).toBeLessThan(1_000_000)
  expect(readme).toContain(sha256(bytes))
  expect(readme).toContain(sha256(gunzipSync(bytes)))
})

test('CDNOW: 69,659 purchases of 23,570 customers, USD 2,500,315.63, 255 exact duplicates, 80 zeros, every day an order', async () => {
  const source = {
    path: 'cdnow.csv.gz',
    userIdType: 'integer',
    columns: { user_id: 'customer_id', event_time: 'date', amount: 'dollars', quantity: 'cds' },
    set: { event_type: 'purchase' },
  } as const
  const files = { 'cdnow.csv.gz': await readFile(`${sample}cdnow.csv.gz`) }
  await withExtract({ files, sources: { shop: source } }, async ({ extracted, rows }) => {
    expect(extracted).toMatchObject({
      dataEnd: '1998-07-01',
      firstEventDay: '1997-01-01',
      lastEventDay: '1998-06-30',
      userIdType: 'BIGINT',
      counts: { events: 69_659, users: 23_570 },
    })
    expect(extracted.quality.events).toMatchObject({
      exactDuplicates: 255,
      duplicatesDropped: 0,
      zeroAmounts: 80,
      negativeAmounts: 0,
      daysWithoutEvents: 0,
      nullFractions: { amount: 0, quantity: 0 },
    })
    const [totals] = await rows(
      'SELECT CAST(sum(amount_cents) AS BIGINT) AS cents, CAST(sum(quantity_milli) AS BIGINT) AS milli, count(DISTINCT (user_index, event_day)) AS days FROM events',
    )
    expect(totals).toEqual({ cents: 250_031_563, milli: 167_881_000, days: 67_591 })
    expect(await rows('SELECT * FROM users WHERE user_index IN (0, 23569) ORDER BY 1')).toEqual([
      { user_index: 0, user_id: 1 },
      { user_index: 23_569, user_id: 23_570 },
    ])
  })
})
