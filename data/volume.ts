import * as z from 'zod'
import type { CheckResult } from '../core/artifacts.ts'
import { dayFromNumber, dayNumber, type Day } from '../core/day.ts'

export const volumeSchema = z.strictObject({
  floor: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('A day must have at least this share of the median of the same weekday in the weeks before'),
  weeks: z
    .int()
    .min(1)
    .max(52)
    .default(4)
    .describe('So many weeks before; a source younger than that cannot be judged'),
  days: z.int().min(1).max(31).default(1).describe('So many days are looked at, the last that should be visible first'),
})
export type VolumeConfig = z.output<typeof volumeSchema>

interface VolumeInput {
  /** Events in use of this source by day number; days without events may be absent. */
  readonly eventsByDay: ReadonlyMap<number, number>
  /** As-of, else the declared data end, else the day after the last event of all sources. */
  readonly reference: Day
  readonly delayDays: number
  readonly volume: VolumeConfig
}

interface JudgedDay {
  readonly day: Day
  readonly events: number
  readonly usual: number
}

const weekdays = ['Thursdays', 'Fridays', 'Saturdays', 'Sundays', 'Mondays', 'Tuesdays', 'Wednesdays'] as const

/**
 * Same-weekday floor: each of the last days that should be visible (before `reference`, less `delayDays`) has at least
 * `floor` times the median of the same weekday in the `weeks` weeks before. A day without events has 0; days before the
 * source's first event are no days of it. Fails as `error`, or as `warn` when no day has enough weeks before it.
 */
export function checkVolume(source: string, input: VolumeInput): CheckResult {
  const { floor, weeks, days } = input.volume
  const judged = judgedDays(input)
  const low = judged.filter(({ events, usual }) => events < floor * usual)
  const worst = low.reduce<JudgedDay | undefined>(
    (a, b) => (a === undefined || b.events * a.usual < a.events * b.usual ? b : a),
    undefined,
  )
  const name = `volume.${source}`
  if (judged.length === 0) {
    const observed = `less than ${weeks} weeks of events before ${input.reference}`
    const expected = `${weeks} weeks to compare with`
    const message = `sources.${source}: volume cannot be judged, ${observed}`
    return { name, passed: false, severity: 'warn', observed, expected, message }
  }
  const shown = worst ?? judged[0]!
  const others = low.length > 1 ? ` (and ${low.length - 1} more days too low)` : ''
  const weekday = weekdays[dayNumber(shown.day) % 7]!
  const observed = `${count(shown.events)} events on ${shown.day}, median of the ${weeks} ${weekday} before ${count(shown.usual)}${others}`
  return {
    name,
    passed: low.length === 0,
    severity: 'error',
    observed,
    expected: `at least ${count(floor * shown.usual)} (floor ${floor}) on each of the last ${days} days`.replace(
      'each of the last 1 days',
      'the last day',
    ),
    message: `sources.${source}: ${low.length === 0 ? 'volume as usual' : 'too few events'}, ${observed}`,
  }
}

/** The latest first. */
function judgedDays({ eventsByDay, reference, delayDays, volume }: VolumeInput): JudgedDay[] {
  const first = [...eventsByDay.keys()].reduce((a, b) => Math.min(a, b), Infinity)
  const last = dayNumber(reference) - 1 - delayDays
  return Array.from({ length: volume.days }, (_, back) => last - back)
    .filter((day) => day - 7 * volume.weeks >= first)
    .map((day) => {
      const before = Array.from({ length: volume.weeks }, (_, week) => eventsByDay.get(day - 7 * (week + 1)) ?? 0)
      return { day: dayFromNumber(day), events: eventsByDay.get(day) ?? 0, usual: median(before) }
    })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const count = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 1 })
