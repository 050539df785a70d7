import { prepareFiles, type PreparedFiles, type PrepareFiles } from './prepare-files.ts'
import type { SqlSession } from './sql-session.ts'

/** Opens what an entry of the config names: files, or a table of a database. */
export async function prepareTable(session: SqlSession, prepare: PrepareFiles): Promise<PreparedFiles> {
  const { postgres } = prepare.config
  if (postgres === undefined) return prepareFiles(session, prepare)
  const { preparePostgres } = await import('./postgres/prepare-postgres.ts')
  return preparePostgres(session, { ...prepare, postgres })
}
