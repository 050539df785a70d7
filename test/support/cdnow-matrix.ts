import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Dataset, Labels } from '../../core/dataset.ts'
import { type Day, dayNumber } from '../../core/day.ts'

interface Purchase {
  readonly day: number
  readonly quantity: number
  readonly amount: number
}

const horizonDays = 181
const sample = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../data/sample/cdnow.csv.gz')

/**
 * The CDNOW customers as they stood at `cutoff`, one row each in order of id, 17 columns, counts and money as log1p,
 * and whether they bought nothing in the next 181 days. Computed from arrays, apart from the product's own features.
 */
export function cdnowMatrix(cutoff: Day, file = sample): { x: Dataset; y: Labels } {
  const at = dayNumber(cutoff)
  const users = [...purchasesByUser(file)].sort(([a], [b]) => a - b)
  const known = users.filter(([, purchases]) => purchases.some(({ day }) => day < at))
  const rows = known.map(([, purchases]) =>
    describe(
      purchases.filter(({ day }) => day < at),
      at,
    ),
  )
  const names = Object.keys(rows[0]!)
  const isBack = (purchases: readonly Purchase[]): boolean =>
    purchases.some(({ day }) => day >= at && day < at + horizonDays)
  return {
    x: {
      names,
      columns: names.map((name) => ({ kind: 'number', values: Float32Array.from(rows, (row) => row[name]!) })),
      rowCount: rows.length,
      users: Uint32Array.from(known, ([user]) => user),
      cutoffs: new Uint16Array(rows.length).fill(at),
    },
    y: Uint8Array.from(known, ([, purchases]) => (isBack(purchases) ? 0 : 1)),
  }
}

function purchasesByUser(file: string): Map<number, Purchase[]> {
  const users = new Map<number, Purchase[]>()
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/).slice(1)
  for (const line of lines) {
    const [user, date, quantity, amount] = line.split(',')
    const purchase = { day: dayNumber(date as Day), quantity: Number(quantity), amount: Number(amount) }
    const id = Number(user)
    if (!users.has(id)) users.set(id, [])
    users.get(id)!.push(purchase)
  }
  return users
}

function describe(past: readonly Purchase[], at: number): Record<string, number> {
  const days = [...new Set(past.map(({ day }) => day))].sort((a, b) => a - b)
  const [first, last] = [days[0]!, days[days.length - 1]!]
  const within = (count: number): Purchase[] => past.filter(({ day }) => day >= at - count)
  const spend = (purchases: readonly Purchase[]): number => purchases.reduce((sum, { amount }) => sum + amount, 0)
  const { log1p } = Math
  return {
    recency: at - last,
    tenure: at - first,
    active_days: log1p(days.length),
    orders: log1p(past.length),
    spend: log1p(spend(past)),
    items: log1p(past.reduce((sum, { quantity }) => sum + quantity, 0)),
    mean_amount: log1p(spend(past) / past.length),
    largest_amount: log1p(Math.max(...past.map(({ amount }) => amount))),
    last_amount: log1p(spend(past.filter(({ day }) => day === last))),
    orders_30d: log1p(within(30).length),
    orders_60d: log1p(within(60).length),
    orders_90d: log1p(within(90).length),
    orders_180d: log1p(within(180).length),
    spend_30d: log1p(spend(within(30))),
    spend_90d: log1p(spend(within(90))),
    mean_gap: days.length > 1 ? log1p((last - first) / (days.length - 1)) : Number.NaN,
    span: log1p(last - first),
  }
}
