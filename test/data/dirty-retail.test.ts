import { describe, expect, test } from 'vitest'
import { eventLines, withExtract, type ExtractCase } from './extract-case.ts'

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
