import { parseDay, type Day } from '../../core/day.ts'
import type { Random } from '../../core/random.ts'
import type { Engine, Row } from '../../engines/engine.ts'
import type { CatalogContext } from '../../features/catalog.ts'
import { selectFeatures } from '../../features/catalog.ts'
import { compileExamples } from '../../features/compile.ts'
import { families } from '../../features/definition.ts'
import type { CompiledExamples, ExamplePlan, PlanAttribute } from '../../features/plan.ts'
import { resolveRoles } from '../../features/roles.ts'
import { lifecycleColumn } from '../../cohorts/lifecycle.ts'

/** One event; `at` in milliseconds since 1970-01-01 of the local wall clock. */
export interface TestEvent {
  user: number
  at: number
  type: string
  amountCents: number | null
  quantityMilli: number | null
  category: string | null
  channel: string | null
  delay: number
  /** Day on which the row became available; absent: at once. */
  available?: string
}

export interface TestAttribute {
  user: number
  validFrom: string | null
  tier: string | null
  age: number | null
  registered: string | null
}

/** A contract [begins, ends); a null end runs on. */
export interface TestContract {
  user: number
  begins: string | null
  ends: string | null
  reason: string | null
}

export interface World {
  users: number
  events: TestEvent[]
  attributes: TestAttribute[]
  contracts?: TestContract[]
}

export const dayMs = 86_400_000
export const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text}Z`)
export const day = (text: string): Day => parseDay(text)
export const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const event = (user: number, time: string, type: string, more: Partial<TestEvent> = {}): TestEvent => ({
  user,
  at: at(time),
  type,
  amountCents: null,
  quantityMilli: null,
  category: null,
  channel: null,
  delay: 0,
  ...more,
})

export const customerTable: PlanAttribute = {
  name: 'customer',
  relation: 't_customer',
  isHistory: true,
  columns: [
    { name: 'tier', type: 'category' },
    { name: 'age', type: 'number' },
    { name: 'registered', type: 'day' },
  ],
}

export const contractTable: PlanAttribute = {
  name: 'contracts',
  relation: 't_contracts',
  isHistory: true,
  columns: [
    { name: 'ends', type: 'day' },
    { name: 'reason', type: 'category' },
  ],
}

export const eventTypes = [
  'app_login', // plays login, by mapping
  'login',
  'view',
  'cart',
  'favourite',
  'purchase',
  'return',
  'complaint',
  'cancel_order',
  'unsubscribe',
  'uninstall',
  'register',
  'key_action',
  'refund',
  'payment_failed',
  'discount',
]
export const roles = resolveRoles({ login: ['login', 'app_login'] })

export function catalogContext(more: Partial<CatalogContext> = {}): CatalogContext {
  return {
    families: [...families],
    lookbackDays: [7, 30],
    trends: [],
    roles,
    eventTypes,
    attributes: [customerTable],
    levels: { category: ['a', 'b', "c'c", 'd'], channel: ['app', 'web'] },
    has: { amount: true, quantity: true, timeOfDay: true },
    ...more,
  }
}

export function testPlan(context: CatalogContext, more: Partial<ExamplePlan> = {}): ExamplePlan {
  const { features, supporting } = selectFeatures(context, { add: [], drop: [] })
  return {
    mode: 'label',
    relations: { events: 't_events', users: 't_users', attributes: context.attributes },
    cutoffs: [day('2024-02-29'), day('2024-03-31'), day('2024-04-01')],
    dataEnd: day('2024-06-01'),
    delaysDays: [0],
    churn: {
      labels: { gone: { kind: 'no_event_in_window', events: ['purchase', 'login'] } },
      target: 'gone',
      horizonDays: 30,
      gapDays: 3,
      eligible: 'any_history',
    },
    features,
    supporting,
    levels: context.levels,
    purchaseTypes: ['purchase'],
    context: [lifecycleColumn({ newDays: 30, silentDays: 14, returnedDays: 20 })],
    ...more,
  }
}

/** Loads a world; rows in the order given. */
export async function loadWorld(engine: Engine, world: World): Promise<void> {
  const { events, attributes } = world
  const big = (values: readonly (number | null)[]): (bigint | null)[] =>
    values.map((value) => (value === null ? null : BigInt(value)))
  await engine.load('t_raw', [
    { name: 'user_index', type: 'integer', values: Int32Array.from(events, (e) => e.user) },
    { name: 'micros', type: 'bigint', values: big(events.map((e) => e.at * 1000)) },
    { name: 'event_type', type: 'text', values: events.map((e) => e.type) },
    { name: 'amount_cents', type: 'bigint', values: big(events.map((e) => e.amountCents)) },
    { name: 'quantity_milli', type: 'bigint', values: big(events.map((e) => e.quantityMilli)) },
    { name: 'category', type: 'text', values: events.map((e) => e.category) },
    { name: 'channel', type: 'text', values: events.map((e) => e.channel) },
    { name: 'delay_days', type: 'integer', values: Int32Array.from(events, (e) => e.delay) },
    { name: 'available', type: 'text', values: events.map((e) => e.available ?? null) },
  ])
  await engine.execute(`CREATE OR REPLACE TEMP TABLE t_events AS SELECT user_index, make_timestamp(micros) AS event_time,
    CAST(make_timestamp(micros) AS DATE) AS event_day, event_type, amount_cents, quantity_milli, NULL::VARCHAR AS item,
    category, channel, concat('s', delay_days) AS source, delay_days, CAST(available AS DATE) AS available_day FROM t_raw`)
  await engine.execute(
    `CREATE OR REPLACE TEMP TABLE t_users AS SELECT CAST(range AS INTEGER) AS user_index, range AS user_id FROM range(${world.users})`,
  )
  await engine.load('t_raw_customer', [
    { name: 'user_index', type: 'integer', values: Int32Array.from(attributes, (a) => a.user) },
    { name: 'valid_from', type: 'text', values: attributes.map((a) => a.validFrom) },
    { name: 'tier', type: 'text', values: attributes.map((a) => a.tier) },
    { name: 'age', type: 'double', values: Float64Array.from(attributes, (a) => a.age ?? Number.NaN) },
    { name: 'registered', type: 'text', values: attributes.map((a) => a.registered) },
  ])
  await engine.execute(`CREATE OR REPLACE TEMP TABLE t_customer AS SELECT user_index, CAST(valid_from AS DATE) AS valid_from,
    tier, age, CAST(registered AS DATE) AS registered FROM t_raw_customer`)
}

/** Loads the contracts of a world beside its events. */
export async function loadContracts(engine: Engine, { contracts = [] }: World): Promise<void> {
  await engine.load('t_raw_contracts', [
    { name: 'user_index', type: 'integer', values: Int32Array.from(contracts, (one) => one.user) },
    { name: 'begins', type: 'text', values: contracts.map((one) => one.begins) },
    { name: 'ends', type: 'text', values: contracts.map((one) => one.ends) },
    { name: 'reason', type: 'text', values: contracts.map((one) => one.reason) },
  ])
  await engine.execute(`CREATE OR REPLACE TEMP TABLE t_contracts AS SELECT user_index, CAST(begins AS DATE) AS valid_from,
    CAST(ends AS DATE) AS ends, reason FROM t_raw_contracts`)
}

/** Contracts that follow each other at once, late, overlapping or not at all; one per user and first day. */
export function randomContracts(random: Random, users: number): TestContract[] {
  const made = new Map<string, TestContract>()
  for (let user = 0; user < users; user++) {
    let begins = at('2023-11-20') + random.integer(60) * dayMs
    for (let left = random.integer(6); left > 0; left--) {
      const ends = begins + (random.integer(50) - 2) * dayMs
      const runsOn = random.integer(7) === 0
      const first = random.integer(9) === 0 ? null : dayText(begins)
      const reason = [null, 'payment', 'wish'][random.integer(3)]!
      made.set(`${user}/${first}`, { user, begins: first, ends: runsOn ? null : dayText(ends), reason })
      begins = ends + (random.integer(20) - 4) * dayMs
    }
  }
  return [...made.values()]
}

export interface Made {
  readonly rows: Row[]
  readonly population: Row[]
  readonly excluded: Row[]
  /** Of every prediction, in order. */
  readonly populations: Row[][]
  readonly compiled: CompiledExamples
}

export async function makeExamples(engine: Engine, plan: ExamplePlan): Promise<Made> {
  const compiled = compileExamples(plan, engine.dialect)
  for (const { sql } of compiled.statements) await engine.execute(sql)
  const rows = await engine.rows(compiled.select)
  const population = await engine.rows(compiled.populationSelect)
  const excluded = compiled.excludedSelect === null ? [] : await engine.rows(compiled.excludedSelect)
  const populations: Row[][] = []
  for (const { populationSelect } of compiled.predictions) populations.push(await engine.rows(populationSelect))
  return { rows, population, excluded, populations, compiled }
}

/** A random log: busy and sparse users, bursts on one day, ties, month ends, leap day; delays drawn from `delays`. */
export function randomWorld(
  random: Random,
  options: { users: number; delays: number[]; categories: string[]; isLate?: boolean },
): World {
  const { users, delays, categories } = options
  const start = at('2023-11-20')
  const days = 190
  const pick = <T>(values: readonly T[]): T => values[random.integer(values.length)]!
  const events: TestEvent[] = []
  const attributes: TestAttribute[] = []
  for (let user = 0; user < users; user++) {
    const count = user % 7 === 0 ? 1 : 1 + random.integer(user % 3 === 0 ? 80 : 25)
    const first = random.integer(days - 10)
    const life = 5 + random.integer(days - first - 4)
    for (let i = 0; i < count; i++) {
      const dayAt = start + (first + random.integer(life)) * dayMs
      const moment = random.integer(3) === 0 ? 0 : random.integer(86_400) * 1000
      const type = pick(random.integer(3) === 0 ? ['purchase'] : eventTypes)
      const made = {
        ...event(user, dayText(dayAt), type),
        at: dayAt + moment,
        amountCents: type === 'purchase' || type === 'return' ? random.integer(20_000) - 500 : null,
        quantityMilli: type === 'purchase' && random.integer(4) > 0 ? 1000 * random.integer(5) : null,
        category: random.integer(5) === 0 ? null : pick(categories),
        channel: random.integer(6) === 0 ? null : pick(['app', 'web']),
        delay: pick(delays),
        ...(options.isLate === true && random.integer(2) === 0
          ? { available: dayText(dayAt + random.integer(35) * dayMs) }
          : {}),
      }
      events.push(made)
      if (random.integer(8) === 0) events.push({ ...made, channel: pick(['app', 'web']), type: pick(eventTypes) })
    }
    for (let i = random.integer(5); i > 0; i--)
      attributes.push({
        user,
        validFrom: random.integer(6) === 0 ? null : dayText(start + random.integer(days) * dayMs),
        tier: random.integer(5) === 0 ? null : pick(['gold', 'silver']),
        age: random.integer(5) === 0 ? null : 20 + random.integer(3),
        registered: random.integer(5) === 0 ? null : dayText(start - random.integer(400) * dayMs),
      })
  }
  return { users, events, attributes }
}
