import { EbbError } from '../core/errors.ts'
import { stableThreshold } from './sources/stable-threshold.ts'
import type { ExtractRequest } from './extracted.ts'
import { checkSameIdType, type SourceIds } from './sources/id-map.ts'
import { eventColumnsNeeded, filledFields } from './sources/event-mapping.ts'
import { eventView, type EventView } from './sources/event-view.ts'
import type { Databases } from './sources/postgres/databases.ts'
import type { PreparedFiles } from './sources/prepare-files.ts'
import { prepareTable } from './sources/prepare-table.ts'
import { prepareIds, type PreparedIds } from './sources/prepare-ids.ts'
import type { RawTable } from './sources/raw-table.ts'
import { collectRejects, type Rejects } from './sources/rejects.ts'
import { parseSourceFilter, sourceFilterSql } from './sources/source-filter.ts'
import type { SqlSession } from './sources/sql-session.ts'
import { userIdType, type UserIdType } from './sources/cast-user-id.ts'
import { sourceFault } from './sources/open-table.ts'
import type { Zones } from './sources/zones.ts'
import type { SourceConfig } from './sources.ts'

/** A source whose files are open: what it takes to know the type of its user ids. */
export interface OpenSource {
  readonly name: string
  readonly where: string
  readonly config: SourceConfig
  readonly table: RawTable
  readonly ids: PreparedIds | null
  readonly ownIdType: UserIdType
  readonly inputs: readonly PreparedFiles['inputs'][]
}

/** A source whose rows have been judged; usable rows are `SELECT ... FROM <view> WHERE reason IS NULL AND is_wanted`. */
export interface JudgedSource extends OpenSource {
  /** Quoted. */
  readonly view: string
  readonly rowsRead: number
  /** Rows of the view with a reason. */
  readonly rejectedRows: number
  readonly filteredOut: number
  readonly usable: number
  /** Local wall-clock times of usable rows, ISO; null without any. */
  readonly firstEvent: string | null
  readonly lastEvent: string | null
  readonly rejects: Rejects
  readonly filled: readonly string[]
}

export async function openSource(
  session: SqlSession,
  name: string,
  request: ExtractRequest & { readonly databases: Databases },
): Promise<OpenSource> {
  const config = request.sources[name]!
  const where = `sources.${name}`
  const { baseDir, workDir, databases, signal, emit } = request
  const place = { where, name: `source_${name}`, source: name, config, baseDir, workDir, databases, signal }
  const needed = (known: readonly string[]) => eventColumnsNeeded(config, known)
  const files = await prepareTable(session, {
    ...place,
    needed,
    onRows: (rows) => emit({ name: 'extract', message: `reading ${name}`, rows }),
  })
  const column = files.table.columns.find((each) => each.name === config.columns.user_id)!
  const ids = await prepareIds(session, place)
  const ownConfig = ids === null ? config : {}
  const ownIdType = userIdType(column, ownConfig, `${where}: ${files.table.files[0]!.uri}`)
  const inputs = ids === null ? [files.inputs] : [files.inputs, ids.inputs]
  return { name, where, config, table: files.table, ids, ownIdType, inputs }
}

/** The one type of all user ids. Throws kind `data` when sources disagree. */
export function commonIdType(sources: readonly OpenSource[]): UserIdType {
  return checkSameIdType(
    sources.map(({ where, table, ids, ownIdType }): SourceIds => ({
      where,
      file: table.files[0]!.uri,
      type: ids?.map.type ?? ownIdType,
    })),
  )
}

interface JudgeContext {
  readonly zones: Zones
  readonly userIdType: UserIdType
  readonly rejectsDir: string
}

/** Makes the source's view, counts its rows once, and keeps the unusable ones. */
export async function judgeSource(
  session: SqlSession,
  source: OpenSource,
  context: JudgeContext,
): Promise<JudgedSource> {
  const { name, where, config, table } = source
  const view = session.dialect.identifier(`source_${name}`)
  const filled = filledFields(config)
  const { sql, faults } = await viewOf(session, source, { ...context, filled })
  await session.execute(`source_${name}`, session.dialect.createView(view, sql))
  try {
    const counts = await countRows(session, `counts_${name}`, view)
    const { rows, rejected, filteredOut, firstEvent, lastEvent } = counts
    const { rejectsDir } = context
    const { maxFraction } = config.rejects
    const place = { name, where, view, table, faults, rejectsDir, maxFraction }
    const rejects = await collectRejects(session, { ...place, rejected, rows })
    const rowsRead = rows + rejects.brokenRows
    const usable = rows - rejected - filteredOut
    return {
      ...source,
      view,
      rowsRead,
      rejectedRows: rejected,
      filteredOut,
      usable,
      firstEvent,
      lastEvent,
      rejects,
      filled,
    }
  } catch (error) {
    throw sourceFault(error, table.files, where)
  }
}

async function viewOf(
  session: SqlSession,
  source: OpenSource,
  { zones, userIdType, filled }: JudgeContext & { readonly filled: readonly string[] },
): Promise<EventView> {
  const { where, config, table, ownIdType, ids } = source
  const input = {
    zones: await zones.macros(config.timeZone),
    where: `${where}: ${table.files[0]!.uri}`,
    config,
    table,
    ownIdType,
    userIdType,
    idMap: ids?.map ?? null,
    wanted: wantedSql(session, source, { filled, userIdType }),
  }
  return eventView(input, session.dialect)
}

async function countRows(session: SqlSession, name: string, view: string) {
  const [row] = await session.rows(name, countSql(view))
  const time = (key: string): string | null => (row![key] === null ? null : String(row![key]))
  return {
    rows: Number(row!['row_count']),
    rejected: Number(row!['rejected']),
    filteredOut: Number(row!['filtered']),
    firstEvent: time('first_event'),
    lastEvent: time('last_event'),
  }
}

const countSql = (
  view: string,
): string => `SELECT COUNT(*) AS row_count, COUNT(*) FILTER (WHERE reason IS NOT NULL) AS rejected,
COUNT(*) FILTER (WHERE reason IS NULL AND NOT is_wanted) AS filtered,
MIN(event_time) FILTER (WHERE reason IS NULL AND is_wanted) AS first_event,
MAX(event_time) FILTER (WHERE reason IS NULL AND is_wanted) AS last_event FROM ${view}`

function wantedSql(
  session: SqlSession,
  { config, where }: OpenSource,
  { filled, userIdType }: { readonly filled: readonly string[]; readonly userIdType: UserIdType },
): string | null {
  const { dialect } = session
  const parts: string[] = []
  if (config.where !== undefined)
    parts.push(sourceFilterSql(parseSourceFilter(config.where, filled, `${where}.where`), dialect, userIdType))
  if (config.sample < 1) {
    const hash = dialect.stableHash(`CONCAT('sample/', ${dialect.cast('user_id', 'text')})`)
    parts.push(`${hash} < ${dialect.bigint(stableThreshold(config.sample))}`)
  }
  return parts.length === 0 ? null : parts.join(' AND ')
}

/** Throws when no source is configured: there is nothing to extract. */
export function requireSources(request: ExtractRequest): void {
  if (Object.keys(request.sources).length > 0) return
  throw new EbbError({
    code: 'SOURCES_EMPTY',
    kind: 'config',
    where: 'sources',
    what: 'no source',
    expected: 'at least one',
  })
}
