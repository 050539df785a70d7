import type { Day } from '../core/day.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { ExamplePlan } from './plan.ts'
import { knownDay, type Visibility } from './window.ts'

/** (cutoff DATE, users BIGINT), ascending: users with a visible event before each cutoff, e.g. of dropped ones. */
export function usersSeenSelect(
  relations: Pick<ExamplePlan, 'relations' | 'dataEnd'> & Visibility,
  cutoffs: readonly Day[],
  dialect: Dialect,
): string {
  const days = dialect.values(
    'c',
    ['cutoff'],
    cutoffs.map((cutoff) => [dialect.day(cutoff)]),
  )
  return `SELECT c.cutoff, COUNT(u.user_index) AS users
FROM ${days} LEFT JOIN (
  SELECT e.user_index, MIN(${knownDay(dialect, relations, 'e')}) AS first_seen
  FROM ${relations.relations.events} AS e
  WHERE e.event_day < ${dialect.day(relations.dataEnd)}
  GROUP BY e.user_index
) AS u ON u.first_seen < c.cutoff
GROUP BY c.cutoff
ORDER BY c.cutoff`
}
