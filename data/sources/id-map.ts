import { EbbError } from '../../core/errors.ts'
import type { FileConfig } from '../sources.ts'
import { castUserId, userIdType, type UserIdType } from './cast-user-id.ts'
import { columnKind } from './column-kind.ts'
import type { IdMap } from './judged-view.ts'
import type { RawTable } from './raw-table.ts'
import type { SqlSession } from './sql-session.ts'

type Ids = NonNullable<FileConfig['ids']>

/**
 * Makes the session table (from_id VARCHAR, user_id) of an id table. Rows without one of the two ids say nothing;
 * the same pair twice is one. Throws kind `data` when one id leads to two users, or a user id cannot be read.
 */
export async function loadIdMap(
  session: SqlSession,
  table: RawTable,
  map: { readonly name: string; readonly where: string; readonly ids: Ids; readonly config: FileConfig },
): Promise<IdMap & { readonly type: UserIdType }> {
  const { dialect } = session
  const { ids, where } = map
  const place = `${where}.ids: ${table.files[0]!.uri}`
  const from = table.columns.find(({ name }) => name === ids.from)!
  const to = table.columns.find(({ name }) => name === ids.to)!
  const type = userIdType(to, map.config, place)
  const cleaned = { ...to, sql: columnKind(to.type) === 'text' ? `NULLIF(CAST(${to.sql} AS VARCHAR), '')` : to.sql }
  const user = castUserId(cleaned, type, 'user_id')
  const relation = dialect.identifier(map.name)
  const rows = `SELECT NULLIF(CAST(${from.sql} AS VARCHAR), '') AS from_id, CAST(${cleaned.sql} AS VARCHAR) AS raw_id, ${user.sql} AS user_id FROM ${table.relation}`
  await session.execute(
    map.name,
    dialect.createTable(
      relation,
      `SELECT DISTINCT from_id, raw_id, user_id FROM (${rows}) WHERE from_id IS NOT NULL AND raw_id IS NOT NULL`,
    ),
  )
  await refuseUnreadable(session, table, { relation, place, to: ids.to })
  await refuseTwoUsers(session, relation, `${place}, column "${ids.from}"`)
  return { relation, unmatched: ids.unmatched, table: table.files[0]!.uri, type }
}

async function refuseUnreadable(
  session: SqlSession,
  table: RawTable,
  { relation, place, to }: { readonly relation: string; readonly place: string; readonly to: string },
): Promise<void> {
  const lines = [
    ...(table.brokenLines === null ? [] : [`SELECT raw FROM ${table.brokenLines}`]),
    ...(table.brokenSql === null ? [] : [`SELECT ${table.brokenSql} AS raw FROM ${table.relation}`]),
  ]
  for (const query of lines) {
    const [broken] = await session.rows(null, `SELECT min(raw) AS raw FROM (${query})`)
    const raw = broken!['raw'] ?? null
    if (raw !== null) throw fault(place, 'a line that cannot be read', 'two ids', JSON.stringify(raw))
  }
  const [unreadable] = await session.rows(null, `SELECT min(raw_id) AS raw_id FROM ${relation} WHERE user_id IS NULL`)
  const id = unreadable!['raw_id'] ?? null
  if (id !== null) throw fault(`${place}, column "${to}"`, 'a user id that is not an integer', 'integers', String(id))
}

async function refuseTwoUsers(session: SqlSession, relation: string, where: string): Promise<void> {
  const [clash] = await session.rows(
    null,
    `SELECT from_id, CAST(min(user_id) AS VARCHAR) AS one, CAST(max(user_id) AS VARCHAR) AS other FROM ${relation} GROUP BY from_id HAVING count(DISTINCT user_id) > 1 ORDER BY from_id LIMIT 1`,
  )
  if (clash === undefined) return
  const received = `${String(clash['one'])} and ${String(clash['other'])}`
  throw fault(where, `id ${JSON.stringify(clash['from_id'])} leads to two users`, 'one user per id', received)
}

function fault(where: string, what: string, expected: string, received: string): EbbError {
  return new EbbError({ code: 'IDS_CLASH', kind: 'data', where, what, expected, received })
}

export interface SourceIds {
  readonly where: string
  readonly file: string
  readonly type: UserIdType
}

/** All sources must agree on what a user id is. Throws kind `data`, naming the first two that do not. */
export function checkSameIdType(sources: readonly SourceIds[]): UserIdType {
  const first = sources[0]!
  const other = sources.find(({ type }) => type !== first.type)
  if (other === undefined) return first.type
  const words = { BIGINT: 'integers', VARCHAR: 'text' } as const
  throw new EbbError({
    code: 'IDS_CLASH',
    kind: 'data',
    where: `${other.where}: ${other.file}`,
    what: 'user ids of another kind than in the other source',
    expected: `${words[first.type]} as in ${first.where} (${first.file})`,
    received: words[other.type],
    hint: 'map one onto the other with ids, or declare userIdType',
  })
}
