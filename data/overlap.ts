import type { CheckResult } from '../core/artifacts.ts'
import type { JudgedSource } from './event-source.ts'
import type { SqlSession } from './sources/sql-session.ts'

const columns = 'user_id, event_time, event_type, amount_cents, quantity_milli, item, category, channel'

/**
 * Exact copies over two files of one source are mostly two exports that overlap: warns, as they count twice. Copies
 * inside one file are often two purchases. Null where nothing can overlap, or copies are dropped anyway.
 */
export async function checkOverlap(
  session: SqlSession,
  { name, view, table, config }: Pick<JudgedSource, 'name' | 'view' | 'table' | 'config'>,
  exactDuplicates: number,
): Promise<CheckResult | null> {
  if (table.files.length < 2 || config.deduplicate || exactDuplicates === 0) return null
  const copies = `SELECT COUNT(*) AS copies FROM ${view} WHERE reason IS NULL AND is_wanted GROUP BY ${columns} HAVING COUNT(DISTINCT file) > 1`
  const [row] = await session.rows(`overlap_${name}`, `SELECT COUNT(*) AS row_count FROM (${copies})`)
  const shared = Number(row!['row_count'])
  const observed = `${shared.toLocaleString('en')} rows stand in more than one of ${table.files.length} files`
  return {
    name: `overlap.${name}`,
    passed: shared === 0,
    severity: 'warn',
    observed,
    expected: 'no row in two files',
    message:
      shared === 0
        ? `sources.${name}: no row in two files`
        : `sources.${name}: ${observed}, and count as often; deduplicate: true drops exact copies`,
  }
}
