import type { Day } from '../../core/day.ts'
import type { Dialect } from '../../engines/dialect.ts'

/** Session tables of the lab. */
export const labTables = {
  silences: 'ebb_lab_silences',
  influence: 'ebb_lab_influence',
  lengths: 'ebb_lab_lengths',
  rated: 'ebb_lab_rated',
  cutoffs: 'ebb_lab_cutoffs',
  standing: 'ebb_lab_standing',
} as const

export interface SilenceInput {
  /** Relation of the event model. */
  readonly events: string
  /** Event types that end a silence. */
  readonly qualifying: readonly string[]
  /** Event types whose money counts for the value tier. */
  readonly purchases: readonly string[]
  readonly dataStart: Day
  readonly dataEnd: Day
  readonly newDays: number
  readonly silentDays: number
}

/**
 * One row per user and active day: user_index, `began` (days since dataStart), `days` (to the next active day; without one the
 * silent days seen until the end of the data), `returned` 1 or 0, and who the user was then: lifecycle_stage, value_tier, channel.
 */
export function silencesSelect(input: SilenceInput, dialect: Dialect): string {
  const start = dialect.day(input.dataStart)
  const total = dialect.daysBetween(start, dialect.day(input.dataEnd))
  const dayOf = (day: string): string => dialect.daysBetween(start, day)
  const cents = `CASE WHEN ${typeIn(dialect, input.purchases)} THEN e.amount_cents END`
  return `SELECT user_index, began, CASE WHEN next_at IS NULL THEN ${total} - 1 - began ELSE next_at - began END AS days,
  CASE WHEN next_at IS NULL THEN 0 ELSE 1 END AS returned,
  CASE WHEN began - first_at < ${input.newDays} THEN 'new' WHEN began - before_at > ${input.silentDays} THEN 'returned' ELSE 'active' END AS lifecycle_stage,
  CASE WHEN spent > 0 THEN CASE NTILE(3) OVER (PARTITION BY (spent > 0) ORDER BY spent DESC, user_index, began) WHEN 1 THEN 'high' WHEN 2 THEN 'mid' ELSE 'low' END ELSE 'none' END AS value_tier,
  channel
FROM (
  SELECT user_index, began, spent, channel,
    LEAD(began) OVER (PARTITION BY user_index ORDER BY began) AS next_at,
    LAG(began) OVER (PARTITION BY user_index ORDER BY began) AS before_at,
    MIN(began) OVER (PARTITION BY user_index) AS first_at
  FROM (
    SELECT user_index, began, channel, is_active,
      SUM(cents) OVER (PARTITION BY user_index ORDER BY began ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS spent
    FROM (
      SELECT e.user_index, ${dayOf('e.event_day')} AS began, COALESCE(${dialect.sumInteger(cents)}, 0) AS cents,
        MAX(CASE WHEN ${typeIn(dialect, input.qualifying)} THEN e.channel END) AS channel,
        ${dialect.anyTrue(typeIn(dialect, input.qualifying))} AS is_active
      FROM ${input.events} AS e
      WHERE e.event_day < ${dialect.day(input.dataEnd)}
      GROUP BY e.user_index, ${dayOf('e.event_day')}
    ) AS days
  ) AS spending
  WHERE is_active
) AS silences`
}

function typeIn(dialect: Dialect, types: readonly string[]): string {
  return types.length === 0 ? 'FALSE' : `e.event_type IN (${types.map((type) => dialect.text(type)).join(', ')})`
}

/** (level, days, returned, n): the life tables of a segment, `all` being one level. */
export function lifeTableSelect(level: string): string {
  return `SELECT ${level} AS level, days, returned, COUNT(*) AS n FROM ${labTables.silences}
GROUP BY ${level}, days, returned ORDER BY level, days, returned`
}

/** (level, users, most): users with a silence, and the silences of the busiest. */
export function usersSelect(level: string): string {
  return `SELECT level, COUNT(*) AS users, MAX(n) AS most
FROM (SELECT ${level} AS level, user_index, COUNT(*) AS n FROM ${labTables.silences} GROUP BY ${level}, user_index) AS users
GROUP BY level ORDER BY level`
}

/** (silence_days, within_days, square): sums of squares of the users' influences, over one level. */
export function varianceSelect(dialect: Dialect, level: { readonly sql: string; readonly value: string }): string {
  const x = `SUM(a.total - l.total - CASE WHEN s.returned = 1 AND s.days <= l.silence_days + l.within_days THEN w.weight ELSE 0 END)`
  return `SELECT silence_days, within_days, ${dialect.sumWide('x * x')} AS square
FROM (
  SELECT l.silence_days, l.within_days, s.user_index, ${dialect.cast(x, 'bigint')} AS x
  FROM ${labTables.silences} AS s
  JOIN ${labTables.lengths} AS l ON s.days > l.silence_days
  JOIN ${labTables.influence} AS a ON a.day = LEAST(s.days, l.silence_days + l.within_days)
  JOIN ${labTables.influence} AS w ON w.day = s.days
  WHERE ${level.sql} = ${dialect.text(level.value)}
  GROUP BY l.silence_days, l.within_days, s.user_index
) AS users
GROUP BY silence_days, within_days`
}

/** (cutoff, user_index, age): the silence in which each cutoff falls; age = days since the last active day, 1 = yesterday. */
export function standingSelect(): string {
  return `SELECT c.cutoff, s.user_index, c.cutoff - s.began AS age
FROM ${labTables.silences} AS s
JOIN ${labTables.cutoffs} AS c ON s.began < c.cutoff AND (s.returned = 0 OR c.cutoff <= s.began + s.days)`
}

/** (cutoff, age, n): how many stand where. */
export const agesSelect = `SELECT cutoff, age, COUNT(*) AS n FROM ${labTables.standing} GROUP BY cutoff, age ORDER BY cutoff, age`

/** (cutoff, silence_days, n): eligible users who complete so many silent days inside the horizon. */
export function churnedSelect(horizonDays: number): string {
  const ends = 's.began + l.silence_days'
  return `SELECT c.cutoff, l.silence_days, COUNT(DISTINCT s.user_index) AS n
FROM ${labTables.silences} AS s
JOIN ${labTables.rated} AS l ON (s.days > l.silence_days OR (s.returned = 0 AND s.days >= l.silence_days))
JOIN ${labTables.cutoffs} AS c ON ${ends} >= c.cutoff AND ${ends} < c.cutoff + ${horizonDays}
JOIN ${labTables.standing} AS u ON u.cutoff = c.cutoff AND u.user_index = s.user_index AND u.age <= l.silence_days
GROUP BY c.cutoff, l.silence_days ORDER BY c.cutoff, l.silence_days`
}
