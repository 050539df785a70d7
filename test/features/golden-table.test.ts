import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '../../engines/engine.ts'
import { readDataFacts } from '../../features/data-facts.ts'
import { usersSeenSelect } from '../../features/spine.ts'
import { openTestEngine } from './engine.ts'
import { catalogContext, day, event, loadWorld, makeExamples, testPlan, type World } from './world.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const buy = (time: string, cents: number, category: string): ReturnType<typeof event> =>
  event(0, time, 'purchase', { amountCents: cents, quantityMilli: 2000, category, channel: 'web' })

/** Twelve events of user 0, one of user 1; the cutoff is 1 March 2024, so the last 30 days begin on 31 January. */
const world: World = {
  users: 2,
  events: [
    event(0, '2024-01-01T08:00:00', 'view', { category: 'b', channel: 'app' }),
    buy('2024-01-10T12:00:00', 1_000, 'a'),
    buy('2024-01-20T12:00:00', 3_000, 'a'),
    event(0, '2024-01-30T23:59:59', 'login', { channel: 'app' }),
    event(0, '2024-01-31T00:00:00', 'login', { channel: 'app' }), // first instant of the lookback; a Wednesday
    buy('2024-02-10T12:00:00', 2_000, 'b'), // Saturday
    buy('2024-02-10T23:00:00', 500, 'a'), // the same day, at night
    event(0, '2024-02-20T03:00:00', 'return', { amountCents: 500, category: 'a', channel: 'web' }),
    event(0, '2024-02-24T10:00:00', 'complaint', { channel: 'web' }), // Saturday
    event(0, '2024-02-24T10:00:00', 'login', { channel: 'app' }), // the same instant
    event(0, '2024-02-29T10:00:00', 'view', { category: 'a' }), // no channel
    event(0, '2024-03-01T00:00:00', 'purchase', { amountCents: 9_900 }), // at the cutoff: not seen
    event(1, '2024-02-15', 'login'),
  ],
  attributes: [
    { user: 0, validFrom: '2023-12-01', tier: 'silver', age: 30, registered: '2023-11-01' },
    { user: 0, validFrom: '2024-02-15', tier: 'gold', age: 30, registered: '2023-11-01' },
    { user: 0, validFrom: '2024-03-01', tier: 'silver', age: 31, registered: '2023-11-01' }, // not known yet
  ],
}

const expected: Record<string, number | string | null> = {
  days_since_event: 1,
  days_since_login: 6,
  event_count_30d: 7,
  active_days_30d: 5, // 31 Jan, 10, 20, 24, 29 Feb
  events_per_active_day_30d: 7 / 5,
  event_decay_30d: (7 + 1) / (4 + 1), // 1 January is the first day of the 30 days before
  event_slope_30d: (-2 + 1 + 9) / 10, // 7-day parts from 2 Feb: 0, 2, 1, 3; weights -3 -1 1 3 over 10
  longest_absence_30d: 10,
  mean_absence: 59 / 8, // 1 Jan to 29 Feb over 8 gaps: 9 10 10 1 10 10 4 5
  sd_absence: Math.sqrt((8 * (81 + 100 + 100 + 1 + 100 + 100 + 16 + 25) - 59 ** 2) / (8 * 7)),
  absence_overdue: 8 / 59,
  channel_count_30d: 2,
  weekend_share_30d: 4 / 7,
  night_share_30d: 3 / 7, // midnight, 23 o'clock, 3 o'clock
  days_since_purchase: 20,
  purchase_count_30d: 2,
  purchase_count_lifetime: 4,
  purchase_days_30d: 1,
  spend_30d: 25,
  spend_lifetime: 65,
  average_order_value_30d: 12.5,
  average_order_value_change_30d: 12.5 - 20,
  largest_order_30d: 20,
  quantity_30d: 4,
  items_per_order_30d: 2,
  purchase_decay_30d: 1,
  spend_decay_30d: 26 / 41,
  mean_purchase_gap: 31 / 2, // 10 and 21 days
  sd_purchase_gap: Math.sqrt(60.5),
  longest_purchase_gap: 21,
  purchase_overdue: 40 / 31,
  days_since_favourite: null,
  category_count_30d: 2,
  category_count_change_30d: 0,
  core_category_share_30d: 3 / 4, // a a a b
  core_category_share_change_30d: 3 / 4 - 2 / 3,
  category_concentration_30d: 10 / 16,
  category_entropy_30d: -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)),
  last_category: 'a',
  orders_per_cart_30d: null,
  tenure_days: 60,
  days_since_first_purchase: 51,
  days_to_first_purchase: 9,
  active_day_share: 9 / 60,
  silent_share_of_life: 1 / 60,
  is_single_purchase: 0,
  is_younger_than_30d: 0,
  days_since_return_from_silence: null,
  steps_done: 5, // login, view, purchase, return, complaint
  event_rate_30d: 7 / 30,
  return_rate_30d: 1 / 2,
  days_since_complaint: 6,
  days_since_trouble: 6,
  trouble_count_30d: 2,
  trouble_share_30d: 2 / 7,
  trouble_rise_30d: 3,
  first_channel: 'app',
  last_channel: 'web', // two channels at the same instant: the greater name
  tier: 'gold',
  tier_previous: 'silver',
  tier_changes_30d: 1,
  days_since_tier_change: 15,
  age: 30,
  days_since_age_change: null,
  days_since_registered: 121,
  lifecycle_stage: 'active',
  value_recent: 25,
  channel_recent: 'web',
  label: 0, // by the login of 4 March, the first day of the window
}

test('a log of twelve events, every number checked by hand', async () => {
  const stays = event(0, '2024-03-04', 'login')
  await loadWorld(engine, { ...world, events: [...world.events, stays] })
  const { rows, compiled } = await makeExamples(engine, testPlan(catalogContext(), { cutoffs: [day('2024-03-01')] }))
  const [row] = rows
  for (const [name, value] of Object.entries(expected))
    if (typeof value === 'number') expect([name, Math.abs((row![name] as number) - value) < 1e-9]).toEqual([name, true])
    else expect([name, row![name]]).toEqual([name, value])
  expect(rows.map((one) => one['user_index'])).toEqual([0, 1])
  expect(Object.keys(row!)).toEqual(compiled.columns.map((column) => column.name))
})

test('a user with one event: counts are 0, what needs two events is missing', async () => {
  await loadWorld(engine, world)
  const { rows } = await makeExamples(engine, testPlan(catalogContext(), { cutoffs: [day('2024-03-01')] }))
  expect(rows[1]).toMatchObject({
    user_index: 1,
    label: 1,
    churn_kind: 'passive',
    event_count_30d: 1,
    purchase_count_30d: 0,
    spend_30d: 0,
    days_since_purchase: null,
    mean_absence: null,
    average_order_value_30d: null,
    category_entropy_30d: null,
    category_count_30d: 0,
    tier: null,
    tier_changes_30d: 0,
    is_younger_than_30d: 1,
    event_rate_30d: 1 / 15,
    lifecycle_stage: 'new',
    value_recent: 0,
    channel_recent: null,
  })
})

test('the facts of the data, and users seen before a dropped cutoff', async () => {
  await loadWorld(engine, world)
  const facts = await readDataFacts(engine, 't_events')
  expect(facts).toEqual({
    eventTypes: ['complaint', 'login', 'purchase', 'return', 'view'],
    levels: { category: ['a', 'b'], channel: ['app', 'web'] },
    has: { amount: true, quantity: true, timeOfDay: true },
    dataStart: '2024-01-01',
    dataEnd: '2024-03-02',
    delaysDays: [0],
  })
  const plan = testPlan(catalogContext())
  const sql = usersSeenSelect(plan, [day('2024-01-01'), day('2024-02-15'), day('2024-02-16')], engine.dialect)
  expect(await engine.rows(sql)).toEqual([
    { cutoff: '2024-01-01', users: 0 },
    { cutoff: '2024-02-15', users: 1 },
    { cutoff: '2024-02-16', users: 2 },
  ])
  await loadWorld(engine, { users: 1, events: [], attributes: [] })
  await expect(readDataFacts(engine, 't_events')).rejects.toThrow('sources: there is no event')
})
