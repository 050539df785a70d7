import type { StageContext } from '../context.ts'
import type { ExtractedStage } from './extract.ts'

const pageRows = 50_000

/** The id of every user as text, by user index; read in pages, so that the event loop turns. */
export async function readUserIds(
  { engine, signal }: StageContext,
  { relations, counts }: ExtractedStage,
): Promise<string[]> {
  const ids: string[] = []
  const { dialect } = engine
  const id = dialect.cast('user_id', 'text')
  for (let from = 0; from < counts.users; from += pageRows) {
    const sql = `SELECT ${id} AS id FROM ${dialect.identifier(relations.users)} WHERE user_index >= ${from} AND user_index < ${from + pageRows} ORDER BY user_index`
    for (const row of await engine.rows(sql, { signal, limit: pageRows })) ids.push(String(row.id))
  }
  return ids
}
