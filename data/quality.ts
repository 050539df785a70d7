import type { QualityReport, SourceQuality } from '../core/artifacts.ts'
import { dayFromNumber, dayNumber, type Day } from '../core/day.ts'
import type { Row } from '../engines/engine.ts'
import type { Level } from './extracted.ts'
import { nullableColumns, qualityQueries } from './quality-queries.ts'
import type { SqlSession } from './sources/sql-session.ts'

const dayLimit = 5_000_000

/** What is known of a source before its rows became events. */
export interface SourceCounts {
  readonly name: string
  readonly rowsRead: number
  readonly rejected: SourceQuality['rejected']
  readonly filteredOut: number
  readonly afterDataEnd: number
  readonly duplicatesDropped: number
  /** Event columns that the source fills. */
  readonly filled: readonly string[]
}

export interface MeasuredQuality {
  readonly events: SourceQuality
  readonly sources: (SourceQuality & { readonly name: string })[]
  readonly eventsByDay: QualityReport['eventsByDay']
  /** Source -> day number -> events; days without events are absent. */
  readonly eventsBySourceDay: ReadonlyMap<string, ReadonlyMap<number, number>>
  readonly eventTypes: QualityReport['eventTypes']
  readonly levels: { readonly eventTypes: Level[]; readonly categories: Level[]; readonly channels: Level[] }
}

/** Measures the event relation; `users` is the number of users over all sources. */
export async function measureQuality(
  session: SqlSession,
  events: string,
  { sources, users }: { readonly sources: readonly SourceCounts[]; readonly users: number },
): Promise<MeasuredQuality> {
  const queries = qualityQueries(events, session.dialect, sources.length)
  const bySource = new Map(
    (await session.rows('quality_sources', queries.sources)).map((row) => [String(row['source']), row]),
  )
  const duplicates = new Map(
    (await session.rows('quality_duplicates', queries.duplicates)).map((row) => [
      String(row['source']),
      Number(row['duplicates']),
    ]),
  )
  const days = (await session.rows('quality_days', queries.days, dayLimit)).map((row) => ({
    source: String(row['source']),
    day: dayNumber(String(row['event_day']) as Day),
    events: Number(row['events']),
  }))
  const measured = sources.map((counts) => {
    const ownDays = days.filter(({ source }) => source === counts.name).map(({ day }) => day)
    const own = { row: bySource.get(counts.name), ownDays, usersIfAlone: sources.length > 1 ? 0 : users }
    return { name: counts.name, ...sourceQuality(counts, duplicates, own) }
  })
  const types = await session.rows('quality_event_types', queries.eventTypes)
  return {
    events: { ...total(measured, bySource, days), users },
    sources: measured,
    eventsByDay: fillDays(days),
    eventsBySourceDay: new Map(
      sources.map(({ name }) => [
        name,
        new Map(days.filter(({ source }) => source === name).map(({ day, events }) => [day, events])),
      ]),
    ),
    eventTypes: types.map(eventType),
    levels: {
      eventTypes: types.map((row) => ({ name: String(row['event_type']), events: Number(row['events']) })),
      categories: (await session.rows('quality_categories', queries.categories)).map(level),
      channels: (await session.rows('quality_channels', queries.channels)).map(level),
    },
  }
}

const level = (row: Row): Level => ({ name: String(row['name']), events: Number(row['events']) })

const eventType = (row: Row): QualityReport['eventTypes'][number] => ({
  eventType: String(row['event_type']),
  events: Number(row['events']),
  users: Number(row['users']),
  first: String(row['first_day']),
  last: String(row['last_day']),
})

interface OwnRows {
  readonly row: Row | undefined
  readonly ownDays: readonly number[]
  /** Where the query of one source alone does not count them. */
  readonly usersIfAlone: number
}

function sourceQuality(
  counts: SourceCounts,
  duplicates: ReadonlyMap<string, number>,
  { row, ownDays: days, usersIfAlone }: OwnRows,
): SourceQuality {
  const rows = Number(row?.['row_count'] ?? 0)
  const nullFractions = nullableColumns
    .filter((column) => counts.filled.includes(fieldOf(column)))
    .map((column) => [fieldOf(column), rows === 0 ? 0 : (rows - Number(row![`${column}_known`])) / rows] as const)
  return {
    rows,
    rowsRead: counts.rowsRead,
    users: Number(row?.['users'] ?? usersIfAlone),
    firstEvent: row === undefined ? null : String(row['first_event']),
    lastEvent: row === undefined ? null : String(row['last_event']),
    rejected: [...counts.rejected],
    nullFractions: Object.fromEntries(nullFractions),
    exactDuplicates: (duplicates.get(counts.name) ?? 0) + counts.duplicatesDropped,
    duplicatesDropped: counts.duplicatesDropped,
    zeroAmounts: Number(row?.['zero_amounts'] ?? 0),
    negativeAmounts: Number(row?.['negative_amounts'] ?? 0),
    afterDataEnd: counts.afterDataEnd,
    filteredOut: counts.filteredOut,
    daysWithoutEvents: emptyDays(days),
  }
}

const fieldOf = (column: (typeof nullableColumns)[number]): string => column.replace(/_(cents|milli)$/, '')

/** Days without an event between the first and the last. */
function emptyDays(days: readonly number[]): number {
  if (days.length === 0) return 0
  const distinct = new Set(days)
  const [first, last] = extent(days)
  return last - first + 1 - distinct.size
}

function extent(values: readonly number[]): [number, number] {
  let low = values[0]!
  let high = values[0]!
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

function fillDays(days: readonly { readonly day: number; readonly events: number }[]): QualityReport['eventsByDay'] {
  if (days.length === 0) return []
  const [first, last] = extent(days.map(({ day }) => day))
  const counts = new Array<number>(last - first + 1).fill(0)
  for (const { day, events } of days) counts[day - first]! += events
  return counts.map((events, at) => ({ day: dayFromNumber(first + at), events }))
}

/** Sums over the sources; null fractions are weighted by rows, a column that a source does not fill counting as null. */
function total(
  sources: readonly SourceQuality[],
  bySource: ReadonlyMap<string, Row>,
  days: readonly { readonly day: number }[],
): Omit<SourceQuality, 'users'> {
  const sum = (pick: (source: SourceQuality) => number): number =>
    sources.reduce((total, source) => total + pick(source), 0)
  const rows = sum((source) => source.rows)
  const filled = nullableColumns.filter((column) =>
    sources.some(({ nullFractions }) => fieldOf(column) in nullFractions),
  )
  const known = (column: string): number =>
    [...bySource.values()].reduce((total, row) => total + Number(row[`${column}_known`]), 0)
  const reasons = new Map<string, number>()
  for (const { rejected } of sources)
    for (const { reason, rows } of rejected) reasons.set(reason, (reasons.get(reason) ?? 0) + rows)
  const firsts = sources.flatMap(({ firstEvent }) => firstEvent ?? []).sort()
  const lasts = sources.flatMap(({ lastEvent }) => lastEvent ?? []).sort()
  return {
    rows,
    rowsRead: sum((source) => source.rowsRead),
    firstEvent: firsts[0] ?? null,
    lastEvent: lasts.at(-1) ?? null,
    rejected: [...reasons]
      .map(([reason, rows]) => ({ reason, rows }))
      .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1)),
    nullFractions: Object.fromEntries(
      filled.map((column) => [fieldOf(column), rows === 0 ? 0 : (rows - known(column)) / rows]),
    ),
    exactDuplicates: sum((source) => source.exactDuplicates),
    duplicatesDropped: sum((source) => source.duplicatesDropped),
    zeroAmounts: sum((source) => source.zeroAmounts),
    negativeAmounts: sum((source) => source.negativeAmounts),
    afterDataEnd: sum((source) => source.afterDataEnd),
    filteredOut: sum((source) => source.filteredOut),
    daysWithoutEvents: emptyDays(days.map(({ day }) => day)),
  }
}
