import type { CheckResult, QualityReport } from '../core/artifacts.ts'
import type { EbbError } from '../core/errors.ts'
import { loadAttributes } from './attributes.ts'
import type { AttributeRelation } from './event-table.ts'
import type { ExtractRequest } from './extracted.ts'
import { attributeColumnsNeeded, attributeView } from './sources/attribute-view.ts'
import { userIdType as readUserIdType, type UserIdType } from './sources/cast-user-id.ts'
import { checkSameIdType } from './sources/id-map.ts'
import type { Databases } from './sources/postgres/databases.ts'
import type { PreparedFiles } from './sources/prepare-files.ts'
import { prepareTable } from './sources/prepare-table.ts'
import { prepareIds, type PreparedIds } from './sources/prepare-ids.ts'
import type { RawTable } from './sources/raw-table.ts'
import { collectRejects } from './sources/rejects.ts'
import type { SqlSession } from './sources/sql-session.ts'
import type { Zones } from './sources/zones.ts'
import type { AttributeTableConfig } from './sources.ts'

export interface OpenAttributes {
  readonly name: string
  readonly where: string
  readonly config: AttributeTableConfig
  readonly table: RawTable
  readonly ids: PreparedIds | null
  readonly inputs: readonly PreparedFiles['inputs'][]
}

export async function openAttributes(
  session: SqlSession,
  name: string,
  request: ExtractRequest & { readonly databases: Databases },
): Promise<OpenAttributes> {
  const config = request.attributes[name]!
  const where = `attributes.${name}`
  const { baseDir, workDir, databases, signal } = request
  const place = { where, name: `attribute_${name}`, source: where, config, baseDir, workDir, databases, signal }
  const needed = () => attributeColumnsNeeded(config)
  const files = await prepareTable(session, { ...place, needed })
  const ids = await prepareIds(session, place)
  const inputs = ids === null ? [files.inputs] : [files.inputs, ids.inputs]
  return { name, where, config, table: files.table, ids, inputs }
}

export interface LoadedAttributes {
  readonly relation: AttributeRelation
  readonly quality: QualityReport['attributes'][number]
  readonly checks: readonly CheckResult[]
  readonly errors: readonly EbbError[]
}

interface LoadContext {
  readonly zones: Zones
  readonly userIdType: UserIdType
  /** Relation of the users. */
  readonly users: string
  /** For messages: the source that decided the type of ids. */
  readonly userSource: string
  readonly rejectsDir: string
}

/** Judges the rows of an attribute table and makes its relation. Its keys are read as the events' type of id. */
export async function loadAttributeSource(
  session: SqlSession,
  open: OpenAttributes,
  context: LoadContext,
): Promise<LoadedAttributes> {
  const { name, where, config, table } = open
  const view = session.dialect.identifier(`attribute_${name}`)
  const { sql, faults } = await viewOf(session, open, context)
  await session.execute(`attribute_${name}`, session.dialect.createView(view, sql))
  const [row] = await session.rows(
    `counts_${where}`,
    `SELECT COUNT(*) AS row_count, COUNT(*) FILTER (WHERE reason IS NOT NULL) AS rejected FROM ${view}`,
  )
  const { rejectsDir } = context
  const { maxFraction } = config.rejects
  const counts = { rejected: Number(row!['rejected']), rows: Number(row!['row_count']) }
  const rejects = await collectRejects(session, {
    name: where,
    where,
    view,
    table,
    faults,
    rejectsDir,
    maxFraction,
    ...counts,
  })
  const file = table.files[0]!.uri
  const { relation, quality, check } = await loadAttributes(session, { name, view, users: context.users, config, file })
  return { relation, quality, checks: [rejects.check, check], errors: rejects.errors }
}

async function viewOf(session: SqlSession, open: OpenAttributes, { zones, userIdType, userSource }: LoadContext) {
  const { where, config, table, ids } = open
  const file = table.files[0]!.uri
  const key = table.columns.find((column) => column.name === config.key)!
  const ownType = readUserIdType(key, {}, `${where}: ${file}`)
  if (ids !== null)
    checkSameIdType([
      { where: userSource, file: 'events', type: userIdType },
      { where, file, type: ids.map.type },
    ])
  const input = {
    zones: await zones.macros(config.timeZone),
    where: `${where}: ${file}`,
    config,
    table,
    ownIdType: ids === null ? userIdType : ownType,
    userIdType,
    idMap: ids?.map ?? null,
  }
  return attributeView(input, session.dialect)
}
