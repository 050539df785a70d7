import { expect, test } from 'vitest'
import { contractQuery, contractRules } from '../../data/contract.ts'
import { qualityQueries } from '../../data/quality-queries.ts'
import { sourceSchema } from '../../data/sources.ts'
import type { Dialect } from '../../engines/dialect.ts'
import { duckdbDialect } from '../../engines/duckdb/dialect.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'

const dialects: Readonly<Record<Dialect['name'], Dialect>> = { duckdb: duckdbDialect, spark: sparkDialect }
type Texts = Readonly<Record<Dialect['name'], string>>

const same = (text: string): Texts => ({ duckdb: text, spark: text })
const everyColumn =
  'e.user_index, e.event_time, e.event_day, e.event_type, e.amount_cents, e.quantity_milli, e.item, e.category, e.channel, e.source, e.delay_days'
const copies = `(SELECT e.source, COUNT(*) AS copies FROM events AS e JOIN (SELECT user_index, event_time FROM events GROUP BY user_index, event_time HAVING COUNT(*) > 1) AS m ON m.user_index = e.user_index AND m.event_time = e.event_time GROUP BY ${everyColumn} HAVING COUNT(*) > 1) AS copied GROUP BY source ORDER BY source`

const expected: Readonly<Record<keyof ReturnType<typeof qualityQueries>, Texts>> = {
  sources: same(
    'SELECT source, COUNT(*) AS row_count, COUNT(DISTINCT user_index) AS users, MIN(event_time) AS first_event, MAX(event_time) AS last_event, COUNT(amount_cents) AS amount_cents_known, COUNT(quantity_milli) AS quantity_milli_known, COUNT(item) AS item_known, COUNT(category) AS category_known, COUNT(channel) AS channel_known, COUNT(*) FILTER (WHERE amount_cents = 0) AS zero_amounts, COUNT(*) FILTER (WHERE amount_cents < 0) AS negative_amounts FROM events GROUP BY source ORDER BY source',
  ),
  days: same(
    'SELECT source, event_day, COUNT(*) AS events FROM events GROUP BY source, event_day ORDER BY event_day, source',
  ),
  eventTypes: same(
    'SELECT event_type, COUNT(*) AS events, COUNT(DISTINCT user_index) AS users, MIN(event_day) AS first_day, MAX(event_day) AS last_day FROM events GROUP BY event_type ORDER BY events DESC, event_type LIMIT 10000',
  ),
  duplicates: same(`SELECT source, CAST(SUM(copies - 1) AS BIGINT) AS duplicates FROM ${copies}`),
  categories: same(
    'SELECT category AS name, COUNT(*) AS events FROM events WHERE category IS NOT NULL GROUP BY category ORDER BY events DESC, name LIMIT 10000',
  ),
  channels: same(
    'SELECT channel AS name, COUNT(*) AS events FROM events WHERE channel IS NOT NULL GROUP BY channel ORDER BY events DESC, name LIMIT 10000',
  ),
}

test('quality queries, word for word on both engines', () => {
  for (const dialect of Object.values(dialects)) {
    const queries = qualityQueries('events', dialect, 2)
    for (const [name, texts] of Object.entries(expected))
      expect(queries[name as keyof typeof queries]).toBe(texts[dialect.name])
    const { sources } = qualityQueries('events', dialect, 1)
    expect(sources).toBe(expected.sources[dialect.name].replace('COUNT(DISTINCT user_index) AS users, ', ''))
  }
})

const contractTexts: Texts = {
  duckdb:
    "SELECT COUNT(*) AS row_count, COUNT(*) FILTER (WHERE event_type NOT IN ('buy', 'it''s')) AS breach_0, MIN(event_type) FILTER (WHERE event_type NOT IN ('buy', 'it''s')) AS example_0, COUNT(*) FILTER (WHERE (CAST(amount_cents AS DOUBLE) / NULLIF(100, 0)) < -5) AS breach_1, MIN((CAST(amount_cents AS DOUBLE) / NULLIF(100, 0))) FILTER (WHERE (CAST(amount_cents AS DOUBLE) / NULLIF(100, 0)) < -5) AS example_1 FROM events WHERE source = 'app'",
  spark:
    "SELECT COUNT(*) AS row_count, COUNT(*) FILTER (WHERE event_type NOT IN ('buy', 'it\\'s')) AS breach_0, MIN(event_type) FILTER (WHERE event_type NOT IN ('buy', 'it\\'s')) AS example_0, COUNT(*) FILTER (WHERE (CAST(amount_cents AS DOUBLE) / NULLIF(100, 0)) < -5) AS breach_1, MIN((CAST(amount_cents AS DOUBLE) / NULLIF(100, 0))) FILTER (WHERE (CAST(amount_cents AS DOUBLE) / NULLIF(100, 0)) < -5) AS example_1 FROM events WHERE source = 'app'",
}

test('a contract of two rules is one query, word for word on both engines', () => {
  const { contract } = sourceSchema.parse({
    path: 'x.csv',
    columns: { user_id: 'u', event_time: 't', event_type: 'k', amount: 'a' },
    contract: { event_type: { values: ['buy', "it's"] }, amount: { min: -5 } },
  })
  for (const dialect of Object.values(dialects))
    expect(contractQuery(contractRules('app', contract, dialect), 'events', 'app', dialect)).toBe(
      contractTexts[dialect.name],
    )
})

test('no rules, no query', () => {
  expect(contractQuery([], 'events', 'app', duckdbDialect)).toBeNull()
})
