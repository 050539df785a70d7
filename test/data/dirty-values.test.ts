import { describe, expect, test } from 'vitest'
import { csv, eventLines, shop, withExtract, type ExtractCase } from './extract-case.ts'

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

describe('a log like UCI Online Retail', () => {
  /** 4 invoices a day for 60 days: a quarter without customer, every seventh cancelled, some free, some copied. */
  const rows = Array.from({ length: 240 }, (_, at) => {
    const isCancelled = at % 7 === 3
    return {
      invoice: `${isCancelled ? 'C' : ''}${536365 + at}`,
      customer: at % 4 === 1 ? '' : String(17850 + (at % 11)),
      quantity: isCancelled ? -1 - (at % 5) : 1 + (at % 12),
      price: at % 50 === 49 ? 0 : 0.85 + at / 100,
      day: Math.floor(at / 4),
    }
  })
  const date = (day: number): string => {
    const time = new Date(Date.UTC(2010, 11, 1 + day))
    return `${time.getUTCMonth() + 1}/${time.getUTCDate()}/${time.getUTCFullYear()} 8:26`
  }
  const lines = rows.map(({ invoice, customer, quantity, price, day }) =>
    [
      invoice,
      '85123A',
      '"WHITE ""HANGING"" £ HEART, RED"',
      quantity,
      date(day),
      price.toFixed(2),
      customer,
      'United Kingdom',
    ].join(','),
  )
  const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'
  const source = {
    path: 'retail.csv',
    encoding: 'latin-1',
    timestampFormat: '%m/%d/%Y %H:%M',
    userIdType: 'integer',
    columns: {
      user_id: 'CustomerID',
      event_time: 'InvoiceDate',
      amount: 'Quantity * UnitPrice',
      quantity: 'Quantity',
      item: 'InvoiceNo',
      category: 'Description',
    },
    rejects: { maxFraction: 0.3 },
  } as const
  const given: ExtractCase = {
    files: { 'retail.csv': Buffer.from([header, ...lines].join('\r\n'), 'latin1') },
    sources: {
      sales: { ...source, set: { event_type: 'purchase' }, where: 'quantity > 0' },
      cancelled: { ...source, set: { event_type: 'cancel_order' }, where: "item >= 'C' and item < 'D'" },
    },
  }
  const cents = (quantity: number, price: number): number => Math.round(quantity * Math.round(price * 100))
  const known = rows.filter(({ customer }) => customer !== '')
  const sold = known.filter(({ quantity }) => quantity > 0)
  const cancelled = known.filter(({ quantity }) => quantity < 0)

  test('purchases and cancellations are two kinds of event; sums and counts by user are those of the file', async () => {
    await withExtract(given, async ({ rows: query, extracted }) => {
      const expected = [...new Set(known.map(({ customer }) => customer))].sort().map((user) => {
        const own = (list: typeof rows) => list.filter(({ customer }) => customer === user)
        const sum = (list: typeof rows) =>
          own(list).reduce((total, { quantity, price }) => total + cents(quantity, price), 0)
        return {
          user_id: Number(user),
          bought: sum(sold),
          orders: own(sold).length,
          back: sum(cancelled),
          cancels: own(cancelled).length,
        }
      })
      const kind = (type: string) => `FILTER (WHERE event_type = '${type}')`
      const read = await query(
        `SELECT user_id, CAST(coalesce(sum(amount_cents) ${kind('purchase')}, 0) AS BIGINT) AS bought, count(*) ${kind('purchase')} AS orders, CAST(coalesce(sum(amount_cents) ${kind('cancel_order')}, 0) AS BIGINT) AS back, count(*) ${kind('cancel_order')} AS cancels FROM events JOIN users USING (user_index) GROUP BY user_id ORDER BY user_id`,
      )
      expect(read).toEqual(expected)
      const [sales, cancels] = extracted.quality.sources
      const nobody = rows.length - known.length
      expect(sales).toMatchObject({
        rowsRead: 240,
        rejected: [{ reason: 'user_id: null', rows: nobody }],
        negativeAmounts: 0,
        filteredOut: cancelled.length,
      })
      expect(cancels).toMatchObject({
        rows: cancelled.length,
        negativeAmounts: cancelled.filter(({ price }) => price > 0).length,
        filteredOut: sold.length,
      })
      expect(sales!.zeroAmounts).toBe(sold.filter(({ price }) => price === 0).length)
      expect(nobody / rows.length).toBe(0.25)
    })
  })

  test('left as one kind of event, negative amounts and quantities are counted where everybody sees them', async () => {
    const one: ExtractCase = { ...given, sources: { retail: { ...source, set: { event_type: 'purchase' } } } }
    await withExtract(one, async (outcome) => {
      expect((await eventLines(outcome)).length).toBe(known.length)
      expect(outcome.extracted.quality.events.negativeAmounts).toBe(cancelled.filter(({ price }) => price > 0).length)
    })
  })
})
