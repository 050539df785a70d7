import { featuresSchema } from '../../features/config.ts'
import type { Feature } from '../../features/definition.ts'
import { userFeatures } from '../../features/user-features.ts'

const words = { unit: 'x', description: 'Something' }
const measures = {
  big: { measure: 'count', where: "event_type = 'purchase' and amount > 50.5", lookbackDays: 60 },
  at_night: { measure: 'activeDays', where: 'hour < 6 or hour >= 22 and not (weekday in (6, 7))', lookbackDays: 30 },
  many: { measure: 'sum', of: 'amount', where: 'quantity between 2 and 3', lookbackDays: 'lifetime' },
  least: { measure: 'min', of: 'amount', lookbackDays: 30, offsetDays: 10 },
  quoted: { measure: 'distinct', of: 'channel', where: "category = 'c''c' or category is null", lookbackDays: 45 },
  gap_count: { measure: 'gaps', of: 'count', where: "channel <> 'web'", lookbackDays: 90, offsetDays: 5 },
  channel_mix: { measure: 'levels', of: 'channel', statistic: 'entropy', lookbackDays: 50 },
  mean_paid: { measure: 'mean', of: 'amount', where: 'quantity > 1', lookbackDays: 120, offsetDays: 3 },
  mean_items: { measure: 'mean', of: 'quantity', lookbackDays: 'lifetime' },
  last_paid: { measure: 'lastValue', of: 'amount', lookbackDays: 60 },
  last_items: { measure: 'lastValue', of: 'quantity', where: "channel = 'web'", lookbackDays: 'lifetime' },
  first_gap: { measure: 'gaps', of: 'first', lookbackDays: 80 },
  visits: { measure: 'sessions', of: 'count', lookbackDays: 60 },
  visits_before: { measure: 'sessions', of: 'count', lookbackDays: 60, offsetDays: 60, inactivityMinutes: 600 },
  app_minutes: { measure: 'sessions', of: 'totalMinutes', where: "channel = 'app'", lookbackDays: 'lifetime' },
  visit_length: { measure: 'sessions', of: 'meanMinutes', lookbackDays: 90, inactivityMinutes: 1440 },
  pace: { measure: 'intervals', of: 'mean', where: "event_type <> 'view'", lookbackDays: 'lifetime' },
  unevenness: { measure: 'intervals', of: 'sd', lookbackDays: 70 },
  first_kind: { measure: 'firstLevel', of: 'category', where: 'source is not null', lookbackDays: 40 },
}
const formulas = {
  a_share: { formula: 'share', from: ['big', 'gap_count'] },
  a_product: { formula: 'product', from: ['many', 'big'] },
  a_share_of_products: { formula: 'difference', from: ['a_product', 'least'] },
  a_sum: { formula: 'sum', from: ['big', 'many', 'gap_count'] },
  a_largest: { formula: 'largest', from: ['least', 'big', 'mean_paid'] },
  a_concentration: { formula: 'concentration', from: ['big', 'gap_count', 'at_night'] },
  a_shift: { formula: 'shift', from: ['big', 'visits', 'gap_count', 'visits_before'] },
  a_fade: { formula: 'fade', from: ['visits', 'visits_before'], limit: 2 },
  how_many: { formula: 'countPositive', from: ['big', 'many', 'least'] },
}

const expressions = {
  x_share: { expression: "count(*) filter (where category = 'c''c') / count(*)", lookbackDays: 60 },
  x_spent: { expression: 'sum(amount) + 2 * avg(quantity) - -1', lookbackDays: 'lifetime', whenEmpty: 'zero' },
  x_fading: {
    expression: 'sum(case when days_ago <= 7 then 1 when days_ago <= 30 then 0.5 else 0.1 end) / greatest(count(*), 3)',
    lookbackDays: 45,
    offsetDays: 2,
  },
  x_middle: { expression: 'round(median(abs(amount)), 1) + ln(count(distinct category) + 1)', lookbackDays: 90 },
  x_night: {
    expression:
      "count(channel) filter (where not (hour between 6 and 21) or weekday in (6, 7) and upper(channel) = 'APP')",
    lookbackDays: 60,
    whenEmpty: 'zero',
  },
  x_range: {
    expression:
      'sqrt(max(amount) - min(amount)) + floor(max(days_ago) / 7) + coalesce(nullif(min(length(event_type)), 4), 0.5)',
    lookbackDays: 80,
  },
}

/** Features that a config declares, every measure and formula among them. */
export function ownFeatures(): readonly Feature[] {
  const add = {
    ...Object.fromEntries(Object.entries(measures).map(([name, of]) => [name, { kind: 'measure', ...words, ...of }])),
    ...Object.fromEntries(Object.entries(formulas).map(([name, of]) => [name, { kind: 'derived', ...words, ...of }])),
    ...Object.fromEntries(Object.entries(expressions).map(([name, of]) => [name, { kind: 'rowSql', ...words, ...of }])),
  }
  return userFeatures(featuresSchema.parse({ add }).add)
}
