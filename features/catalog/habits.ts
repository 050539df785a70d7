import type { Condition } from '../../core/condition.ts'
import type { Feature, LevelStatistic, Window } from '../definition.ts'
import type { FamilyFeatures } from './context.ts'
import { joinFamilies } from './context.ts'
import { before, derive, inWords, last, measure, suffix } from './make.ts'
import { eventCount } from './shared.ts'
import { furtherTrends } from './trends.ts'

const family = 'activity'

/** When and by which channels the user is there, how regular that is, and whether it changes. */
export function habitFeatures(days: number): FamilyFeatures {
  return joinFamilies(channelFeatures(days), dayPartFeatures(days), weekdayFeatures(days))
}

const hours = (from: number, to: number): Condition => ({
  op: 'and',
  of: [
    { op: 'compare', name: 'hour', by: '>=', value: from },
    { op: 'compare', name: 'hour', by: '<', value: to },
  ],
})

/** Whole hours of the day, each part named as in a share: the four parts hold every hour once. */
const dayParts: Readonly<Record<string, { readonly where: Condition; readonly words: string }>> = {
  night: {
    where: {
      op: 'or',
      of: [
        { op: 'compare', name: 'hour', by: '>=', value: 22 },
        { op: 'compare', name: 'hour', by: '<', value: 6 },
      ],
    },
    words: "between 22 and 6 o'clock",
  },
  morning: { where: hours(6, 12), words: "between 6 and 12 o'clock" },
  afternoon: { where: hours(12, 18), words: "between 12 and 18 o'clock" },
  evening: { where: hours(18, 22), words: "between 18 and 22 o'clock" },
}

function countWhere(name: string, where: Condition, window: Window): Feature {
  const full = `${name}_count_${suffix(window)}`
  return measure(family, { name: full, description: full, unit: 'count' }, { measure: 'count', where }, window)
}

function dayPartFeatures(days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const events = eventCount(now)
  const counts = Object.entries(dayParts).map(([name, { where }]) => countWhere(name, where, now))
  const earlier = Object.entries(dayParts).map(([name, { where }]) => countWhere(name, where, then))
  const shares = Object.entries(dayParts).map(([name, { words }], i) =>
    derive(
      family,
      { name: `${name}_share_${days}d`, description: `Share of events ${words} ${inWords(now)}`, unit: 'ratio' },
      { formula: 'ratio', from: [counts[i]!, events] },
    ),
  )
  return {
    features: [...shares, ...mix('day_part', 'time of day', { days, counts, earlier })],
    supporting: [...counts, ...earlier],
  }
}

/** Weekdays say something from four weeks on; weekend or not from one week on. */
function weekdayFeatures(days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const isWeekend: Condition = { op: 'compare', name: 'weekday', by: '>=', value: 6 }
  const weekend = (window: Window): Feature => countWhere('weekend', isWeekend, window)
  const share = (window: Window): Feature =>
    derive(
      family,
      {
        name: `weekend_share_${suffix(window)}`,
        description: `Share of events on Saturday or Sunday ${inWords(window)}`,
        unit: 'ratio',
      },
      { formula: 'ratio', from: [weekend(window), eventCount(window)] },
    )
  const change = derive(
    family,
    {
      name: `weekend_share_change_${days}d`,
      description: `Share of events on Saturday or Sunday in the last ${days} days less that of the ${days} days before`,
      unit: 'ratio',
    },
    { formula: 'difference', from: [share(now), share(then)] },
  )
  const supporting = [weekend(now), weekend(then), share(then), eventCount(then)]
  if (days < 28) return { features: [share(now), change], supporting }
  const byDay = (window: Window): Feature[] =>
    [1, 2, 3, 4, 5, 6, 7].map((value) =>
      countWhere(`weekday_${value}`, { op: 'compare', name: 'weekday', by: '=', value }, window),
    )
  const [counts, earlier] = [byDay(now), byDay(then)]
  return {
    features: [share(now), change, ...mix('weekday', 'weekday', { days, counts, earlier })],
    supporting: [...supporting, ...counts, ...earlier],
  }
}

/** How regular a habit is, and how far it has moved. */
function mix(
  name: string,
  what: string,
  { days, counts, earlier }: { days: number; counts: readonly Feature[]; earlier: readonly Feature[] },
): Feature[] {
  return [
    derive(
      family,
      {
        name: `${name}_regularity_${days}d`,
        description: `Regularity of the ${what} of events in the last ${days} days; 1 = always the same`,
        unit: 'ratio',
      },
      { formula: 'concentration', from: counts },
    ),
    derive(
      family,
      {
        name: `${name}_shift_${days}d`,
        description: `How far the ${what} of events has moved against the ${days} days before; 0 = not at all, 1 = wholly`,
        unit: 'ratio',
      },
      { formula: 'shift', from: [...counts, ...earlier] },
    ),
  ]
}

const channelWords: Readonly<
  Partial<Record<LevelStatistic, readonly [name: string, description: string, unit: string]>>
> = {
  topShare: ['core_channel_share', 'Share of the most used channel', 'ratio'],
  entropy: ['channel_entropy', 'Variety of channels (entropy); 0 = one channel only', 'nats'],
}

function channelFeatures(days: number): FamilyFeatures {
  const [now, then] = [last(days), before(days)]
  const count = (window: Window): Feature =>
    measure(
      family,
      {
        name: `channel_count_${suffix(window)}`,
        description: `Channels used ${inWords(window)}`,
        unit: 'count',
        actionable: true,
      },
      { measure: 'distinct', of: 'channel' },
      window,
    )
  const spread = (statistic: 'topShare' | 'entropy', window: Window): Feature => {
    const [name, description, unit] = channelWords[statistic]!
    return measure(
      family,
      { name: `${name}_${suffix(window)}`, description: `${description} ${inWords(window)}`, unit },
      { measure: 'levels', of: 'channel', statistic },
      window,
    )
  }
  const change = (name: string, words: { what: string; unit: string }, from: readonly Feature[]): Feature =>
    derive(
      family,
      {
        name: `${name}_change_${days}d`,
        description: `${words.what} in the last ${days} days less that of the ${days} days before`,
        unit: words.unit,
        actionable: true,
      },
      { formula: 'difference', from },
    )
  const core = (window: Window): Feature => spread('topShare', window)
  const slope = furtherTrends([{ name: 'channel_count', what: 'Channels used', of: count, isRated: false }], days)
  return {
    features: [
      count(now),
      change('channel_count', { what: 'Number of channels used', unit: 'count' }, [count(now), count(then)]),
      core(now),
      change('core_channel_share', { what: 'Share of the most used channel', unit: 'ratio' }, [core(now), core(then)]),
      spread('entropy', now),
    ],
    trends: slope.trends,
    supporting: [count(then), core(then), ...slope.supporting],
  }
}
