import { expect, test } from 'vitest'
import { csv, eventLines, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

const map = csv('app_id,web_id,user_id', 'x1,,100', 'x2,w2,200', ',w3,300', 'x4,w4,')
const files = {
  'app.csv': csv('user,ts,amount', 'x1,2026-01-01,1', 'x2,2026-01-02,2'),
  'web.csv': csv('user,ts,amount', 'w2,2026-01-03,3', 'w3,2026-01-04,4'),
  'map.csv': map,
}
const ids = (from: string, more: object = {}) => ({ table: 'map.csv', from, to: 'user_id', ...more })
const app = { path: 'app.csv', ...shop, ids: ids('app_id') }
const web = { path: 'web.csv', ...shop, ids: ids('web_id') }

test('one person over app and web: ids of both channels become one user', async () => {
  const given = { files, sources: { app, web } }
  expect(await withExtract(given, eventLines)).toEqual([
    '100 2026-01-01T00:00:00 purchase 100',
    '200 2026-01-02T00:00:00 purchase 200',
    '200 2026-01-03T00:00:00 purchase 300',
    '300 2026-01-04T00:00:00 purchase 400',
  ])
  await withExtract(given, async ({ extracted }) => {
    expect(extracted.counts).toEqual({ events: 4, users: 3 })
    expect(extracted.userIdType).toBe('VARCHAR')
    expect(extracted.inputs.map(({ source, uri, rows }) => [source, uri, rows])).toEqual([
      ['app', 'app.csv', 2],
      ['app.ids', 'map.csv', 4],
      ['web', 'web.csv', 2],
      ['web.ids', 'map.csv', 4],
    ])
  })
})

test('mapped ids may be declared integers, beside a source that has integers', async () => {
  const given: ExtractCase = {
    files: {
      ...files,
      'shop.parquet': (engine, path) =>
        engine.write(`SELECT 200::BIGINT AS "user", DATE '2026-01-05' AS ts, 5.0 AS amount`, path),
    },
    sources: { app: { ...app, userIdType: 'integer' }, shop: { path: 'shop.parquet', ...shop } },
  }
  await withExtract(given, async ({ extracted, rows }) => {
    expect(extracted.userIdType).toBe('BIGINT')
    expect(await rows('SELECT * FROM users ORDER BY user_index')).toEqual([
      { user_index: 0, user_id: 100 },
      { user_index: 1, user_id: 200 },
    ])
  })
})

const stranger = { ...files, 'app.csv': csv('user,ts,amount', 'x1,2026-01-01,1', 'x4,2026-01-02,2') }

test('an id that the table does not lead to a user is rejected, dropped or kept', async () => {
  const sources = (unmatched?: 'reject' | 'drop' | 'keep') => ({ app: { ...app, ids: ids('app_id', { unmatched }) } })
  expect(spoken(await refusal({ files: stranger, sources: sources() }))).toBe(
    'data: sources.app: app.csv, line 3, column "user": the id is not in map.csv, expected an id of that table, got "x4"; 1 of 2 rows, kept in rejects/app.parquet; ids.unmatched: drop or keep allows them',
  )
  await withExtract({ files: stranger, sources: sources('drop') }, async ({ extracted }) =>
    expect(extracted.quality.events).toMatchObject({ rows: 1, rowsRead: 2, filteredOut: 1 }),
  )
  const kept = await withExtract({ files: stranger, sources: sources('keep') }, eventLines)
  expect(kept.map((line) => line.split(' ')[0])).toEqual(['100', 'x4'])
})

test('an id that leads to two users is refused, the same pair twice is not', async () => {
  const with_ = (table: string) => ({ files: { ...files, 'map.csv': table }, sources: { app } })
  expect(spoken(await refusal(with_(`${map}x1,,101\n`)))).toBe(
    'data: sources.app.ids: map.csv, column "app_id": id "x1" leads to two users, expected one user per id, got 100 and 101',
  )
  expect(await withExtract(with_(`${map}x1,,100\n`), async ({ extracted }) => extracted.counts.users)).toBe(2)
})

test('a mapped user id that is not the declared integer is refused', async () => {
  const given = {
    files: { ...files, 'map.csv': `${map}x9,,u9\n` },
    sources: { app: { ...app, userIdType: 'integer' as const } },
  }
  expect(spoken(await refusal(given))).toBe(
    'data: sources.app.ids: map.csv, column "user_id": a user id that is not an integer, expected integers, got u9',
  )
})

test('a line of an id table that cannot be read is refused', async () => {
  const given = { files: { ...files, 'map.csv': `${map}x9,u9\n` }, sources: { app } }
  expect(spoken(await refusal(given))).toBe(
    'data: sources.app.ids: map.csv: a line that cannot be read, expected two ids, got "x9,u9"',
  )
  const json = { ...files, 'map.ndjson': '{"app_id":"x1","user_id":"u1"}\n[]\n' }
  const sources = { app: { ...app, ids: { table: 'map.ndjson', from: 'app_id', to: 'user_id' } } }
  expect(spoken(await refusal({ files: json, sources }))).toBe(
    'data: sources.app.ids: map.ndjson: a line that cannot be read, expected two ids, got "[]"',
  )
})

test('integers in one source and text in another clash', async () => {
  const given: ExtractCase = {
    files: {
      'a.parquet': (engine, path) =>
        engine.write(`SELECT 1::BIGINT AS "user", DATE '2026-01-05' AS ts, 5.0 AS amount`, path),
      'b.csv': csv('user,ts,amount', '1,2026-01-01,1'),
    },
    sources: { a: { path: 'a.parquet', ...shop }, b: { path: 'b.csv', ...shop } },
  }
  expect(spoken(await refusal(given))).toBe(
    'data: sources.b: b.csv: user ids of another kind than in the other source, expected integers as in sources.a (a.parquet), got text; map one onto the other with ids, or declare userIdType',
  )
  const declared = {
    ...given,
    sources: { a: given.sources['a']!, b: { ...given.sources['b']!, userIdType: 'integer' as const } },
  }
  expect(await withExtract(declared, async ({ extracted }) => extracted.counts)).toEqual({ events: 2, users: 1 })
})

test('ids keep what they are: leading zeros in text, 2^53 + 1 in integers', async () => {
  const text = {
    files: { 'e.csv': csv('user,ts,amount', '007,2026-01-01,1', '7,2026-01-01,1') },
    sources: { e: { path: 'e.csv', ...shop } },
  }
  expect(await withExtract(text, async ({ rows }) => rows('SELECT user_id FROM users ORDER BY 1'))).toEqual([
    { user_id: '007' },
    { user_id: '7' },
  ])
  const big = {
    files: { 'e.csv': csv('user,ts,amount', '9007199254740993,2026-01-01,1') },
    sources: { e: { path: 'e.csv', ...shop, userIdType: 'integer' as const } },
  }
  expect(await withExtract(big, async ({ rows }) => rows('SELECT user_id FROM users'))).toEqual([
    { user_id: 9007199254740993n },
  ])
})
