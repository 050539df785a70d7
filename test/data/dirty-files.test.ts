import { describe, expect, test } from 'vitest'
import { csv, eventLines, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

type Source = ExtractCase['sources'][string]
const sources = (source: Partial<Source>): ExtractCase['sources'] => ({ shop: { ...shop, ...source } as Source })
const warnings = (checks: readonly { name: string; passed: boolean; message: string }[]) =>
  checks.filter(({ passed }) => !passed).map(({ message }) => message)

describe('rows without a user', () => {
  const lines = Array.from({ length: 100 }, (_, at) => `${at % 4 === 0 ? '' : `u${at % 10}`},2026-01-01,1.25`)
  const given = (maxFraction?: number): ExtractCase => ({
    files: { 'e.csv': csv('user,ts,amount', ...lines) },
    sources: sources({ path: 'e.csv', ...(maxFraction === undefined ? {} : { rejects: { maxFraction } }) }),
  })

  test('a quarter of the users null stops the run, with the count and the first line', async () => {
    expect(spoken(await refusal(given()))).toBe(
      'data: sources.shop: e.csv, line 2, column "user": the user id is null, expected an id, got nothing; 25 of 100 rows, kept in rejects/shop.parquet',
    )
    expect(spoken(await refusal(given(0.24)))).toMatch(/25 of 100 rows/)
  })

  test('allowed by rejects.maxFraction they are left out and counted, the other 75 are whole', async () => {
    await withExtract(given(0.25), async ({ extracted, rows }) => {
      expect(extracted.counts).toEqual({ events: 75, users: 10 })
      expect(extracted.quality.events.rejected).toEqual([{ reason: 'user_id: null', rows: 25 }])
      expect(await rows('SELECT sum(amount_cents) AS cents FROM events')).toEqual([{ cents: 75 * 125 }])
    })
  })
})

describe('two exports that overlap', () => {
  const day = (at: number): string => `2026-01-${String(at).padStart(2, '0')}`
  const lines = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, at) => `u${(from + at) % 3},${day(from + at)},10`)
  const files = {
    'log/a.csv': csv('user,ts,amount', ...lines(1, 21)),
    'log/b.csv': csv('user,ts,amount', ...lines(15, 29)),
  }

  test('are warned of, and counted: 6 rows stand in both', async () => {
    await withExtract({ files, sources: sources({ path: 'log/*.csv' }) }, async ({ extracted }) => {
      expect(extracted.counts.events).toBe(34)
      expect(extracted.quality.events.exactDuplicates).toBe(6)
      expect(warnings(extracted.checks)).toEqual([
        'sources.shop: 6 rows stand in more than one of 2 files, and count as often; deduplicate: true drops exact copies',
      ])
    })
  })

  test('with deduplicate every row counts once: 28 rows, and nothing to warn of', async () => {
    await withExtract({ files, sources: sources({ path: 'log/*.csv', deduplicate: true }) }, async ({ extracted }) => {
      expect(extracted.counts.events).toBe(28)
      expect(extracted.quality.events).toMatchObject({ exactDuplicates: 6, duplicatesDropped: 6 })
      expect(warnings(extracted.checks)).toEqual([])
    })
  })

  test('the same file by two patterns is one file; copies inside one file are purchases', async () => {
    const twice = { ...files, 'log/c.csv': csv('user,ts,amount', 'z,2026-03-01,5', 'z,2026-03-01,5') }
    const path = ['log/c.csv', 'log/[c].csv', './log/c.csv']
    await withExtract({ files: twice, sources: sources({ path }) }, async ({ extracted }) => {
      expect([extracted.counts.events, extracted.inputs.length]).toEqual([2, 1])
      expect(warnings(extracted.checks)).toEqual([])
    })
  })
})

test('BOM, CRLF, semicolons, decimal commas and quotes together give the numbers of the plain file', async () => {
  const european = [
    '\ufeffuser;ts;amount;note',
    '"a;1";31.01.2026 23:59;"1234,50";"x;""y"""',
    'b;01.02.2026 00:00;-0,05;',
  ]
  const given: ExtractCase = {
    files: { 'e.csv': european.join('\r\n') },
    sources: sources({
      path: 'e.csv',
      delimiter: ';',
      decimal: ',',
      timestampFormat: '%d.%m.%Y %H:%M',
      columns: { ...shop.columns, category: 'note' },
    }),
  }
  await withExtract(given, async (outcome) => {
    expect(await eventLines(outcome)).toEqual([
      'a;1 2026-01-31T23:59:00 purchase 123450',
      'b 2026-02-01T00:00:00 purchase -5',
    ])
    expect(await outcome.rows('SELECT category FROM events WHERE category IS NOT NULL')).toEqual([
      { category: 'x;"y"' },
    ])
  })
})

test('wrong delimiter or decimal point: a message, never a shifted column', async () => {
  const given = (more: Partial<Source>): ExtractCase => ({
    files: { 'e.csv': csv('user;ts;amount', 'a;2026-01-01;1,5') },
    sources: sources({ path: 'e.csv', ...more }),
  })
  expect(spoken(await refusal(given({})))).toBe(
    'data: sources.shop: e.csv: no column "user", expected one of user;ts;amount, got "user"; did you mean "user;ts;amount"?',
  )
  expect(spoken(await refusal(given({ delimiter: ';' })))).toMatch(
    /column "amount": not a number, expected a number such as 12.50, got "1,5"/,
  )
})

test('instants of mixed zones in one column, and a source in a zone of its own, meet on one clock', async () => {
  const given: ExtractCase = {
    timeZone: 'Europe/Berlin',
    files: {
      'web.csv': csv(
        'user,ts,amount',
        'a,2026-03-29T00:59:59Z,1',
        'b,2026-03-28T20:30:00-04:30,2',
        'c,2026-03-29 01:00:00,3',
        'd,2026-03-29T03:30:00+02:00,4',
        'e,2026-03-29 02:30:00,5',
        'f,2026-03-29,6',
      ),
      'app.csv': csv('user,ts,amount', 'g,2026-03-28 21:00:00,7'),
    },
    sources: {
      web: { path: 'web.csv', ...shop },
      app: { path: 'app.csv', timeZone: 'America/New_York', ...shop },
    },
  }
  expect(await withExtract(given, eventLines)).toEqual([
    'a 2026-03-29T01:59:59 purchase 100',
    'b 2026-03-29T03:00:00 purchase 200',
    'c 2026-03-29T01:00:00 purchase 300',
    'd 2026-03-29T03:30:00 purchase 400',
    'e 2026-03-29T02:30:00 purchase 500',
    'f 2026-03-29T00:00:00 purchase 600',
    'g 2026-03-29T03:00:00 purchase 700',
  ])
})

describe('cells of 10 MB', () => {
  const big = 'x'.repeat(10_000_000)
  const allowed = { rejects: { maxFraction: 0.5 } }

  test.each([
    ['e.csv', csv('user,ts,amount,note', `1,2026-01-01,5,"${big}"`, '2,2026-01-02,6,y', '3,2026-01-02,,z')],
    [
      'e.ndjson',
      `{"user":"1","ts":"2026-01-01","amount":5,"note":"${big}"}\n{"user":"2","ts":"2026-01-02","amount":6}\n{"user":"3","ts":"2026-01-02"}\n`,
    ],
  ])('in %s the line is refused by its size, or counted; the others stay right', async (path, content) => {
    const error = await refusal({ files: { [path]: content }, sources: sources({ path }) })
    expect(spoken(error)).toMatch(
      /^data: sources.shop: e\.\w+, line [12]: the line is longer than 2 MB, expected at most 2,000,000 bytes; Parquet has no such limit, got ".{0,100}"; 1 of 3 rows, kept in rejects\/shop.parquet$/,
    )
    await withExtract({ files: { [path]: content }, sources: sources({ path, ...allowed }) }, async (outcome) => {
      expect(await eventLines(outcome)).toEqual([
        '2 2026-01-02T00:00:00 purchase 600',
        '3 2026-01-02T00:00:00 purchase ',
      ])
      expect(outcome.extracted.quality.events.rejected).toEqual([{ reason: 'record: longer than 2 MB', rows: 1 }])
    })
  })

  test('Parquet holds them', async () => {
    const given: ExtractCase = {
      files: {
        'e.parquet': (engine, path) =>
          engine.write(`SELECT 1 AS "user", DATE '2026-01-01' AS ts, 5 AS amount, repeat('x', 10000000) AS note`, path),
      },
      sources: sources({ path: 'e.parquet', columns: { ...shop.columns, category: 'note' } }),
    }
    await withExtract(given, async ({ rows }) => {
      expect(await rows('SELECT length(category) AS letters FROM events')).toEqual([{ letters: 10_000_000 }])
    })
  })
})
