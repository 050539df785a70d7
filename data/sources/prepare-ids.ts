import type { FileConfig } from '../sources.ts'
import { fileSchemaDefaults } from './file-defaults.ts'
import { loadIdMap } from './id-map.ts'
import type { IdMap } from './judged-view.ts'
import type { PreparedFiles, PrepareFiles } from './prepare-files.ts'
import { prepareTable } from './prepare-table.ts'
import type { UserIdType } from './cast-user-id.ts'
import type { SqlSession } from './sql-session.ts'

export interface PreparedIds {
  readonly map: IdMap & { readonly type: UserIdType }
  readonly inputs: PreparedFiles['inputs']
}

/** Opens the id table of a source or an attribute table; null when it has none. */
export async function prepareIds(
  session: SqlSession,
  owner: Pick<PrepareFiles, 'where' | 'name' | 'source' | 'baseDir' | 'workDir' | 'databases' | 'signal'> & {
    readonly config: FileConfig
  },
): Promise<PreparedIds | null> {
  const { ids, userIdType } = owner.config
  if (ids === undefined) return null
  const config: FileConfig = { ...fileSchemaDefaults, path: ids.table, postgres: ids.postgres, userIdType }
  const prepared = await prepareTable(session, {
    ...owner,
    where: `${owner.where}.ids`,
    name: `${owner.name}_ids`,
    source: `${owner.source}.ids`,
    config,
    needed: () => ({ required: [...new Set([ids.from, ids.to])], optional: [] }),
  })
  const map = await loadIdMap(session, prepared.table, {
    name: `${owner.name}_id_map`,
    where: owner.where,
    ids,
    config,
  })
  return { map, inputs: prepared.inputs }
}
