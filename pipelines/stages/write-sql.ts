import { join } from 'node:path'
import { runFiles } from '../../store/layout.ts'
import type { StageContext } from '../context.ts'

/** Keeps the SQL that a stage runs: `sql/<stage>-<name>.sql`. */
export async function writeSql(
  { run }: StageContext,
  stage: string,
  statements: readonly { readonly name: string; readonly sql: string }[],
): Promise<void> {
  for (const { name, sql } of statements)
    await run.writeText(join(runFiles.sql, `${stage}-${name}.sql`), `${sql.trim()};\n`)
}
