import type { CheckResult, QualityReport } from '../core/artifacts.ts'
import type { EbbError } from '../core/errors.ts'
import { loadAttributes } from './attributes.ts'
import type { AttributeRelation } from './event-table.ts'
import type { ExtractRequest } from './extracted.ts'
import { attributeColumnsNeeded, attributeView } from './sources/attribute-view.ts'
import { userIdType, type UserIdType } from './sources/cast-user-id.ts'
import { checkSameIdType } from './sources/id-map.ts'
import { prepareFiles, type PreparedFiles } from './sources/prepare-files.ts'
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
  request: ExtractRequest,
): Promise<OpenAttributes> {
  const config = request.attributes[name]!
  const where = `attributes.${name}`
  const { baseDir, workDir, signal } = request
  const place = { where, name: `attribute_${name}`, source: where, config, baseDir, workDir, signal }
  const needed = () => attributeColumnsNeeded(config)
  const files = await prepareFiles(session, { ...place, needed })
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

/** Judges the rows of an attribute table and makes its relation. Its keys are read as the events' type of id. */
export async function loadAttributeSource(
  session: SqlSession,
  open: OpenAttributes,
  context: { zones: Zones; userIdType: UserIdType; users: string; userSource: string; rejectsDir: string },
): Promise<LoadedAttributes> {
  const { name, where, config, table, ids } = open
  const { dialect } = session
  const file = table.files[0]!.uri
  const key = table.columns.find((column) => column.name === config.key)!
  const natural = userIdType(key, {}, `${where}: ${file}`)
  if (ids !== null)
    checkSameIdType([
      { where: context.userSource, file: 'events', type: context.userIdType },
      { where, file, type: ids.map.type },
    ])
  const view = dialect.identifier(`attribute_${name}`)
  const { sql, faults } = attributeView(
    {
      zones: await context.zones.macros(config.timeZone),
      where: `${where}: ${file}`,
      config,
      table,
      ownIdType: ids === null ? context.userIdType : natural,
      userIdType: context.userIdType,
      idMap: ids?.map ?? null,
    },
    dialect,
  )
  await session.execute(`attribute_${name}`, dialect.createView(view, sql))
  const [row] = await session.rows(
    `counts_${where}`,
    `SELECT COUNT(*) AS row_count, COUNT(*) FILTER (WHERE reason IS NOT NULL) AS rejected FROM ${view}`,
  )
  const rejects = await collectRejects(session, {
    name: where,
    where,
    view,
    table,
    faults,
    rejectsDir: context.rejectsDir,
    maxFraction: config.rejects.maxFraction,
    rejected: Number(row!['rejected']),
    rows: Number(row!['row_count']),
  })
  const loaded = await loadAttributes(session, { name, view, users: context.users, config, file })
  return {
    relation: loaded.relation,
    quality: loaded.quality,
    checks: [rejects.check, loaded.check],
    errors: rejects.errors,
  }
}
