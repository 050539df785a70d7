import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { csv, eventLines, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

const wanted = ['a 2026-01-01T10:00:00 purchase 150', 'b 2026-01-02T11:30:00 purchase 1234567']
const lines = ['a,2026-01-01 10:00:00,1.5', 'b,2026-01-02 11:30:00,12345.67']
const plain = csv('user,ts,amount', ...lines)

type Source = ExtractCase['sources'][string]
const formats: readonly {
  readonly name: string
  readonly files: ExtractCase['files']
  readonly source: Partial<Source>
}[] = [
  { name: 'CSV', files: { 'e.csv': plain }, source: { path: 'e.csv' } },
  {
    name: 'CSV with BOM, CRLF and no last line break',
    files: { 'e.csv': `\ufeff${plain.replaceAll('\n', '\r\n').trimEnd()}` },
    source: { path: 'e.csv' },
  },
  { name: 'gzip', files: { 'e.csv.gz': gzipSync(plain) }, source: { path: 'e.csv.gz' } },
  {
    name: 'zstd',
    files: {
      'e.csv.zst': (engine, path) =>
        engine.execute(
          `COPY (SELECT * FROM (VALUES ('a', '2026-01-01 10:00:00', 1.5), ('b', '2026-01-02 11:30:00', 12345.67)) AS t("user", ts, amount)) TO '${path}' (FORMAT csv, HEADER, COMPRESSION zstd)`,
        ),
    },
    source: { path: 'e.csv.zst' },
  },
  { name: 'tabs', files: { 'e.tsv': plain.replaceAll(',', '\t') }, source: { path: 'e.tsv' } },
  {
    name: 'semicolons and decimal commas',
    files: { 'e.csv': csv('user;ts;amount', 'a;2026-01-01 10:00:00;1,5', 'b;2026-01-02 11:30:00;12345,67') },
    source: { path: 'e.csv', delimiter: ';', decimal: ',' },
  },
  {
    name: 'quoted fields with delimiters, quotes and line breaks',
    files: {
      'e.csv': csv(
        '"user",note,"ts",amount',
        '"a","x, ""y""\nz",2026-01-01 10:00:00,"1.5"',
        'b,,2026-01-02 11:30:00,12345.67',
      ),
    },
    source: { path: 'e.csv' },
  },
  {
    name: 'latin-1',
    files: { 'e.csv': Buffer.from(csv('user,ts,amount,n', ...lines.map((line) => `${line},Käse`)), 'latin1') },
    source: { path: 'e.csv', encoding: 'latin-1' },
  },
  {
    name: 'no header',
    files: { 'e.csv': csv(...lines) },
    source: { path: 'e.csv', header: false, columns: { user_id: 'column1', event_time: 'column2', amount: 'column3' } },
  },
  {
    name: 'names in the config',
    files: { 'e.txt': csv(...lines) },
    source: { path: 'e.txt', header: ['user', 'ts', 'amount'] },
  },
  {
    name: 'NDJSON',
    files: {
      'e.ndjson':
        '{"user":"a","ts":"2026-01-01T10:00:00","amount":1.50,"x":{"y":[1]}}\n\n{"ts":"2026-01-02 11:30:00","amount":"12345.67","user":"b"}\n',
    },
    source: { path: 'e.ndjson' },
  },
  {
    name: 'NDJSON in gzip',
    files: {
      'e.jsonl.gz': gzipSync(
        '{"user":"a","ts":"2026-01-01T10:00:00","amount":1.5}\n{"user":"b","ts":"2026-01-02T11:30:00","amount":12345.67}',
      ),
    },
    source: { path: 'e.jsonl.gz' },
  },
  {
    name: 'Parquet',
    files: {
      'e.parquet': (engine, path) =>
        engine.write(
          `SELECT * FROM (VALUES ('a', TIMESTAMP '2026-01-01 10:00:00', 1.5::DOUBLE), ('b', TIMESTAMP '2026-01-02 11:30:00', 12345.67)) AS t("user", ts, amount)`,
          path,
        ),
    },
    source: { path: 'e.parquet' },
  },
  {
    name: 'a name without ending, format declared',
    files: { 'part-0': plain },
    source: { path: 'part-0', format: 'csv' },
  },
  {
    name: 'a glob over files with other column orders',
    files: {
      'log/1.csv': csv('user,ts,amount', lines[0]!),
      'log/2.csv': csv('amount,x,user,ts', '12345.67,,b,2026-01-02 11:30:00'),
    },
    source: { path: 'log/*.csv' },
  },
  {
    name: 'nested folders by **, _SUCCESS and hidden files skipped',
    files: {
      'log/a/1.csv': csv('user,ts,amount', lines[0]!),
      'log/2.csv': csv('user,ts,amount', lines[1]!),
      'log/_tmp.csv': 'x',
      'log/.hidden.csv': 'x',
    },
    source: { path: 'log/**/*.csv' },
  },
  {
    name: 'a list with a file twice',
    files: { '1.csv': csv('user,ts,amount', lines[0]!), '2.csv': csv('user,ts,amount', lines[1]!) },
    source: { path: ['1.csv', '[12].csv', './2.csv'] },
  },
]

test.each(formats)('$name: the same two events', async ({ files, source }) => {
  const given = { files, sources: { e: { path: '', ...shop, ...source } as Source } }
  expect(await withExtract(given, eventLines)).toEqual(wanted)
})

test('Hive folders are columns, of Parquet as of CSV', async () => {
  const columns = { user_id: 'user', event_time: 'dt', amount: 'amount', channel: 'channel' }
  const csvFiles = {
    'log/dt=2026-01-01/channel=app/p.csv': csv('user,amount', 'a,1'),
    'log/dt=2026-01-02/channel=web/p.csv': csv('user,amount', 'b,2'),
  }
  const read = (files: ExtractCase['files'], path: string) =>
    withExtract({ files, sources: { e: { path, columns, set: { event_type: 'x' } } } }, async ({ rows }) =>
      (await rows('SELECT event_day, channel, amount_cents FROM events ORDER BY 1')).map((row) => Object.values(row)),
    )
  const expected = [
    ['2026-01-01', 'app', 100],
    ['2026-01-02', 'web', 200],
  ]
  expect(await read(csvFiles, 'log/*/*/p.csv')).toEqual(expected)
  const parquet = Object.fromEntries(
    ['a', 'b'].map((user, at) => [
      `log/dt=2026-01-0${at + 1}/channel=${at === 0 ? 'app' : 'web'}/p.parquet`,
      (engine: Parameters<Exclude<ExtractCase['files'][string], string | Buffer>>[0], path: string) =>
        engine.write(`SELECT '${user}' AS "user", ${at + 1} AS amount`, path),
    ]),
  )
  expect(await read(parquet, 'log/*/*/p.parquet')).toEqual(expected)
})

test('a column that some files lack is empty there and noted; a needed one must be in every file', async () => {
  const files = {
    '1.csv': csv('user,ts,amount', 'a,2026-01-01,1'),
    '2.csv': csv('user,ts', 'b,2026-01-01'),
  }
  await withExtract({ files, sources: { e: { path: '*.csv', ...shop } } }, async ({ extracted }) => {
    expect(extracted.quality.notes).toEqual(['sources.e: 1 of 2 files lack column "amount", first 2.csv; empty there'])
    expect(extracted.quality.events.nullFractions).toEqual({ amount: 0.5 })
  })
  const broken = { ...files, '2.csv': csv('usr,ts', 'b,2026-01-01') }
  expect(spoken(await refusal({ files: broken, sources: { e: { path: '*.csv', ...shop } } }))).toBe(
    'data: sources.e: 2.csv: no column "user", expected one of usr, ts, got "user"; did you mean "usr"?',
  )
})

test('money is rounded half away from zero in hundredths, quantities in thousandths, from text and from doubles alike', async () => {
  const values = ['1.005', '-1.005', '0.285', '1.115', '2.675', '1e3', '-0', '9007199254.74']
  const cents = [101, -101, 29, 112, 268, 100_000, 0, 900_719_925_474]
  const columns = { user_id: 'u', event_time: 't', amount: 'v', quantity: 'v' }
  const read = (files: ExtractCase['files'], path: string) =>
    withExtract({ files, sources: { e: { path, columns, set: { event_type: 'x' } } } }, async ({ rows }) =>
      (
        await rows(
          'SELECT amount_cents, quantity_milli FROM events JOIN users USING (user_index) ORDER BY CAST(user_id AS INTEGER)',
        )
      ).map((row) => [row['amount_cents'], row['quantity_milli']]),
    )
  const expected = cents.map((cent, at) => [cent, Math.round(Number(values[at]) * 1e6) / 1e3])
  const text = csv('u,t,v', ...values.map((value, at) => `${at},2026-01-01,${value}`))
  const rows = values.map((value, at) => `(${at}, DATE '2026-01-01', CAST(${value} AS DOUBLE))`)
  const fromText = await read({ 'e.csv': text }, 'e.csv')
  expect(fromText.map(([cent]) => cent)).toEqual(cents)
  expect(fromText).toEqual(expected.map(([cent, milli]) => [cent, milli! + 0]))
  const fromDoubles = await read(
    { 'e.parquet': (engine, path) => engine.write(`SELECT * FROM (VALUES ${rows.join(', ')}) AS t(u, t, v)`, path) },
    'e.parquet',
  )
  expect(fromDoubles).toEqual(fromText)
})

test('arithmetic over columns: net = (gross - fee) / 100; NaN and empty text are no values, nullValues neither', async () => {
  const files = { 'e.csv': csv('u,t,gross,the fee', 'a,2026-01-01,1000,50', 'b,2026-01-01,NA,5', 'c,2026-01-01,,5') }
  const columns = { user_id: 'u', event_time: 't', amount: '(gross - "the fee") / 100' }
  const given = { files, sources: { e: { path: 'e.csv', columns, set: { event_type: 'x' }, nullValues: ['NA'] } } }
  expect(await withExtract(given, eventLines)).toEqual([
    'a 2026-01-01T00:00:00 x 950',
    'b 2026-01-01T00:00:00 x ',
    'c 2026-01-01T00:00:00 x ',
  ])
  const doubles = {
    'e.parquet': (engine: Parameters<Exclude<ExtractCase['files'][string], string | Buffer>>[0], path: string) =>
      engine.write(`SELECT 1 AS u, DATE '2026-01-01' AS t, 'NaN'::DOUBLE AS v`, path),
  }
  const nan = {
    files: doubles,
    sources: {
      e: { path: 'e.parquet', columns: { user_id: 'u', event_time: 't', amount: 'v' }, set: { event_type: 'x' } },
    },
  }
  expect(await withExtract(nan, eventLines)).toEqual(['1 2026-01-01T00:00:00 x '])
})

test('a column whose name looks like arithmetic is the column', async () => {
  const files = { 'e.csv': csv('u,t,net-value', 'a,2026-01-01,5') }
  const columns = { user_id: 'u', event_time: 't', amount: 'net-value' }
  const given = { files, sources: { e: { path: 'e.csv', columns, set: { event_type: 'x' } } } }
  expect(await withExtract(given, eventLines)).toEqual(['a 2026-01-01T00:00:00 x 500'])
})

test('dividing by zero, infinity, underscores and hexadecimal are not numbers', async () => {
  for (const value of ['inf', 'nan', '1_000', '0x1F', '1,5', '12 EUR']) {
    const files = { 'e.csv': csv('user;ts;amount', `a;2026-01-01;${value}`, 'b;2026-01-01;1') }
    const error = await refusal({ files, sources: { e: { path: 'e.csv', delimiter: ';', ...shop } } })
    expect(spoken(error)).toContain(`column "amount": not a number, expected a number such as 12.50, got "${value}"`)
  }
  const zero = {
    files: { 'e.csv': csv('user,ts,a', 'x,2026-01-01,0') },
    sources: { e: { path: 'e.csv', columns: { ...shop.columns, amount: '1 / a' }, set: shop.set } },
  }
  expect(spoken(await refusal(zero))).toContain('line 2, column "1 / a": not a number')
})

test('numbers from 1970-01-01 to 2149-06-05 and up to 9e13 only', async () => {
  const error = async (row: string) =>
    spoken(
      await refusal({ files: { 'e.csv': csv('user,ts,amount', row) }, sources: { e: { path: 'e.csv', ...shop } } }),
    )
  expect(await error('a,1969-12-31,1')).toContain(
    'column "ts": a time out of range, expected 1970-01-01 to 2149-06-05, got "1969-12-31"',
  )
  expect(await error('a,2149-06-06,1')).toContain('a time out of range')
  expect(await error('a,2026-01-01,9.1e13')).toContain(
    'the number is too large, expected at most 9e13 in size, got "9.1e13"',
  )
})
