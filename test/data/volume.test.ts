import { describe, expect, test } from 'vitest'
import { dayNumber, parseDay } from '../../core/day.ts'
import { checkVolume, volumeSchema } from '../../data/volume.ts'
import { csv, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

const day = (text: string): number => dayNumber(parseDay(text))
/** 2026-02-02 is a Monday. Five weeks of 100 events a day, 20 on Sundays, from 2026-01-05 on. */
const usual = new Map(Array.from({ length: 35 }, (_, at) => [day('2026-01-05') + at, at % 7 === 6 ? 20 : 100] as const))
const check = (
  changes: Readonly<Record<string, number>>,
  given: object = {},
  reference = '2026-02-09',
  delayDays = 0,
) =>
  checkVolume('app', {
    eventsByDay: new Map([...usual, ...Object.entries(changes).map(([text, events]) => [day(text), events] as const)]),
    reference: parseDay(reference),
    delayDays,
    volume: volumeSchema.parse(given),
  })

describe('volume against the same weekday', () => {
  test('a Sunday is compared with Sundays: 20 events are as usual, 9 are below half of them', () => {
    expect(check({})).toMatchObject({
      name: 'volume.app',
      passed: true,
      severity: 'error',
      observed: '20 events on 2026-02-08, median of the 4 Sundays before 20',
      expected: 'at least 10 (floor 0.5) on the last day',
    })
    expect(check({ '2026-02-08': 10 }).passed).toBe(true)
    expect(check({ '2026-02-08': 9 }).message).toBe(
      'sources.app: too few events, 9 events on 2026-02-08, median of the 4 Sundays before 20',
    )
  })

  test('a day without any event has 0, also after the last event', () => {
    expect(check({}, {}, '2026-02-10')).toMatchObject({
      passed: false,
      observed: '0 events on 2026-02-09, median of the 4 Mondays before 100',
    })
  })

  test('days that need not be visible yet are not looked at', () => {
    expect(check({ '2026-02-08': 0 }, {}, '2026-02-09', 1)).toMatchObject({
      passed: true,
      observed: '100 events on 2026-02-07, median of the 4 Saturdays before 100',
    })
  })

  test('of several days the worst is shown; one holiday among four weeks does not move the median', () => {
    expect(check({ '2026-02-05': 40, '2026-02-03': 1, '2026-01-27': 0 }, { days: 7 })).toMatchObject({
      passed: false,
      observed: '1 events on 2026-02-03, median of the 4 Tuesdays before 100 (and 1 more days too low)',
      expected: 'at least 50 (floor 0.5) on each of the last 7 days',
    })
    expect(check({ '2026-02-05': 40 }, { days: 7, floor: 0.4 }).passed).toBe(true)
  })

  test('a source that is younger than the weeks asked for cannot be judged: a warning', () => {
    expect(check({}, { weeks: 5 })).toMatchObject({
      passed: false,
      severity: 'warn',
      observed: 'less than 5 weeks of events before 2026-02-09',
    })
  })
})

test('in an extract: a day that came only in part stops the run, exit 20', async () => {
  const lines = [...usual].flatMap(([number, events]) =>
    Array.from(
      { length: number === day('2026-02-08') ? 4 : events },
      (_, at) => `${at},${new Date(number * 864e5).toISOString().slice(0, 10)},1`,
    ),
  )
  const given = (volume: object): ExtractCase => ({
    files: { 'shop.csv': csv('user,ts,amount', ...lines) },
    sources: { shop: { path: 'shop.csv', ...shop, volume } },
  })
  expect(spoken(await refusal(given({})))).toBe(
    'data: sources.shop: too few events: 4 events on 2026-02-08, median of the 4 Sundays before 20, expected at least 10 (floor 0.5) on the last day; is the export complete?',
  )
  await withExtract(given({ floor: 0.2 }), async ({ extracted }) => {
    expect(extracted.checks.filter(({ name }) => name === 'volume.shop')).toEqual([
      expect.objectContaining({ passed: true }),
    ])
  })
})
