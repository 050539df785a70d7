import { describe, expect, test } from 'vitest'
import { csv, shop, withExtract, type ExtractCase } from './extract-case.ts'

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const lenient = { rejects: { maxFraction: 1 } } as const

/** Accepted: writing -> cents. Everything else must be rejected, and by name. */
const accepted = {
  '.': { '12.50': 1250, '-5': -500, '+5': 500, ' 12 ': 1200, '1e2': 10_000, '.5': 50, '0': 0 },
  ',': { '12,50': 1250, '-5': -500, '1e2': 10_000, '0,005': 1 },
}
const refused = [
  '1.234,56',
  '1,234.56',
  '1 234',
  '0x10',
  '１２',
  '١٢',
  '(5)',
  '€5',
  '5 EUR',
  '1_000',
  'NaN',
  'inf',
  'null',
  '-',
  "5'",
  '1e400',
  '--5',
  '\u00a05',
  '5\u202c',
  '=5',
  '1,2,3',
  'true',
  '12:30',
]

describe.each(['.', ','] as const)('amounts with the decimal point "%s"', (decimal) => {
  const good = Object.keys(accepted[decimal])
  const other = decimal === '.' ? '12,50' : '12.50'
  const writings = [...good, ...refused, other]
  test('a number in plain writing is read, any other writing is rejected and counted', async () => {
    const lines = writings.map((text, at) => `${String(at).padStart(3, '0')};2026-01-01;${quoted(text)}`)
    const given: ExtractCase = {
      files: { 'e.csv': csv('user;ts;amount', ...lines) },
      sources: { shop: { path: 'e.csv', delimiter: ';', decimal, ...shop, ...lenient } },
    }
    await withExtract(given, async ({ rows, extracted }) => {
      const read = await rows('SELECT amount_cents FROM events JOIN users USING (user_index) ORDER BY user_id')
      expect(read.map((row) => row['amount_cents'])).toEqual(Object.values(accepted[decimal]))
      expect(extracted.quality.events.rejected).toEqual([{ reason: 'amount: not a number', rows: refused.length + 1 }])
    })
  })
})

const grouped = {
  '.,': { '1.234,56': 123_456, '-1.234.567': -123_456_700, '12,5': 1250, '999': 99_900, '1.000,': 100_000 },
  ',.': { '1,234.56': 123_456, '+12,345': 1_234_500, '0.5': 50, '1e2': 10_000 },
  ' ,': { '1 234,56': 123_456, '1\u00a0234': 123_400, '1\u202f234\u202f567,8': 123_456_780, ' 7 ': 700 },
  "'.": { "1'234.56": 123_456, '1\u2019234': 123_400 },
} as const
const wronglyGrouped = {
  '.,': ['1.23', '1.2345', '1234.567', '.123', '1..234', '1.234.56', '1,234.56', '12.50', '1.234e2', '0,123.456'],
  ',.': ['1,23', '1,2345', '1234,567', ',123', '1,,234', '1.234,56', '1.5,000', '1,234_5'],
  ' ,': ['1 23', '1  234', '1234 567', '1 234.5', '1\t234'],
  "'.": ["1'23", "1''234", "1'234,5"],
} as const

test.each(Object.keys(grouped) as (keyof typeof grouped)[])(
  'thousands and decimal point "%s": groups of three are read, any other use of the separator is rejected, never guessed',
  async (style) => {
    const [thousands, decimal] = [style[0]!, style[1]!] as [',' | '.' | ' ' | "'", ',' | '.']
    const writings = [...Object.keys(grouped[style]), ...wronglyGrouped[style]]
    const lines = writings.map((text, at) => `${String(at).padStart(3, '0')};2026-01-01;${quoted(text)}`)
    const given: ExtractCase = {
      files: { 'e.csv': csv('user;ts;amount', ...lines) },
      sources: { shop: { path: 'e.csv', delimiter: ';', decimal, thousands, ...shop, ...lenient } },
    }
    await withExtract(given, async ({ rows, extracted }) => {
      const read = await rows('SELECT user_id, amount_cents FROM events JOIN users USING (user_index) ORDER BY user_id')
      const values = Object.values(grouped[style])
      expect(read.map((row) => [writings[Number(row['user_id'])], row['amount_cents']])).toEqual(
        Object.keys(grouped[style]).map((text) => [text, values[writings.indexOf(text)]]),
      )
      const rejected = wronglyGrouped[style].length
      expect(extracted.quality.events.rejected).toEqual([{ reason: 'amount: not a number', rows: rejected }])
    })
  },
)

test('times: what ISO 8601 says is read, anything that could mean two things is rejected', async () => {
  const good: Readonly<Record<string, string>> = {
    '2026-01-01': '2026-01-01T00:00:00',
    '2026-01-01T10:00:00Z': '2026-01-01T10:00:00',
    '2026-01-01 10:00:00+14:00': '2025-12-31T20:00:00',
    '2026-01-01T24:00:00': '2026-01-02T00:00:00',
    '2026-01-01T10:00:00.123456789Z': '2026-01-01T10:00:00.123456',
  }
  const bad = [
    '01/02/2026',
    '2026-02-30',
    '20260101',
    '2026-01-01 25:00:00',
    '2026-01-01T10:00:00+25:00',
    '2026-01-01T10:00+02:00',
    '2026-01-01T10:00:00+15:00',
    '2026-01-01 10:00:00+02:75',
    '2026-01-01 10:00:00 CET',
    '1767225600',
    'infinity',
    'epoch',
    'now',
    'today',
    '0000-00-00',
    '2026-01-01 10:00:00 AM',
    ' 2026-01-01 ',
    '2026-01-01; DROP TABLE x',
  ]
  const lines = [...Object.keys(good), ...bad].map((text, at) => `${String(at).padStart(3, '0')},${quoted(text)},1`)
  const given: ExtractCase = {
    files: { 'e.csv': csv('user,ts,amount', ...lines) },
    sources: { shop: { path: 'e.csv', ...shop, ...lenient } },
  }
  await withExtract(given, async ({ rows, extracted }) => {
    const read = await rows('SELECT event_time FROM events JOIN users USING (user_index) ORDER BY user_id')
    expect(read.map((row) => row['event_time'])).toEqual(Object.values(good))
    expect(extracted.quality.events.rejected).toEqual([{ reason: 'event_time: cannot be read', rows: bad.length }])
  })
})

test('ids, types and categories are compared byte by byte and change nothing around them', async () => {
  const hard = [
    "'; DROP TABLE users; --",
    '__proto__',
    'constructor',
    'a\nb',
    'a\r\nb',
    '\u001b[31mred',
    '\u202eabc',
    ' a ',
    'A',
    'a',
    'é',
    'e\u0301',
    '0017',
    '17',
    '17.0',
    'null',
    'NaN',
    'true',
    '"',
    '""',
    '=1+1',
    '🙂',
    'שלום',
    ',',
    ';',
    '\\',
    'x'.repeat(100_000),
  ]
  const lines = hard.map(
    (text, at) => `${quoted(text)},2026-01-${String(1 + at).padStart(2, '0')},${quoted(text)},${at}`,
  )
  const given: ExtractCase = {
    files: { 'e.csv': csv('user,ts,type,amount', ...lines) },
    sources: {
      shop: {
        path: 'e.csv',
        columns: { user_id: 'user', event_time: 'ts', event_type: 'type', amount: 'amount', category: 'type' },
      },
    },
  }
  await withExtract(given, async ({ rows, extracted }) => {
    const read = await rows(
      'SELECT user_id, event_type, category, amount_cents FROM events JOIN users USING (user_index) ORDER BY amount_cents',
    )
    expect(read.map((row) => Object.values(row))).toEqual(hard.map((text, at) => [text, text, text, 100 * at]))
    expect(extracted.counts.users).toBe(hard.length)
    expect(extracted.levels.eventTypes.map(({ name }) => name).sort()).toEqual([...hard].sort())
    expect(extracted.quality.eventTypes.map(({ eventType, events }) => [eventType, events])).toContainEqual([
      '__proto__',
      1,
    ])
  })
})
