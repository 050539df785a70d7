import { expect, test } from 'vitest'
import {
  isTimeZone,
  offsetAt,
  stepsBetween,
  stepsFromInstant,
  stepsToUtc,
  zoneTable,
  type OffsetSteps,
} from '../../data/sources/time-zone.ts'
import { csv, eventLines, withExtract, type ExtractCase } from './extract-case.ts'

const hoursAt = (steps: OffsetSteps, ms: number): number => offsetAt(steps, ms) / 3_600_000

const times = async (given: Partial<ExtractCase['sources'][string]>, values: readonly string[], timeZone: string) => {
  const source = {
    path: 'e.csv',
    delimiter: ';',
    columns: { user_id: 'user', event_time: 'ts' },
    set: { event_type: 'x' },
    ...given,
  } as ExtractCase['sources'][string]
  const files = { 'e.csv': csv('user;ts', ...values.map((value, at) => `${String(at).padStart(2, '0')};${value}`)) }
  return withExtract({ files, sources: { e: source }, timeZone, declaredDataEnd: '2149-01-01' }, async (outcome) =>
    (await eventLines(outcome)).map((line) => line.split(' ')[1]!),
  )
}

test('Berlin has two changes a year: 2026-03-29 01:00 UTC and 2026-10-25 01:00 UTC', () => {
  const { transitions } = zoneTable('Europe/Berlin')
  const ofYear = transitions.filter(({ instantMs }) => new Date(instantMs).getUTCFullYear() === 2026)
  expect(
    ofYear.map(({ instantMs, offsetAfterMs }) => [new Date(instantMs).toISOString(), offsetAfterMs / 3_600_000]),
  ).toEqual([
    ['2026-03-29T01:00:00.000Z', 2],
    ['2026-10-25T01:00:00.000Z', 1],
  ])
})

test('UTC and Kolkata never change; Kolkata is 5.5 hours ahead', () => {
  expect(zoneTable('UTC')).toMatchObject({ firstOffsetMs: 0, transitions: [] })
  expect(zoneTable('Asia/Kolkata')).toMatchObject({ firstOffsetMs: 19_800_000, transitions: [] })
})

test('an ambiguous wall-clock time is the first of the two, a skipped one keeps the offset from before', () => {
  const steps = stepsToUtc(zoneTable('Europe/Berlin'))
  expect(hoursAt(steps, Date.UTC(2026, 9, 25, 2, 30))).toBe(2)
  expect(hoursAt(steps, Date.UTC(2026, 9, 25, 3, 0))).toBe(1)
  expect(hoursAt(steps, Date.UTC(2026, 2, 29, 2, 30))).toBe(1)
  expect(hoursAt(steps, Date.UTC(2026, 2, 29, 3, 0))).toBe(2)
})

test('instants agree with the runtime at 400 moments in five zones', () => {
  for (const timeZone of [
    'Europe/Berlin',
    'America/St_Johns',
    'Africa/Casablanca',
    'Pacific/Apia',
    'Australia/Lord_Howe',
  ]) {
    const steps = stepsFromInstant(zoneTable(timeZone))
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    for (let at = 0; at < 400; at++) {
      const ms = Date.UTC(1995, 0, 1, 0, 30) + at * 30.77 * 86_400_000
      const second = Math.floor(ms / 1000) * 1000
      const local = new Date(second + hoursAt(steps, second) * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
      expect(local).toBe(format.format(second))
    }
  }
})

test('from one wall clock to another in one step is the same as by way of UTC, every 11 hours of 2026', () => {
  for (const [from, to] of [
    ['Europe/Berlin', 'America/New_York'],
    ['Australia/Lord_Howe', 'Europe/Berlin'],
    ['UTC', 'Europe/Berlin'],
    ['Europe/Berlin', 'UTC'],
  ] as const) {
    const direct = stepsBetween(zoneTable(from), zoneTable(to))
    const [utc, local] = [stepsToUtc(zoneTable(from)), stepsFromInstant(zoneTable(to))]
    for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2027, 0, 1); ms += 11 * 3_600_000) {
      const utcMs = ms - offsetAt(utc, ms)
      expect(ms + offsetAt(direct, ms)).toBe(utcMs + offsetAt(local, utcMs))
    }
  }
})

test('a name that is no zone is refused', () => {
  expect([isTimeZone('Europe/Berlin'), isTimeZone('UTC'), isTimeZone('Europe/Berlim'), isTimeZone('')]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('instants become wall-clock time of the config: both sides of the spring and the autumn change', async () => {
  const values = [
    '2026-03-29T00:59:59Z',
    '2026-03-29T01:00:00Z',
    '2026-10-25T00:59:59Z',
    '2026-10-25T01:00:00Z',
    '2026-10-24T22:00:00Z',
  ]
  expect(await times({}, values, 'Europe/Berlin')).toEqual([
    '2026-03-29T01:59:59',
    '2026-03-29T03:00:00',
    '2026-10-25T02:59:59',
    '2026-10-25T02:00:00',
    '2026-10-25T00:00:00',
  ])
})

test('an offset in the text counts, whatever the zone of the source', async () => {
  const values = ['2026-01-01T10:00:00+02:00', '2026-01-01 10:00:00.250-0500', '2026-01-01T10:00:00Z']
  expect(await times({ timeZone: 'America/New_York' }, values, 'Europe/Berlin')).toEqual([
    '2026-01-01T09:00:00',
    '2026-01-01T16:00:00.25',
    '2026-01-01T11:00:00',
  ])
})

test('times without a zone are wall-clock times of the config unless the source says otherwise', async () => {
  const values = ['2026-07-01 12:00:00', '2026-03-29 02:30:00', '2026-07-01']
  expect(await times({}, values, 'Europe/Berlin')).toEqual([
    '2026-07-01T12:00:00',
    '2026-03-29T02:30:00',
    '2026-07-01T00:00:00',
  ])
  expect(await times({ timeZone: 'UTC' }, values, 'Europe/Berlin')).toEqual([
    '2026-07-01T14:00:00',
    '2026-03-29T04:30:00',
    '2026-07-01T00:00:00',
  ])
})

test('a wall-clock time of another zone: ambiguous is the first, skipped moves on by the hour, a bare day stays', async () => {
  const values = ['2026-10-25 02:30:00', '2026-10-25 03:30:00', '2026-03-29 02:30:00', '2026-03-29']
  expect(await times({ timeZone: 'Europe/Berlin' }, values, 'UTC')).toEqual([
    '2026-10-25T00:30:00',
    '2026-10-25T02:30:00',
    '2026-03-29T01:30:00',
    '2026-03-29T00:00:00',
  ])
})

test('epoch numbers are instants in s, ms, us and ns', async () => {
  const local = ['2026-01-01T01:00:00.5']
  expect(await times({ timeUnit: 's' }, ['1767225600.5'], 'Europe/Berlin')).toEqual(local)
  expect(await times({ timeUnit: 'ms' }, ['1767225600500'], 'Europe/Berlin')).toEqual(local)
  expect(await times({ timeUnit: 'us' }, ['1767225600500000'], 'Europe/Berlin')).toEqual(local)
  expect(await times({ timeUnit: 'ns' }, ['1767225600500000000'], 'Europe/Berlin')).toEqual(local)
})

test('declared formats are tried in order; one with an offset is an instant, one without a time of day a day', async () => {
  const timestampFormat = ['%d.%m.%Y %H:%M', '%d.%m.%Y', '%d.%m.%Y %H:%M %z']
  const values = ['01.07.2026 12:30', '01.07.2026', '01.07.2026 12:30 +0000']
  expect(await times({ timestampFormat, timeZone: 'UTC' }, values, 'Asia/Kolkata')).toEqual([
    '2026-07-01T18:00:00',
    '2026-07-01T00:00:00',
    '2026-07-01T18:00:00',
  ])
})

test('Parquet: TIMESTAMPTZ is an instant, TIMESTAMP a wall-clock time, DATE a day, YYYYMMDD integers by format', async () => {
  const select = `SELECT 1 AS u, TIMESTAMPTZ '2026-07-01 12:00:00+00' AS i, TIMESTAMP '2026-07-01 12:00:00' AS w, DATE '2026-07-01' AS d, 20260701 AS n`
  const read = async (event_time: string, more: object = {}) =>
    withExtract(
      {
        files: { 'e.parquet': (engine, path) => engine.write(select, path) },
        sources: {
          e: {
            path: 'e.parquet',
            columns: { user_id: 'u', event_time },
            set: { event_type: 'x' },
            timeZone: 'UTC',
            ...more,
          },
        },
        timeZone: 'America/New_York',
      },
      async (outcome) => (await eventLines(outcome))[0]!.split(' ')[1],
    )
  expect(await read('i')).toBe('2026-07-01T08:00:00')
  expect(await read('w')).toBe('2026-07-01T08:00:00')
  expect(await read('d')).toBe('2026-07-01T00:00:00')
  expect(await read('n', { timestampFormat: '%Y%m%d' })).toBe('2026-07-01T00:00:00')
})
