import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { EbbFaults } from '../../core/errors.ts'
import { ExtractRefused } from '../../data/extracted.ts'
import { csv, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

const good = csv('user,ts,amount', '1,2026-01-01,5.00', '2,2026-01-02,6.50')
const one = (content: string | Buffer, more: Partial<ExtractCase['sources'][string]> = {}): ExtractCase => ({
  files: { 'shop.csv': content },
  sources: { shop: { path: 'shop.csv', ...shop, ...more } as ExtractCase['sources'][string] },
})

const cases: readonly { readonly name: string; readonly given: ExtractCase; readonly says: string }[] = [
  {
    name: 'missing file',
    given: { ...one(good), sources: { shop: { path: 'shopp.csv', ...shop } } },
    says: 'data: sources.shop: shopp.csv: no such file, expected a file, relative to the config\'s folder; did you mean "shop.csv"?',
  },
  {
    name: 'missing folder',
    given: { ...one(good), sources: { shop: { path: 'log/shop.csv', ...shop } } },
    says: 'data: sources.shop: log/shop.csv: no such file, expected a file, relative to the config\'s folder; there is no folder "log" either',
  },
  {
    name: 'a glob that matches nothing',
    given: { ...one(good), sources: { shop: { path: '*.parquet', ...shop } } },
    says: "data: sources.shop: *.parquet: no file matches, expected a file, relative to the config's folder",
  },
  {
    name: 'a folder instead of a file',
    given: { files: { 'log/shop.csv': good }, sources: { shop: { path: 'log', ...shop } } },
    says: 'data: sources.shop: log: is a folder, not a file; name the files in it, e.g. log/*.parquet',
  },
  {
    name: 'empty file',
    given: one(''),
    says: 'data: sources.shop: shop.csv: the file is empty, expected events, got 0 bytes',
  },
  {
    name: 'only a header',
    given: one(csv('user,ts,amount')),
    says: 'data: sources.shop: shop.csv: no rows, expected at least one, got 0 rows',
  },
  {
    name: 'Parquet without rows',
    given: {
      files: {
        'shop.parquet': (engine, path) =>
          engine.write(`SELECT 1::BIGINT AS "user", DATE '2026-01-01' AS ts, 1.5 AS amount WHERE false`, path),
      },
      sources: { shop: { path: 'shop.parquet', ...shop } },
    },
    says: 'data: sources.shop: shop.parquet: no rows, expected at least one, got 0 rows',
  },
  {
    name: 'wrong column name',
    given: one(good, { columns: { ...shop.columns, amount: 'amuont' } }),
    says: 'data: sources.shop: shop.csv: no column "amuont", expected one of user, ts, amount, got "amuont"; did you mean "amount"?',
  },
  {
    name: 'text in a numeric column',
    given: one(csv('user,ts,amount', '1,2026-01-01,5.00', '2,2026-01-02,abc', '3,2026-01-02,n/a')),
    says: 'data: sources.shop: shop.csv, line 3, column "amount": not a number, expected a number such as 12.50, got "abc"; 2 of 3 rows, kept in rejects/shop.parquet',
  },
  {
    name: 'a timestamp that cannot be read',
    given: one(csv('user,ts,amount', '1,2026-01-01,5.00', '2,31.12.2026,6')),
    says: 'data: sources.shop: shop.csv, line 3, column "ts": a time that cannot be read, expected YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS with or without Z or +HH:MM, got "31.12.2026"; 1 of 2 rows, kept in rejects/shop.parquet; timestampFormat or timeUnit declare other writings',
  },
  {
    name: 'a user id that is null',
    given: one(csv('user,ts,amount', '1,2026-01-01,5.00', ',2026-01-02,6')),
    says: 'data: sources.shop: shop.csv, line 3, column "user": the user id is null, expected an id, got nothing; 1 of 2 rows, kept in rejects/shop.parquet',
  },
  {
    name: 'an id that is no integer where integers are declared',
    given: one(csv('user,ts,amount', '1,2026-01-01,5.00', 'x7,2026-01-02,6'), { userIdType: 'integer' }),
    says: 'data: sources.shop: shop.csv, line 3, column "user": the user id is not an integer, expected a whole number of 64 bits, got "x7"; 1 of 2 rows, kept in rejects/shop.parquet; userIdType: text keeps ids as they are',
  },
  {
    name: 'too few fields',
    given: one(csv('user,ts,amount', '1,2026-01-01,5.00', '2,2026-01-02', '3,2026-01-02,1')),
    says: 'data: sources.shop: shop.csv, line 3: the line has another number of fields, expected as many as the header, got 2 instead of 3; 1 of 3 rows, kept in rejects/shop.parquet',
  },
  {
    name: 'a quote that never closes counts all the lines that it swallows',
    given: one(csv('user,ts,amount', '1,2026-01-01,"5.00', '2,2026-01-02,3', '3,2026-01-02,1')),
    says: 'data: sources.shop: shop.csv, line 2: a quote stands inside a field or is never closed, expected quotes around whole fields, "" inside, got "1,2026-01-01,\\"5.00\\n2,2026-01-02,3\\n3,2026-01-02,1"; 3 of 3 rows, kept in rejects/shop.parquet',
  },
  {
    name: 'a broken encoding',
    given: one(
      Buffer.concat([
        Buffer.from('user,ts,amount\n1,2026-01-01,5\n'),
        Buffer.from([0xff, 0xe9]),
        Buffer.from(',2026-01-01,5\n'),
      ]),
    ),
    says: 'data: sources.shop: shop.csv, line 3: bytes that no text of its encoding has, expected utf-8, or another declared encoding, got "',
  },
  {
    name: 'mixed line endings',
    given: one('user,ts,amount\r\n1,2026-01-01,5.00\n2,2026-01-02,5.00\r\n'),
    says: 'data: sources.shop: shop.csv: lines end in two ways, some in CR LF and some in LF, expected one way',
  },
  {
    name: 'a malformed JSON line',
    given: {
      files: { 'e.ndjson': '{"user":"a","ts":"2026-01-01","amount":1}\n\n{"user":"b","ts":\n' },
      sources: { shop: { path: 'e.ndjson', ...shop } },
    },
    says: 'data: sources.shop: e.ndjson, line 3: the line cannot be read, expected one JSON object, got "{\\"user\\":\\"b\\",\\"ts\\":"; 1 of 2 rows, kept in rejects/shop.parquet',
  },
  {
    name: 'a gzip file that was cut off',
    given: {
      files: { 'shop.csv.gz': gzipSync(good.repeat(50)).subarray(0, 60) },
      sources: { shop: { path: 'shop.csv.gz', ...shop } },
    },
    says: 'data: sources.shop: shop.csv.gz: not a whole gzip file; was it cut off while it was copied?',
  },
  {
    name: 'text that calls itself gzip',
    given: { files: { 'shop.csv.gz': good }, sources: { shop: { path: 'shop.csv.gz', ...shop } } },
    says: 'data: sources.shop: shop.csv.gz: not a gzip file, or a broken one',
  },
  {
    name: 'an ending that says nothing',
    given: { files: { 'shop.dat': good }, sources: { shop: { path: 'shop.dat', ...shop } } },
    says: 'data: sources.shop: shop.dat: the ending of the name says no format, expected .parquet, .csv, .tsv, .txt, .ndjson, .jsonl or .json (the text ones also with .gz or .zst); or set format: parquet, csv or ndjson',
  },
  {
    name: 'two formats in one source',
    given: {
      files: { 'a.csv': good, 'b.ndjson': '{}\n' },
      sources: { shop: { path: ['a.csv', 'b.ndjson'], ...shop } },
    },
    says: 'data: sources.shop: b.ndjson: files of two formats in one source, expected csv like a.csv, got ndjson; make two sources of them',
  },
  {
    name: 'a header with the same name twice',
    given: one(csv('user,ts,ts,amount', '1,2026-01-01,2026-01-01,5')),
    says: 'data: sources.shop: shop.csv: two columns are called "ts", expected a header line, got user, ts, ts, amount',
  },
]

test.each(cases)('$name: one line that says where, what, expected and received', async ({ given, says }) => {
  const error = await refusal(given)
  expect(spoken(error).slice(0, says.length)).toBe(says)
  expect(error.message).not.toContain('\n')
})

const whole = async (engine: Parameters<Exclude<ExtractCase['files'][string], string | Buffer>>[0], path: string) =>
  engine.write(`SELECT range AS "user", DATE '2026-01-01' AS ts, 1.5 AS amount FROM range(1000)`, path)

test('a truncated Parquet file is named before anything is read', async () => {
  const { readFile, writeFile } = await import('node:fs/promises')
  const given: ExtractCase = {
    files: {
      'shop.parquet': async (engine, path) => {
        await whole(engine, path)
        const bytes = await readFile(path)
        await writeFile(path, bytes.subarray(0, bytes.length - 100))
      },
    },
    sources: { shop: { path: 'shop.parquet', ...shop } },
  }
  expect(spoken(await refusal(given))).toBe(
    'data: sources.shop: shop.parquet: not a whole Parquet file, its end is missing; was it cut off while it was copied?',
  )
})

test('a text file that calls itself Parquet is named', async () => {
  const given = { files: { 'a.parquet': good }, sources: { shop: { path: 'a.parquet', ...shop } } }
  expect(spoken(await refusal(given))).toBe('data: sources.shop: a.parquet: not a Parquet file')
})

test('a zstd file that was cut off is named, whole ones are read', async () => {
  const { readFile, writeFile } = await import('node:fs/promises')
  const write = (cut: number) => async (engine: Parameters<typeof whole>[0], path: string) => {
    await engine.execute(
      `COPY (SELECT 'u' || range AS "user", '2026-01-01' AS ts, range AS amount FROM range(2000)) TO '${path}' (FORMAT csv, HEADER, COMPRESSION zstd)`,
    )
    const bytes = await readFile(path)
    await writeFile(path, bytes.subarray(0, bytes.length - cut))
  }
  const given = (cut: number): ExtractCase => ({
    files: { 'shop.csv.zst': write(cut) },
    sources: { shop: { path: 'shop.csv.zst', ...shop } },
  })
  expect(await withExtract(given(0), async ({ extracted }) => extracted.counts.events)).toBe(2000)
  expect(spoken(await refusal(given(40)))).toBe(
    'data: sources.shop: shop.csv.zst: not a whole zstd file; was it cut off while it was copied?',
  )
})

test('floating user ids are refused', async () => {
  const given: ExtractCase = {
    files: {
      'a.parquet': (engine, path) =>
        engine.write(`SELECT 1.0::DOUBLE AS "user", DATE '2026-01-01' AS ts, 1 AS amount`, path),
    },
    sources: { shop: { path: 'a.parquet', ...shop } },
  }
  expect(spoken(await refusal(given))).toBe(
    'data: sources.shop: a.parquet, column "user": cannot be a user id, expected integers or text, never floating, got DOUBLE',
  )
})

test('numbers as time need a unit, dates are no amounts', async () => {
  const given = (columns: object): ExtractCase => ({
    files: {
      'a.parquet': (engine, path) => engine.write(`SELECT 1 AS "user", 1767225600 AS n, DATE '2026-01-01' AS d`, path),
    },
    sources: { shop: { path: 'a.parquet', columns, set: { event_type: 'x' } } as ExtractCase['sources'][string] },
  })
  expect(spoken(await refusal(given({ user_id: 'user', event_time: 'n' })))).toBe(
    'data: sources.shop: a.parquet, column "n": cannot be read as a time, expected a timestamp, a date, text, or a number with timeUnit, got INTEGER; set timeUnit: s, ms, us or ns',
  )
  expect(spoken(await refusal(given({ user_id: 'user', event_time: 'd', amount: 'd' })))).toBe(
    'data: sources.shop: a.parquet, column "d": cannot be read as amount, expected a numeric column, got DATE',
  )
})

test('every kind of fault of every source comes in one pass, with the evidence of what was read', async () => {
  const error = await refusal({
    files: {
      'a.csv': csv('user,ts,amount', '1,2026-01-01,x', ',2026-01-01,1', '2,2026-01-01,1'),
      'b.csv': csv('user,ts,amount', '1,soon,1', '2,2026-01-03,1'),
    },
    sources: { a: { path: 'a.csv', ...shop }, b: { path: 'b.csv', ...shop } },
  })
  expect(error).toBeInstanceOf(ExtractRefused)
  expect((error as EbbFaults).faults.map(({ details }) => details.where)).toEqual([
    'sources.a: a.csv, line 2, column "amount"',
    'sources.a: a.csv, line 3, column "user"',
    'sources.b: b.csv, line 2, column "ts"',
  ])
  const { evidence } = error as ExtractRefused
  expect(evidence.quality.events).toMatchObject({ rows: 2, rowsRead: 5 })
  expect(evidence.inputs.map(({ uri, rows }) => [uri, rows])).toEqual([
    ['a.csv', 3],
    ['b.csv', 2],
  ])
  expect(evidence.checks.map(({ name, passed }) => [name, passed])).toEqual([
    ['rejects.a', false],
    ['rejects.b', false],
  ])
})

test('rejects up to the allowed share are kept with file, line, reason and record; lines after a broken one count on', async () => {
  const given = one(
    csv(
      'user,ts,amount',
      '1,2026-01-01,1',
      '2,2026-01-01',
      'a,2026-01-01,x',
      '3,2026-01-01,2,3',
      ',2026-01-01,1',
      '4,2026-01-01,4',
    ),
    { rejects: { maxFraction: 0.7 } },
  )
  await withExtract(given, async ({ extracted, rows, folder }) => {
    expect(extracted.quality.sources[0]).toMatchObject({ rows: 2, rowsRead: 6 })
    expect(extracted.quality.sources[0]!.rejected).toEqual([
      { reason: 'record: wrong number of fields', rows: 2 },
      { reason: 'amount: not a number', rows: 1 },
      { reason: 'user_id: null', rows: 1 },
    ])
    const kept = await rows(
      `SELECT source, file, record, reason, received, raw FROM '${folder}/rejects/shop.parquet' ORDER BY record`,
    )
    expect(kept.map((row) => [row['file'], row['record'], row['reason']])).toEqual([
      ['shop.csv', 3, 'record: wrong number of fields'],
      ['shop.csv', 4, 'amount: not a number'],
      ['shop.csv', 5, 'record: wrong number of fields'],
      ['shop.csv', 6, 'user_id: null'],
    ])
    expect(kept[0]!['raw']).toBe('2,2026-01-01')
    expect(kept[1]).toMatchObject({ received: 'x', raw: '{"user":"a","ts":"2026-01-01","amount":"x"}' })
  })
})

test('rejects in Parquet are named by file and row', async () => {
  const part = (from: number) =>
    `SELECT range + ${from} AS "user", CASE WHEN range = 2 THEN NULL ELSE DATE '2026-01-01' END AS ts, 1.5 AS amount FROM range(4)`
  const given: ExtractCase = {
    files: {
      'a.parquet': (engine, path) => engine.write(part(0).replace('range = 2', 'range = 9'), path),
      'b.parquet': (engine, path) => engine.write(part(10), path),
    },
    sources: { shop: { path: '*.parquet', ...shop } },
  }
  expect(spoken(await refusal(given))).toBe(
    'data: sources.shop: b.parquet, row 3, column "ts": the time is null, expected a day, got nothing; 1 of 8 rows, kept in rejects/shop.parquet',
  )
})
