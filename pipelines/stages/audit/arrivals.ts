import type { LateReport } from '../../../core/audit-artifacts.ts'
import type { Day } from '../../../core/day.ts'
import type { StageContext } from '../../context.ts'
import type { PlanRelations } from '../../../features/plan.ts'

/** How late rows came, where a source says when they did. Null where none does. */
export async function readArrivals(
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
  relations: PlanRelations,
  cutoffs: readonly Day[],
): Promise<LateReport['arrivals']> {
  if (relations.hasAvailableDay !== true) return null
  const { dialect } = engine
  const days = dialect.daysBetween('e.event_day', 'e.available_day')
  const counted = `SELECT ${days} AS days, COUNT(*) AS n FROM ${relations.events} AS e WHERE e.available_day IS NOT NULL GROUP BY ${days} ORDER BY days`
  const rows = (await engine.rows(counted, { signal })).map((row) => ({
    days: Math.max(0, Number(row['days'])),
    n: Number(row['n']),
  }))
  const list = dialect.values(
    'c',
    ['cutoff'],
    cutoffs.map((cutoff) => [dialect.day(cutoff)]),
  )
  const seen = dialect.addDays('e.event_day', 'e.delay_days')
  const [held] = await engine.rows(
    `SELECT COUNT(*) AS n FROM ${relations.events} AS e JOIN ${list} ON c.cutoff > ${seen} AND c.cutoff <= e.available_day`,
    { signal },
  )
  const events = rows.reduce((sum, { n }) => sum + n, 0)
  if (events === 0) return { events, lateShare: 0, p50Days: 0, p99Days: 0, maxDays: 0, heldBack: 0 }
  const late = rows.reduce((sum, { days: after, n }) => sum + (after > 0 ? n : 0), 0)
  return {
    events,
    lateShare: late / events,
    p50Days: daysAt(rows, 0.5 * events),
    p99Days: daysAt(rows, 0.99 * events),
    maxDays: rows.reduce((most, { days: after }) => Math.max(most, after), 0),
    heldBack: Number(held!['n']),
  }
}

/** The least number of days within which so many events had come; `rows` ascending by days. */
function daysAt(rows: readonly { readonly days: number; readonly n: number }[], events: number): number {
  let seen = 0
  for (const { days, n } of rows) {
    seen += n
    if (seen >= events) return days
  }
  return rows.at(-1)?.days ?? 0
}
