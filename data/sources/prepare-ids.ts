import type { FileConfig } from '../sources.ts'
import { fileSchemaDefaults } from './file-defaults.ts'
import { loadIdMap } from './id-map.ts'
import type { IdMap } from './judged-view.ts'
import { prepareFiles, type PreparedFiles, type PrepareFiles } from './prepare-files.ts'
import type { UserIdType } from './cast-user-id.ts'
import type { SqlSession } from './sql-session.ts'

export interface PreparedIds {
  readonly map: IdMap & { readonly type: UserIdType }
  readonly inputs: PreparedFiles['inputs']
}

/** Opens the id table of a source or an attribute table; null when it has none. */
export async function prepareIds(
  session: SqlSession,
  owner: Pick<PrepareFiles, 'where' | 'name' | 'source' | 'baseDir' | 'workDir' | 'signal'> & {
    readonly config: FileConfig
  },
): Promise<PreparedIds | null> {
  const { ids, userIdType } = owner.config
  if (ids === undefined) return null
  const config: FileConfig = { ...fileSchemaDefaults, path: ids.table, userIdType }
  const prepared = await prepareFiles(session, {
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
