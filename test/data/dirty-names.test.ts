import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engines/engine.ts'
import { csv, eventLines, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

/** Names that break out of SQL, JSON, terminals, spreadsheets or JavaScript objects where they are not quoted. */
const names = [
  '"; DROP TABLE events; --',
  "'); DROP TABLE users; --",
  "o'neil",
  '__proto__',
  'constructor',
  'toString',
  '=HYPERLINK("http://x")',
  '@SUM(A1)',
  '\u202egnp.exe',
  'שם',
  '🙂🏽',
  'a/b~c',
  '%s %d',
  'back\\slash',
  '${env:HOME}',
  'tab\there',
  '\u001b[2Jescape',
  'c0',
  'k0',
  'r0',
  'position',
  'reason',
  'select',
  'x'.repeat(5000),
]
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const value = (at: number): string => `v${at} of '${names[at]!.slice(0, 40)}'`
const values = names.map((_, at) => value(at))

const formats: readonly {
  readonly path: string
  readonly content: string | ((engine: Engine, path: string) => Promise<void>)
}[] = [
  { path: 'e.csv', content: csv(['id', ...names].map(quoted).join(','), ['u', ...values].map(quoted).join(',')) },
  {
    path: 'e.ndjson',
    content: `{${['id', ...names].map((name, at) => `${JSON.stringify(name)}:${JSON.stringify(['u', ...values][at])}`).join(',')}}\n`,
  },
  {
    path: 'e.parquet',
    content: (engine, path) =>
      engine.write(
        `SELECT ${['u', ...values].map((text, at) => `'${text.replaceAll("'", "''")}' AS ${quoted(['id', ...names][at]!)}`).join(', ')}`,
        path,
      ),
  },
]

describe.each(formats)('column names made to hurt, in $path', ({ path, content }) => {
  test('are names: each gives its own value', async () => {
    const columns = Object.fromEntries(names.map((column, at) => [`a${at}`, { type: 'category' as const, column }]))
    const given: ExtractCase = {
      files: { 'shop.csv': csv('user,ts,amount', 'u,2026-01-01,5'), [path]: content },
      sources: { shop: { path: 'shop.csv', ...shop } },
      attributes: { hard: { path, key: 'id', static: true, columns } },
    }
    await withExtract(given, async ({ rows }) => {
      const [row] = await rows(`SELECT * EXCLUDE (user_index, valid_from) FROM attributes_hard`)
      expect(Object.values(row!)).toEqual(values)
      expect(await rows('SELECT count(*) AS n FROM events')).toEqual([{ n: 1 }])
    })
  })
})

test.each(['file_row_number', '__ebb_file'])('a Parquet column called %s is refused by name', async (name) => {
  const given: ExtractCase = {
    files: {
      'e.parquet': (engine, path) =>
        engine.write(`SELECT 1 AS "user", DATE '2026-01-01' AS ts, 5 AS amount, 1 AS ${name}`, path),
    },
    sources: { shop: { path: 'e.parquet', ...shop } },
  }
  expect(spoken(await refusal(given))).toBe(
    `data: sources.shop: e.parquet: a column is called "${name}", which the engine keeps for itself; write the file with another name for it`,
  )
})

test('a header that runs over a line, and names that write to the terminal, are one plain line of a message', async () => {
  const said = async (header: string) =>
    spoken(await refusal({ files: { 'e.csv': csv(header, '1,2,3') }, sources: { shop: { path: 'e.csv', ...shop } } }))
  expect(await said('"us\ner",ts,amount')).toBe(
    'data: sources.shop: e.csv: the first line cannot be read, expected a header line, got "\\"us"',
  )
  expect(await said(`\u001b[31mred,\u202eevil,${'y'.repeat(300)}`)).toBe(
    `data: sources.shop: e.csv: no column "user", expected one of \\u001b[31mred, \\u202eevil, ${'y'.repeat(80)}…, got "user"`,
  )
})

test('names of files and texts of the config are quoted, too', async () => {
  const path = `it's; DROP TABLE x; --.csv`
  const given: ExtractCase = {
    files: {
      [path]: csv(
        'user,ts,amount,cat',
        `1,2026-01-01,5,o'neil`,
        `2,2026-01-01,6,x'); DROP TABLE y; --`,
        `3,2026-01-01,7,n'a`,
      ),
    },
    sources: {
      shop: {
        path,
        columns: { ...shop.columns, category: 'cat' },
        set: { event_type: `buy'; --`, channel: '"; --' },
        nullValues: [`n'a`],
        where: `category = 'o''neil' or category is null`,
        contract: { event_type: { values: [`buy'; --`] } },
      },
    },
  }
  await withExtract(given, async (outcome) => {
    expect(await eventLines(outcome)).toEqual([
      `1 2026-01-01T00:00:00 buy'; -- 500`,
      `3 2026-01-01T00:00:00 buy'; -- 700`,
    ])
    expect(outcome.extracted.checks.every(({ passed }) => passed)).toBe(true)
  })
})
