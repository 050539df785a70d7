import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '../../engines/engine.ts'
import { readDataFacts } from '../../features/data-facts.ts'
import { usersSeenSelect } from '../../features/users-seen.ts'
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
  days_since_discount: null,
  discount_count_30d: 0,
  discount_decay_30d: 1,
  discounts_per_order_30d: 0,
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
  days_since_view: 1,
  login_count_30d: 2,
  login_days_30d: 2,
  view_count_30d: 1,
  active_day_decay_30d: (5 + 1) / (4 + 1), // 1, 10, 20, 30 January before
  login_decay_30d: (2 + 1) / (1 + 1),
  login_day_decay_30d: (2 + 1) / (1 + 1),
  view_decay_30d: 1,
  longest_silence_30d: 10, // the present one has 1 day
  session_count_30d: 6, // 31 Jan (the second before it lies outside), 10 Feb twice, 20, 24, 29 Feb
  session_minutes_30d: 0, // no two events of different time within 30 minutes
  session_length_30d: 0,
  events_per_session_30d: 7 / 6,
  session_decay_30d: (6 + 1) / (4 + 1),
  session_minute_decay_30d: 1,
  channel_count_change_30d: 0,
  core_channel_share_30d: 4 / 6, // web 4, app 2, one unknown
  core_channel_share_change_30d: 4 / 6 - 2 / 4,
  channel_entropy_30d: -((2 / 3) * Math.log(2 / 3) + (1 / 3) * Math.log(1 / 3)),
  morning_share_30d: 3 / 7, // the three at 10 o'clock
  afternoon_share_30d: 1 / 7, // noon
  evening_share_30d: 0,
  day_part_regularity_30d: (3 ** 2 + 3 ** 2 + 1) / 7 ** 2,
  day_part_shift_30d: (3 / 7 - 1 / 4 + (3 / 7 - 1 / 4) + (2 / 4 - 1 / 7)) / 2, // before: morning 1, noon 2, night 1
  weekend_share_change_30d: 4 / 7 - 1 / 4,
  weekday_regularity_30d: (4 ** 2 + 3) / 7 ** 2, // Saturday 4; Tuesday, Wednesday, Thursday 1
  weekday_shift_30d: (1 / 4 + (1 / 4 - 1 / 7) * 2 + 1 / 7 + (4 / 7 - 1 / 4)) / 2, // before: Mon, Tue, Wed, Sat
  average_order_value_lifetime: 65 / 4,
  last_order_value: 5,
  last_order_value_ratio: 20 / 65,
  purchase_gap_variation: Math.sqrt(60.5) / 15.5,
  purchase_day_decay_30d: (1 + 1) / (2 + 1),
  spend_slope_30d: -25 / 10, // weeks from 2 Feb: 0, 25, 0, 0
  purchase_slope_30d: -2 / 10,
  quantity_decay_30d: 1,
  average_item_price_30d: 25 / 4,
  average_item_price_change_30d: 25 / 4 - 40 / 4,
  days_since_cart: null,
  category_count_lifetime: 2,
  cart_count_30d: 0,
  favourite_count_30d: 0,
  cart_decay_30d: 1,
  favourite_decay_30d: 1,
  carts_per_view_30d: 0,
  active_days_lifetime: 9,
  event_count_lifetime: 11,
  active_day_rate_30d: 5 / 30,
  login_rate_30d: 2 / 30,
  purchase_rate_30d: 2 / 30,
  spend_rate_30d: 25 / 30,
  days_since_first_register: null,
  days_since_first_key_action: null,
  days_to_first_key_action: null,
  days_from_register_to_key_action: null,
  days_from_register_to_purchase: null,
  days_from_key_action_to_purchase: null,
  days_to_repeat_purchase: 10, // 10 to 20 January
  is_quick_first_purchase: 0,
  onboarding_step: 2, // first and second order; neither registration nor key action
  earlier_windows: 1, // as of 28 January (window 31 Jan to 29 Feb); nobody was there on 29 December
  earlier_churns: 0, // it holds logins and orders
  earlier_churn_share: 0,
  churned_in_last_window: 0,
  days_since_return: 10,
  days_since_refund: null,
  days_since_cancel_order: null,
  days_since_payment_failed: null,
  days_since_unsubscribe: null,
  days_since_uninstall: null,
  return_count_30d: 1,
  refund_count_30d: 0,
  complaint_count_30d: 1,
  cancel_order_count_30d: 0,
  payment_failed_count_30d: 0,
  unsubscribe_count_30d: 0,
  uninstall_count_30d: 0,
  return_rise_30d: 2,
  refund_rise_30d: 1,
  complaint_rise_30d: 2,
  cancel_order_rise_30d: 1,
  payment_failed_rise_30d: 1,
  unsubscribe_rise_30d: 1,
  uninstall_rise_30d: 1,
  refund_rate_30d: 0,
  complaint_rate_30d: 1 / 2,
  cancel_rate_30d: 0,
  payment_failure_rate_30d: 0,
  returned_value_30d: 5,
  returned_value_share_30d: 5 / 25,
  returned_value_rise_30d: 5 + 1,
  // Slopes over the weeks from 2, 9, 16 and 23 February, weights -3 -1 1 3 over 10.
  active_day_slope_30d: (-1 + 1 + 6) / 10, // days 0, 1, 1, 2
  login_slope_30d: 3 / 10, // the login of 31 January lies before the first week
  login_day_slope_30d: 3 / 10,
  view_slope_30d: 3 / 10,
  session_slope_30d: (-2 + 1 + 6) / 10, // 0, 2, 1, 2
  session_minute_slope_30d: 0,
  channel_count_slope_30d: (-1 + 1 + 6) / 10, // none, web, web, web and app
  purchase_day_slope_30d: -1 / 10,
  discount_slope_30d: 0,
  quantity_slope_30d: -4 / 10,
  category_count_slope_30d: (-2 + 1 + 3) / 10, // none, a and b, a, a
  cart_slope_30d: 0,
  favourite_slope_30d: 0,
  return_slope_30d: 1 / 10,
  refund_slope_30d: 0,
  complaint_slope_30d: 3 / 10,
  cancel_order_slope_30d: 0,
  payment_failed_slope_30d: 0,
  unsubscribe_slope_30d: 0,
  uninstall_slope_30d: 0,
  trouble_slope_30d: (1 + 3) / 10,
  returned_value_slope_30d: 5 / 10,
  // Per day: the first event is 60 days old, so the lookback's 30 days are the shorter.
  login_day_per_day_30d: 2 / 30,
  view_per_day_30d: 1 / 30,
  session_per_day_30d: 6 / 30,
  session_minute_per_day_30d: 0,
  purchase_day_per_day_30d: 1 / 30,
  discount_per_day_30d: 0,
  quantity_per_day_30d: 4 / 30,
  cart_per_day_30d: 0,
  favourite_per_day_30d: 0,
  return_per_day_30d: 1 / 30,
  refund_per_day_30d: 0,
  complaint_per_day_30d: 1 / 30,
  cancel_order_per_day_30d: 0,
  payment_failed_per_day_30d: 0,
  unsubscribe_per_day_30d: 0,
  uninstall_per_day_30d: 0,
  trouble_per_day_30d: 2 / 30,
  returned_value_per_day_30d: 5 / 30,
  tier_change_decay_30d: (1 + 1) / (0 + 1),
  tier_change_slope_30d: -1 / 10, // gold on 15 February, the second week
  age_change_decay_30d: 1,
  age_change_slope_30d: 0,
  registered_change_decay_30d: 1,
  registered_change_slope_30d: 0,
  age_previous: null,
  age_changes_30d: 0,
  days_since_registered_change: null,
  registered_changes_30d: 0,
  days_from_registered_to_purchase: 121 - 51,
  lifecycle_stage: 'active',
  value_recent: 25,
  channel_recent: 'web',
  label: 0, // by the login of 4 March, the first day of the window
}

test('every tag of the catalogue is in the table that was worked out by hand', () => {
  const { features } = testPlan(catalogContext({ lookbackDays: [30], trends: 'all' }))
  const measured = features.filter(({ kind }) => kind !== 'fitted').map(({ name }) => name)
  expect(measured.filter((name) => !(name in expected))).toEqual([])
  expect(measured.length).toBeGreaterThan(150)
})

test('sessions: 30 minutes after the last event is the same session, a second more is another', async () => {
  const times = [
    '2024-02-20T23:50:00',
    '2024-02-21T00:20:00',
    '2024-02-21T00:50:01',
    '2024-02-25T12:00:00',
    '2024-02-25T12:10:00',
  ]
  await loadWorld(engine, { users: 1, attributes: [], events: times.map((time) => event(0, time, 'view')) })
  const { rows } = await makeExamples(engine, testPlan(catalogContext(), { cutoffs: [day('2024-03-01')] }))
  // Of the last 30 days 30, 0 and 10 minutes; the last 7 days begin on 23 February, those before hold 30 minutes.
  expect(rows[0]).toMatchObject({ session_count_30d: 3, session_minutes_30d: 40, session_length_30d: 40 / 3 })
  expect(rows[0]).toMatchObject({ session_count_7d: 1, session_minutes_7d: 10, session_minute_decay_7d: 11 / 31 })
})

test('a log of twelve events, every number checked by hand', async () => {
  const stays = event(0, '2024-03-04', 'login')
  await loadWorld(engine, { ...world, events: [...world.events, stays] })
  const plan = testPlan(catalogContext({ trends: 'all' }), { cutoffs: [day('2024-03-01')] })
  const { rows, compiled } = await makeExamples(engine, plan)
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
