import type { CheckResult, QualityReport } from '../core/artifacts.ts'
import { EbbError } from '../core/errors.ts'
import type { AttributeRelation } from './event-table.ts'
import { attributeColumns } from './sources/attribute-view.ts'
import type { SqlSession } from './sources/sql-session.ts'
import type { AttributeTableConfig } from './sources.ts'

export interface AttributeTable {
  readonly relation: AttributeRelation
  readonly quality: QualityReport['attributes'][number]
  readonly check: CheckResult
}

/**
 * Makes the relation of `event-table.ts` from a judged view (quoted): one row per user and day, the last of a day when
 * there are several; users without events are counted and left out. Throws kind `data` when two rows of one user and
 * time differ.
 */
export async function loadAttributes(
  session: SqlSession,
  table: {
    readonly name: string
    readonly view: string
    readonly users: string
    readonly config: AttributeTableConfig
    readonly file: string
  },
): Promise<AttributeTable> {
  const { dialect } = session
  const { name, users, config } = table
  const columns = attributeColumns(config)
  const names = columns.map((column) => dialect.identifier(column.name))
  const rows = dialect.identifier(`attribute_rows_${name}`)
  const values = columns.map(({ type }, at) =>
    type === 'day' ? `${dialect.timestampToDay(names[at]!)} AS ${names[at]}` : names[at],
  )
  const distinct = `SELECT DISTINCT user_id, valid_from, ${values.join(', ')} FROM ${table.view} WHERE reason IS NULL AND is_wanted`
  await session.execute(`attributes_${name}`, dialect.createTable(rows, distinct))
  await refuseConflicts(session, rows, table)
  const relation = dialect.identifier(`attributes_${name}`)
  const latest = `SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id, ${dialect.timestampToDay('valid_from')} ORDER BY valid_from DESC) AS place FROM ${rows}`
  const select = `SELECT users.user_index, ${dialect.timestampToDay('latest.valid_from')} AS valid_from, ${names.map((column) => `latest.${column}`).join(', ')} FROM (${latest}) AS latest JOIN ${users} AS users ON users.user_id = latest.user_id WHERE latest.place = 1`
  await session.execute(`attributes_${name}`, dialect.createTable(relation, select))
  const quality = await measure(session, { name, rows, relation, users, columns: columns.map((column) => column.name) })
  await session.execute(`attributes_${name}`, dialect.dropTable(rows))
  return {
    relation: {
      name,
      relation,
      columns: columns.map((column) => ({ name: column.name, type: column.type })),
      isHistory: config.validFrom !== undefined,
    },
    quality,
    check: matchCheck(quality),
  }
}

function matchCheck({ name, users, unmatchedUsers }: AttributeTable['quality']): CheckResult {
  const passed = users > 0
  const observed = `${users} users with events, ${unmatchedUsers} without`
  return {
    name: `attributes.${name}.users`,
    passed,
    severity: 'error',
    observed,
    expected: 'at least one user with events',
    message: `attributes.${name}: ${passed ? observed : 'no user of the table has an event; is the key the same id?'}`,
  }
}

async function refuseConflicts(
  session: SqlSession,
  rows: string,
  { name, config, file }: { readonly name: string; readonly config: AttributeTableConfig; readonly file: string },
): Promise<void> {
  const [conflict] = await session.rows(
    null,
    `SELECT CAST(user_id AS VARCHAR) AS user_id, CAST(valid_from AS VARCHAR) AS valid_from FROM ${rows} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1`,
  )
  if (conflict === undefined) return
  const since = config.validFrom === undefined ? '' : ` valid from ${String(conflict['valid_from'])}`
  throw new EbbError({
    code: 'ATTRIBUTES_CONFLICT',
    kind: 'data',
    where: `attributes.${name}: ${file}`,
    what: `user ${JSON.stringify(conflict['user_id'])} has several rows${since} with different values`,
    expected: config.validFrom === undefined ? 'one row per user' : 'one row per user and time',
    hint: config.validFrom === undefined ? 'a table with a history needs validFrom' : undefined,
  })
}

async function measure(
  session: SqlSession,
  table: { name: string; rows: string; relation: string; users: string; columns: readonly string[] },
): Promise<QualityReport['attributes'][number]> {
  const { dialect } = session
  const known = table.columns.map((column, at) => `COUNT(${dialect.identifier(column)}) AS known_${at}`)
  const query = `SELECT COUNT(*) AS row_count, COUNT(DISTINCT user_index) AS users, ${known.join(', ')} FROM ${table.relation}`
  const [row] = await session.rows(`quality_${table.name}`, query)
  const [unmatched] = await session.rows(
    `quality_${table.name}`,
    `SELECT COUNT(DISTINCT user_id) AS users FROM ${table.rows} WHERE user_id NOT IN (SELECT user_id FROM ${table.users})`,
  )
  const rows = Number(row!['row_count'])
  return {
    name: table.name,
    rows,
    users: Number(row!['users']),
    unmatchedUsers: Number(unmatched!['users']),
    columns: table.columns.map((name, at) => ({
      name,
      nullFraction: rows === 0 ? 0 : (rows - Number(row![`known_${at}`])) / rows,
    })),
  }
}
