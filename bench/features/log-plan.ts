import { addDays, type Day, parseDay } from '../../core/day.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { eventTypes, supporting, tags } from './tags.ts'

const six = ['2024-10-01', '2024-11-01', '2024-12-01', '2025-01-01', '2025-03-02', '2025-05-01']

/** Six cutoffs as the peer has them, or so many weekly ones, the last on 1 May 2025. */
export function cutoffsOf(count: number): Day[] {
  if (count === six.length) return six.map((day) => parseDay(day))
  const last = parseDay('2025-05-01')
  return Array.from({ length: count }, (_, i) => addDays(last, -7 * (count - 1 - i)))
}

/** The log's files as the event model: ids are dense integers from 1 on, so nothing has to be looked up. */
export const logSql = (files: readonly string[]): string =>
  `SELECT CAST(user_id - 1 AS INTEGER) AS user_index, ts AS event_time,
    CAST(ts AS DATE) AS event_day, event_type, CAST(round(amount * 100) AS BIGINT) AS amount_cents,
    CAST(NULL AS BIGINT) AS quantity_milli, CAST(NULL AS VARCHAR) AS item, category, channel, 'log' AS source,
    0 AS delay_days FROM read_parquet([${files.map((file) => `'${file}'`).join(', ')}])`

/** Views `events` and `users` over the log's files. */
export async function openLog(engine: Engine, files: readonly string[], users: number): Promise<void> {
  await engine.execute(`CREATE TEMP VIEW events AS ${logSql(files)}`)
  await engine.execute(
    `CREATE TEMP VIEW users AS SELECT CAST(range AS INTEGER) AS user_index, range + 1 AS user_id FROM range(${users})`,
  )
}

/** The peer's population, label and tags: active in the 90 days before, churned without a purchase in the 60 days after. */
export function logPlan(cutoffs: readonly Day[]): ExamplePlan {
  return {
    mode: 'label',
    relations: { events: 'events', users: 'users', attributes: [] },
    cutoffs,
    dataEnd: parseDay('2025-07-01'),
    delaysDays: [0],
    churn: {
      labels: { stopped: { kind: 'no_event_in_window', events: ['purchase'] } },
      target: 'stopped',
      horizonDays: 60,
      gapDays: 0,
      eligible: { events: [...eventTypes], withinDays: 90 },
    },
    features: tags,
    supporting,
    levels: {
      category: Array.from({ length: 24 }, (_, i) => `c${String(i).padStart(2, '0')}`),
      channel: ['app', 'call', 'email', 'store', 'web'],
    },
    purchaseTypes: ['purchase'],
    context: [],
    hasBuiltInContext: false,
  }
}
