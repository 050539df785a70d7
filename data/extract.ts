import type { CheckResult, InputFile, QualityReport } from '../core/artifacts.ts'
import { parseDay, type Day } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import { loadAttributeSource, openAttributes, type LoadedAttributes, type OpenAttributes } from './attribute-source.ts'
import { checkFault } from './check-fault.ts'
import { resolveDataEnd } from './data-end.ts'
import {
  afterEndSql,
  eventsRelation,
  eventsSql,
  hasAvailableDay,
  type RowsEnd,
  usersRelation,
  usersSql,
} from './event-relations.ts'
import {
  commonIdType,
  judgeSource,
  openSource,
  requireSources,
  type JudgedSource,
  type OpenSource,
} from './event-source.ts'
import { ExtractRefused, type Extracted, type ExtractRequest } from './extracted.ts'
import { checkFutureGap } from './future-gap.ts'
import { measureQuality, type MeasuredQuality } from './quality.ts'
import { sourceChecks } from './source-checks.ts'
import { Databases } from './sources/postgres/databases.ts'
import { SqlSession } from './sources/sql-session.ts'
import { Zones } from './sources/zones.ts'

/**
 * Turns the sources of a config into the event model of `event-table.ts`, inside the engine. Throws `ExtractRefused`
 * (kind `data`) with everything that was found when contract, freshness or rejects forbid the use of the data, and an
 * EbbError of kind `data` when a source cannot be read at all.
 */
export async function extractEvents(request: ExtractRequest): Promise<Extracted> {
  requireSources(request)
  const session = new SqlSession(request.engine, request.signal)
  const zones = new Zones(session, request.timeZone)
  const { sources, attributeTables, userIdType } = await openAll(session, request, zones)
  const dataEnd = resolveDataEnd({
    declared: request.declaredDataEnd,
    asOf: request.asOf,
    lastEventDay: latest(sources.map(({ lastEvent }) => dayOf(lastEvent))),
  })
  const end = { dataEnd, asOf: request.asOf }
  const made = await makeRelations(session, sources, { end, emit: request.emit })
  const measured = await measureQuality(session, eventsRelation, { sources: made.counts, users: made.users })
  const loaded: LoadedAttributes[] = []
  const { rejectsDir } = request
  const context = { zones, userIdType, users: usersRelation, userSource: sources[0]!.where, rejectsDir }
  for (const table of attributeTables) loaded.push(await loadAttributeSource(session, table, context))
  const evidence = {
    quality: qualityReport(measured, loaded, sources, attributeTables),
    inputs: await readInputs([...sources, ...attributeTables]),
    checks: await allChecks(session, request, { sources, loaded, measured, dataEnd }),
  }
  refuse({ evidence, sources, loaded, dataEnd })
  const { eventsByDay } = measured
  return {
    ...evidence,
    relations: {
      events: eventsRelation,
      users: usersRelation,
      attributes: loaded.map(({ relation }) => relation),
      hasAvailableDay: hasAvailableDay(sources),
    },
    dataEnd,
    firstEventDay: parseDay(eventsByDay[0]!.day),
    lastEventDay: parseDay(eventsByDay.at(-1)!.day),
    levels: measured.levels,
    has: filledBy(sources),
    counts: { events: measured.events.rows, users: made.users },
    userIdType,
    statements: session.statements,
  }
}

async function openAll(session: SqlSession, request: ExtractRequest, zones: Zones) {
  const names = Object.keys(request.sources)
  const { open, attributeTables } = await openTables(session, request)
  const userIdType = commonIdType(open)
  const sources: JudgedSource[] = []
  for (const source of open) {
    request.emit({ name: 'extract', message: `checking ${source.name}`, done: sources.length, total: names.length })
    sources.push(await judgeSource(session, source, { zones, userIdType, rejectsDir: request.rejectsDir }))
  }
  return { sources, attributeTables, userIdType }
}

/** Everything is read before anything is judged, so that snapshots of databases are held no longer than needed. */
async function openTables(session: SqlSession, request: ExtractRequest) {
  const names = Object.keys(request.sources)
  const databases = new Databases(request.baseDir, request.signal)
  try {
    const open: OpenSource[] = []
    for (const [at, name] of names.entries()) {
      request.emit({ name: 'extract', message: `reading ${name}`, done: at, total: names.length })
      open.push(await openSource(session, name, { ...request, databases }))
    }
    const attributeTables: OpenAttributes[] = []
    for (const name of Object.keys(request.attributes))
      attributeTables.push(await openAttributes(session, name, { ...request, databases }))
    return { open, attributeTables }
  } finally {
    await databases.close()
  }
}

async function makeRelations(
  session: SqlSession,
  sources: readonly JudgedSource[],
  { end, emit }: { readonly end: RowsEnd; readonly emit: ExtractRequest['emit'] },
) {
  const { dialect } = session
  const rows = sources.reduce((sum, { usable }) => sum + usable, 0)
  emit({ name: 'extract', message: 'users and events', rows })
  await session.execute('users', dialect.createTable(usersRelation, usersSql(sources, end, dialect)))
  await session.execute('events', dialect.createTable(eventsRelation, eventsSql(sources, end, dialect)))
  const [users] = await session.rows(null, `SELECT COUNT(*) AS row_count FROM ${usersRelation}`)
  const counts = []
  for (const source of sources) {
    const { name, rowsRead, filteredOut, usable, filled, config } = source
    const afterEnd = afterEndSql(source, end, dialect)
    const after = afterEnd === null ? 0 : await countOf(session, afterEnd)
    const used = config.deduplicate
      ? await countOf(
          session,
          `SELECT COUNT(*) AS row_count FROM ${eventsRelation} WHERE source = ${dialect.text(name)}`,
        )
      : usable - after
    const { rejected } = source.rejects
    const duplicatesDropped = usable - after - used
    counts.push({ name, rowsRead, rejected, filteredOut, afterDataEnd: after, duplicatesDropped, filled })
  }
  return { users: Number(users!['row_count']), counts }
}

async function countOf(session: SqlSession, query: string): Promise<number> {
  const [row] = await session.rows(null, query)
  return Number(row!['row_count'])
}

async function allChecks(
  session: SqlSession,
  request: ExtractRequest,
  seen: {
    readonly sources: readonly JudgedSource[]
    readonly loaded: readonly LoadedAttributes[]
    readonly measured: MeasuredQuality
    readonly dataEnd: Day
  },
): Promise<CheckResult[]> {
  const checks: CheckResult[] = seen.sources.map(({ rejects }) => rejects.check)
  const reference = request.asOf ?? request.declaredDataEnd ?? seen.dataEnd
  for (const source of seen.sources)
    checks.push(...(await sourceChecks(session, source, { measured: seen.measured, reference })))
  checks.push(...seen.loaded.flatMap((table) => table.checks))
  const gap = request.declaredDataEnd === null ? checkFutureGap(seen.measured.eventsByDay) : null
  return gap === null ? checks : [...checks, gap]
}

function refuse(seen: {
  readonly evidence: { quality: QualityReport; inputs: InputFile[]; checks: CheckResult[] }
  readonly sources: readonly JudgedSource[]
  readonly loaded: readonly LoadedAttributes[]
  readonly dataEnd: Day
}): void {
  const { evidence, sources, loaded } = seen
  const errors = [...sources.flatMap(({ rejects }) => rejects.errors), ...loaded.flatMap((table) => table.errors)]
  const isEmpty = evidence.quality.events.rows === 0
  if (isEmpty && errors.length === 0) errors.push(noEvents(sources, seen.dataEnd))
  if (!isEmpty) errors.push(...evidence.checks.flatMap((check) => checkFault(check) ?? []))
  if (errors.length > 0) throw new ExtractRefused(errors, evidence)
}

function noEvents(sources: readonly JudgedSource[], dataEnd: Day): EbbError {
  const usable = sources.reduce((sum, source) => sum + source.usable, 0)
  const filtered = sources.reduce((sum, source) => sum + source.filteredOut, 0)
  return new EbbError({
    code: 'EVENTS_EMPTY',
    kind: 'data',
    where: sources.map(({ where }) => where).join(', '),
    what: usable === 0 ? 'no event is left' : `no event before the end of the data (${dataEnd})`,
    expected: 'at least one event',
    received: usable === 0 ? `${filtered} rows, all filtered out` : `${usable} events from ${dataEnd} on`,
  })
}

function qualityReport(
  measured: MeasuredQuality,
  loaded: readonly LoadedAttributes[],
  sources: readonly JudgedSource[],
  tables: readonly OpenAttributes[],
): QualityReport {
  return {
    events: measured.events,
    sources: measured.sources,
    attributes: loaded.map(({ quality }) => quality),
    eventsByDay: measured.eventsByDay,
    eventTypes: measured.eventTypes,
    notes: [...sources, ...tables].flatMap(({ table }) => table.notes),
  }
}

async function readInputs(open: readonly Pick<OpenAttributes, 'inputs'>[]): Promise<InputFile[]> {
  const files: InputFile[] = []
  for (const { inputs } of open) for (const read of inputs) files.push(...(await read()))
  return files
}

const fields = ['amount', 'quantity', 'item', 'category', 'channel'] as const

function filledBy(sources: readonly JudgedSource[]): Extracted['has'] {
  const isFilled = (field: string): boolean => sources.some(({ filled }) => filled.includes(field))
  return Object.fromEntries(fields.map((field) => [field, isFilled(field)])) as Extracted['has']
}

/** Day of an ISO time; null of null. */
const dayOf = (time: string | null): Day | null => (time === null ? null : parseDay(time.slice(0, 10)))

const latest = (days: readonly (Day | null)[]): Day | null =>
  days.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null)
