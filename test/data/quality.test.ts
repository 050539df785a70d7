import { expect, test } from 'vitest'
import type { Day } from '../../core/day.ts'
import { resolveDataEnd } from '../../data/data-end.ts'
import { checkFreshness } from '../../data/freshness.ts'
import { checkFutureGap } from '../../data/future-gap.ts'
import { csv, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

const day = (text: string) => text as Day
const log = csv(
  'user,ts,kind,amount,cat',
  'b,2026-01-01 08:00:00,buy,10.00,x',
  'b,2026-01-01 08:00:00,buy,10.00,x',
  'a,2026-01-01 09:00:00,view,,',
  'a,2026-01-04 10:00:00,buy,0,y',
  'c,2026-01-05 23:59:59,return,-2.50,x',
  'd,2026-01-09 00:00:00,buy,1,x',
)
const columns = { user_id: 'user', event_time: 'ts', event_type: 'kind', amount: 'amount', category: 'cat' }
const given = (source: object = {}, more: Partial<ExtractCase> = {}): ExtractCase => ({
  files: { 'e.csv': log },
  sources: { shop: { path: 'e.csv', columns, ...source } as ExtractCase['sources'][string] },
  ...more,
})

test('six rows in three ways: read, nulls, duplicates, zero and negative amounts, empty days, types, days', async () => {
  await withExtract(given(), async ({ extracted }) => {
    const { quality } = extracted
    expect(quality.events).toEqual({
      rows: 6,
      rowsRead: 6,
      users: 4,
      firstEvent: '2026-01-01T08:00:00',
      lastEvent: '2026-01-09T00:00:00',
      rejected: [],
      nullFractions: { amount: 1 / 6, category: 1 / 6 },
      exactDuplicates: 1,
      duplicatesDropped: 0,
      zeroAmounts: 1,
      negativeAmounts: 1,
      afterDataEnd: 0,
      filteredOut: 0,
      daysWithoutEvents: 5,
    })
    expect(quality.sources).toEqual([{ name: 'shop', ...quality.events }])
    expect(quality.eventsByDay.map(({ events }) => events)).toEqual([3, 0, 0, 1, 1, 0, 0, 0, 1])
    expect(quality.eventTypes[0]).toEqual({
      eventType: 'buy',
      events: 4,
      users: 3,
      first: '2026-01-01',
      last: '2026-01-09',
    })
    expect(extracted).toMatchObject({
      dataEnd: '2026-01-10',
      firstEventDay: '2026-01-01',
      lastEventDay: '2026-01-09',
      counts: { events: 6, users: 4 },
      has: { amount: true, quantity: false, item: false, category: true, channel: false },
    })
    expect(extracted.levels).toEqual({
      eventTypes: [
        { name: 'buy', events: 4 },
        { name: 'return', events: 1 },
        { name: 'view', events: 1 },
      ],
      categories: [
        { name: 'x', events: 4 },
        { name: 'y', events: 1 },
      ],
      channels: [],
    })
    expect(extracted.statements.map(({ name }) => name)).toContain('source_shop')
  })
})

test('rows at or after the end are counted and leave no user behind; the end is exclusive', async () => {
  const seen = (more: Partial<ExtractCase>) =>
    withExtract(given({}, more), async ({ extracted }) => [
      extracted.dataEnd,
      extracted.counts.events,
      extracted.counts.users,
      extracted.quality.events.afterDataEnd,
    ])
  expect(await seen({ declaredDataEnd: '2026-01-09' })).toEqual(['2026-01-09', 5, 3, 1])
  expect(await seen({ asOf: '2026-01-04' })).toEqual(['2026-01-04', 3, 2, 3])
  expect(await seen({ asOf: '2026-01-04', declaredDataEnd: '2026-01-09' })).toEqual(['2026-01-04', 3, 2, 3])
  expect(await seen({ asOf: '2026-02-01' })).toEqual(['2026-01-10', 6, 4, 0])
  expect(await seen({ declaredDataEnd: '2026-02-01' })).toEqual(['2026-02-01', 6, 4, 0])
})

test('nothing before the end of the data is an error', async () => {
  expect(spoken(await refusal(given({}, { asOf: '2026-01-01' })))).toBe(
    'data: sources.shop: no event before the end of the data (2026-01-01), expected at least one event, got 6 events from 2026-01-01 on',
  )
  expect(spoken(await refusal(given({ where: "event_type = 'x'" })))).toBe(
    'data: sources.shop: no event is left, expected at least one event, got 6 rows, all filtered out',
  )
})

test('the end of the data: declared, else the day after the last event, never later than as-of', () => {
  const lastEventDay = day('2026-01-09')
  expect(resolveDataEnd({ declared: null, asOf: null, lastEventDay })).toBe('2026-01-10')
  expect(resolveDataEnd({ declared: day('2026-01-05'), asOf: null, lastEventDay })).toBe('2026-01-05')
  expect(resolveDataEnd({ declared: null, asOf: day('2026-01-03'), lastEventDay })).toBe('2026-01-03')
  expect(resolveDataEnd({ declared: null, asOf: day('2026-03-03'), lastEventDay })).toBe('2026-01-10')
})

test('exact duplicates go only when asked; every row read is used, rejected, filtered, too late or dropped', async () => {
  const source = { deduplicate: true, where: "event_type <> 'view'" }
  await withExtract(given(source, { declaredDataEnd: '2026-01-09' }), async ({ extracted }) => {
    const { rows, rowsRead, filteredOut, afterDataEnd, duplicatesDropped, exactDuplicates } = extracted.quality.events
    expect({ rows, rowsRead, filteredOut, afterDataEnd, duplicatesDropped, exactDuplicates }).toEqual({
      rows: 3,
      rowsRead: 6,
      filteredOut: 1,
      afterDataEnd: 1,
      duplicatesDropped: 1,
      exactDuplicates: 1,
    })
  })
})

test('where speaks of event columns: amounts in their unit, ids as text or number, times as text; unknown is not true', async () => {
  const left = (where: string) => withExtract(given({ where }), async ({ extracted }) => extracted.counts.events)
  expect(await left('amount > 0.5')).toBe(3)
  expect(await left("amount is null or category in ('y')")).toBe(2)
  expect(await left("user_id = 'a' and not (event_type = 'view')")).toBe(1)
  expect(await left("event_time >= '2026-01-05' and event_time < '2026-01-09'")).toBe(1)
  const error = await refusal(given({ where: 'quantity > 1' }))
  expect(spoken(error)).toContain('config: sources.shop.where, position 1: unknown name "quantity"')
})

test('a sample keeps whole users, the same ones in every source', async () => {
  const rows = (from: number) => Array.from({ length: 400 }, (_, at) => `u${(at + from) % 200},2026-01-01,1`)
  const files = { 'a.csv': csv('user,ts,amount', ...rows(0)), 'b.csv': csv('user,ts,amount', ...rows(7)) }
  const sources = { a: { path: 'a.csv', ...shop, sample: 0.3 }, b: { path: 'b.csv', ...shop, sample: 0.3 } }
  await withExtract({ files, sources }, async ({ extracted, rows }) => {
    expect(extracted.counts.users).toBeGreaterThan(40)
    expect(extracted.counts.users).toBeLessThan(80)
    expect(extracted.counts.events).toBe(extracted.counts.users * 4)
    expect(await rows('SELECT count(*) AS n FROM events GROUP BY user_index HAVING count(*) <> 4')).toEqual([])
  })
})

test('contracts: every rule with what was seen; error stops, warn reports', async () => {
  const contract = {
    event_type: { values: ['buy', 'view'], severity: 'warn' as const },
    amount: { min: -1, max: 5, nullFraction: 0.1 },
    category: { unique: true as const, severity: 'warn' as const },
    event_time: { min: '2026-01-02', max: '2026-01-09', severity: 'warn' as const },
  }
  const error = await refusal(given({ contract }))
  expect(spoken(error)).toBe(
    [
      'data: sources.shop.contract.amount.min: 1 of 6 rows break it, e.g. -2.5, expected at least -1',
      'sources.shop.contract.amount.max: 2 of 6 rows break it, e.g. 10, expected at most 5',
      'sources.shop.contract.amount.nullFraction: 16.7 % without a value, expected at most 10 % without a value',
    ].join('\n'),
  )
  const lenient = { ...contract, amount: { min: -3, max: 10, nullFraction: 0.2 } }
  await withExtract(given({ contract: lenient }), async ({ extracted }) => {
    const seen = extracted.checks.map(({ name, passed, observed }) => `${name} ${passed} ${observed}`)
    expect(seen).toEqual([
      'rejects.shop true 0 of 6 rows',
      'contract.shop.event_time.min false 3 of 6 rows break it, e.g. "2026-01-01"',
      'contract.shop.event_time.max true 0 of 6 rows break it',
      'contract.shop.event_type.values false 1 of 6 rows break it, e.g. "return"',
      'contract.shop.amount.min true 0 of 6 rows break it',
      'contract.shop.amount.max true 0 of 6 rows break it',
      'contract.shop.amount.nullFraction true 16.7 % without a value',
      'contract.shop.category.unique false 3 of 6 rows repeat a value',
    ])
  })
})

test('freshness counts whole days without an event before the as-of day, and stops the job', async () => {
  expect(
    checkFreshness('app', { lastEventDay: day('2026-01-09'), reference: day('2026-01-10'), maxAgeDays: 0 }).passed,
  ).toBe(true)
  expect(
    checkFreshness('app', { lastEventDay: day('2026-01-09'), reference: day('2026-01-12'), maxAgeDays: 2 }).passed,
  ).toBe(true)
  expect(
    checkFreshness('app', { lastEventDay: day('2026-01-09'), reference: day('2026-01-13'), maxAgeDays: 2 }).passed,
  ).toBe(false)
  expect(checkFreshness('app', { lastEventDay: null, reference: day('2026-01-13'), maxAgeDays: 2 }).passed).toBe(false)
  expect(spoken(await refusal(given({ maxAgeDays: 2 }, { asOf: '2026-01-20' })))).toBe(
    'data: sources.shop: stale: last event on 2026-01-09, 10 days before 2026-01-20, expected at most 2 days old',
  )
  expect(await withExtract(given({ maxAgeDays: 0 }), async ({ extracted }) => extracted.checks.at(-1)!.passed)).toBe(
    true,
  )
})

test('one row in a thousand 180 empty days after all others stops the job, unless the end is declared', async () => {
  const rows = Array.from({ length: 1000 }, (_, at) => `u${at},2026-01-0${1 + (at % 9)},1`)
  const files = { 'e.csv': csv('user,ts,amount', ...rows, 'u1,2099-01-01,1') }
  const sources = { e: { path: 'e.csv', ...shop } }
  expect(spoken(await refusal({ files, sources }))).toBe(
    'data: sources: 1 of 1,001 events from 2099-01-01 to 2099-01-01, 26654 days after all others (2026-01-09), expected events without such a gap, or a declared end; declare dataEnd, or filter them with where',
  )
  await withExtract({ files, sources, declaredDataEnd: '2026-01-10' }, async ({ extracted }) =>
    expect(extracted.quality.events).toMatchObject({ rows: 1000, afterDataEnd: 1 }),
  )
})

test('gaps that are not odd: 179 days, two rows in a thousand, an empty log', () => {
  const days = (...events: number[]) => events.map((count, at) => ({ day: `day ${at}`, events: count }))
  const gap = (length: number) => new Array<number>(length).fill(0)
  expect(checkFutureGap(days(1000, ...gap(179), 1))).toBeNull()
  expect(checkFutureGap(days(998, ...gap(180), 2))).toBeNull()
  expect(checkFutureGap(days(999, ...gap(180), 1))?.passed).toBe(false)
  expect(checkFutureGap([])).toBeNull()
})

test('a source whose writer is still at work is refused for now', async () => {
  const { appendFile } = await import('node:fs/promises')
  const { checkUnchanged } = await import('../../data/sources/fingerprint.ts')
  const { findFiles } = await import('../../data/sources/find-files.ts')
  await withExtract(given(), async ({ folder }) => {
    const [file] = await findFiles('e.csv', { baseDir: folder, where: 'sources.shop' })
    await checkUnchanged(file!, 'sources.shop')
    await appendFile(file!.path, 'x')
    await expect(checkUnchanged(file!, 'sources.shop')).rejects.toMatchObject({ kind: 'temporary' })
  })
})
