import { type Dataset, type Labels, sharedFloat32, sharedUint16, sharedUint32 } from '../../core/dataset.ts'
import { createRandom, type Random } from '../../core/random.ts'

export interface SimulatedMatrix {
  readonly x: Dataset
  readonly y: Labels
  /** P(y = 1) of every row, the noise that no column shows included: y[i] was drawn from it. */
  readonly truth: Float64Array
}

/** Columns of a customer, in order; further ones are `noise_<j>`, which mean nothing. */
const meaningful = [
  'tenure_months',
  'monthly_spend',
  'lifetime_spend',
  'plan',
  'payment',
  'tickets',
  'usage_now',
  'usage_before',
  'sessions',
  'birth_month',
  'app_installed',
  'satisfaction',
  'season_phase',
  'discount_share',
  'trend',
  'tone',
  'days_since_login',
  'days_since_order',
  'price_index',
  'basket_spread',
  'surplus',
  'referral',
  'push_rate',
  'mail_rate',
] as const

type Customer = Record<(typeof meaningful)[number], number>

/**
 * A churn-like table, the same bits for the same arguments on every machine: number columns of float32 with 5 % missing
 * at random, curved effects, interactions, an unseen normal term, base rate near .25. With fewer rows it is a prefix of
 * the longer table; `columns` is at least 24 (the meaningful ones), the rest is noise. Every row is a user of its own.
 */
export function simulatedMatrix(options: { rows: number; columns: number; seed: number }): SimulatedMatrix {
  const { rows, columns, seed } = options
  if (columns < meaningful.length) throw new RangeError(`simulatedMatrix: columns must be >= 24, got ${columns}`)
  const root = createRandom(seed)
  const names = Array.from({ length: columns }, (_, j) => meaningful[j] ?? `noise_${j}`)
  const values = names.map(() => sharedFloat32(rows))
  const y = new Uint8Array(rows)
  const truth = new Float64Array(rows)
  const random = root.child('customers')
  for (let i = 0; i < rows; i++) {
    const customer = drawCustomer(random)
    truth[i] = 1 / (1 + Math.exp(-(logOdds(customer) + 0.6 * random.normal())))
    y[i] = random.next() < truth[i]! ? 1 : 0
    for (let j = 0; j < meaningful.length; j++) values[j]![i] = customer[meaningful[j]!]
  }
  for (let j = meaningful.length; j < columns; j++) fillNoise(values[j]!, j, root.child(`noise/${j}`))
  for (let j = 0; j < columns; j++) forget(values[j]!, root.child(`missing/${j}`))
  const users = sharedUint32(rows)
  for (let i = 0; i < rows; i++) users[i] = i
  const x: Dataset = {
    names,
    columns: values.map((column) => ({ kind: 'number', values: column })),
    rowCount: rows,
    users,
    cutoffs: sharedUint16(rows).fill(20_000),
  }
  return { x, y, truth }
}

function drawCustomer(random: Random): Customer {
  const engagement = random.normal()
  const thrift = random.normal()
  const tenure = Math.min(120, -18 * Math.log(1 - random.next()))
  const spend = Math.round(100 * Math.exp(3.2 + 0.5 * thrift + 0.3 * random.normal())) / 100
  const silentDays = Math.floor(3 * Math.exp(random.normal() - 0.3 * engagement))
  const appInstalled = random.integer(2)
  return {
    tenure_months: tenure,
    monthly_spend: spend,
    lifetime_spend: tenure * spend * (0.9 + 0.2 * random.next()),
    plan: random.integer(3),
    payment: random.integer(5),
    tickets: Math.floor(Math.exp(0.6 * random.normal() - 0.3 * engagement)),
    usage_now: engagement + 0.5 * random.normal(),
    usage_before: 0.7 * engagement + 0.8 * random.normal(),
    sessions: Math.exp(1 + 0.5 * engagement + 0.4 * random.normal()),
    birth_month: random.integer(12),
    app_installed: appInstalled,
    satisfaction: 2 * random.normal() + appInstalled,
    season_phase: 100 * random.next(),
    discount_share: random.next(),
    trend: random.normal(),
    tone: random.normal(),
    days_since_login: silentDays,
    days_since_order: silentDays * (1 + 2 * random.next()),
    price_index: thrift + random.normal(),
    basket_spread: random.normal() * random.normal(),
    surplus: Math.exp(random.normal()),
    referral: random.next(),
    push_rate: random.normal(),
    mail_rate: random.normal(),
  }
}

function logOdds(c: Customer): number {
  const planEffect = [0.9, 0, -0.9][c.plan]!
  const thriftEffect = (c.plan === 0 ? 0.7 : 0.2) * c.price_index
  const pairEffect = c.payment === 2 && c.app_installed === 1 ? 0.8 : 0
  const delight = c.satisfaction > 1.5 && c.discount_share > 0.5 ? -0.5 : 0
  return (
    -2.9 -
    0.8 * c.usage_now +
    planEffect +
    thriftEffect +
    pairEffect +
    delight +
    1.1 * Math.exp(-c.tenure_months / 8) +
    0.35 * Math.min(c.tickets, 4) +
    0.5 * Math.sin(c.season_phase / 12) +
    0.6 * Math.abs(c.trend) * Math.sign(c.tone) +
    0.09 * Math.min(c.days_since_login, 20) -
    0.2 * c.basket_spread +
    0.15 * Math.min(c.surplus, 6) * (c.referral > 0.5 ? 1 : -0.5) +
    (c.birth_month === 0 || c.birth_month === 11 ? 0.4 : 0) +
    0.2 * c.push_rate * c.mail_rate
  )
}

/** Three shapes in turn: normal, log-normal, few integers. */
function fillNoise(values: Float32Array, j: number, random: Random): void {
  for (let i = 0; i < values.length; i++)
    values[i] = j % 3 === 0 ? random.normal() : j % 3 === 1 ? Math.exp(random.normal()) : random.integer(8)
}

function forget(values: Float32Array, random: Random): void {
  for (let i = 0; i < values.length; i++) if (random.next() < 0.05) values[i] = Number.NaN
}
