import { parseDay } from '../../core/day.ts'
import type { Dialect } from '../../engines/dialect.ts'
import type { Row } from '../../engines/engine.ts'
import { eventContent } from '../event-columns.ts'
import type { ExamplePlan, NamedSql } from '../plan.ts'
import { bucketUsers, type UserSlice } from '../user-slices.ts'

const bucketOf = (dialect: Dialect, alias: string): string =>
  dialect.integerDivide(`${alias}.user_index`, String(bucketUsers))

/** (bucket, events), ascending: how the events of a plan are spread over its users. */
export function userBucketsSelect(plan: ExamplePlan, dialect: Dialect): string {
  return `SELECT q.bucket, COUNT(*) AS events
FROM (SELECT ${bucketOf(dialect, 'e')} AS bucket FROM ${plan.relations.events} AS e) AS q
GROUP BY q.bucket
ORDER BY q.bucket`
}

/** Columns of events that statements may read (`data/event-table.ts`); a relation of events has more than most plans need. */
const eventColumns = ['user_index', ...eventContent, 'delay_days', 'available_day']

/** Those that the statements name, wherever: too many are only slower, and one too few is an error of the engine. */
export function namedEventColumns(statements: readonly NamedSql[]): readonly string[] {
  const words = new Set(statements.flatMap(({ sql }) => sql.match(/\w+/g) ?? []))
  return eventColumns.filter((column) => words.has(column))
}

/** Columns of events that have few texts as a rule. */
const levelColumns = ['event_type', 'category', 'channel', 'source'] as const
/** More are not looked at one by one. */
const mostLevels = 64
const longestLevel = 200

/** Which of these columns are worth a look at their texts; where the plan knows more than a few, they are not. */
export function fewLevelColumns(plan: ExamplePlan, columns: readonly string[]): readonly string[] {
  const known = (of: string): number => (of === 'category' || of === 'channel' ? plan.levels[of].length : 0)
  return levelColumns.filter((of) => columns.includes(of) && known(of) <= mostLevels)
}

/** (level), ascending: the texts of a column of the events, and maybe NULL. The plan's own may be older than the events. */
export function levelsSelect(plan: ExamplePlan, column: string): string {
  return `SELECT DISTINCT e.${column} AS level
FROM ${plan.relations.events} AS e
ORDER BY level
LIMIT ${mostLevels + 2}`
}

/** The levels of such a query; null where there are too many, or they are no names that a statement may list. */
export function fewLevels(rows: readonly Row[]): readonly string[] | null {
  const levels = rows.flatMap(({ level }) => (level === null ? [] : [String(level)]))
  const isName = (level: string): boolean => level.length <= longestLevel && !level.includes('\0')
  return levels.length <= mostLevels && levels.every(isName) ? levels : null
}

/** Some columns of the events and the number of their slice, from a table (bucket, slice). */
export function stagedEventsSelect(
  plan: ExamplePlan,
  dialect: Dialect,
  { slices, columns }: { readonly slices: string; readonly columns: readonly string[] },
): string {
  return `SELECT ${columns.map((column) => `e.${column}`).join(', ')}, ${dialect.cast('s.slice', 'integer')} AS slice
FROM ${plan.relations.events} AS e JOIN ${slices} AS s ON s.bucket = ${bucketOf(dialect, 'e')}`
}

/** The plan of a slice's users alone, whose events are another relation. */
export function planOfSlice(plan: ExamplePlan, slice: UserSlice & { events: string }): ExamplePlan {
  const own = (relation: string): string => relationOfUsers(relation, slice)
  const { users, attributes } = plan.relations
  return {
    ...plan,
    relations: {
      ...plan.relations,
      events: slice.events,
      users: own(users),
      attributes: attributes.map((table) => ({ ...table, relation: own(table.relation) })),
    },
    ...(plan.spine === undefined ? {} : { spine: own(plan.spine) }),
  }
}

/** The rows of users [from, to) of a relation with a user_index. */
export function relationOfUsers(relation: string, { from, to }: Pick<UserSlice, 'from' | 'to'>): string {
  const bounds = [
    ...(from === null ? [] : [`w.user_index >= ${from}`]),
    ...(to === null ? [] : [`w.user_index < ${to}`]),
  ]
  return bounds.length === 0 ? relation : `(SELECT w.* FROM ${relation} AS w WHERE ${bounds.join(' AND ')})`
}

/** The examples of all slices, from one file per slice; sorted once more, so that a file of them has the same bytes as unsliced. */
export const examplesOfSlices = (files: readonly string[], dialect: Dialect): string =>
  `SELECT p.* FROM ${dialect.parquet(files)} AS p ORDER BY p.cutoff, p.user_index`

/** Who is not ranked, from one file per slice. */
export const excludedOfSlices = (files: readonly string[], dialect: Dialect): string =>
  `SELECT x.user_index, x.reason FROM ${dialect.parquet(files)} AS x ORDER BY x.user_index`

/** The counts of the slices added up, as a query; each slice says the same cutoffs in the same order. */
export function populationOfSlices(slices: readonly (readonly Row[])[], dialect: Dialect): string {
  const [first] = slices
  const names = Object.keys(first![0] ?? {}).filter((name) => name !== 'cutoff')
  const rows = first!.map((row, i) => [
    dialect.day(parseDay(String(row['cutoff']))),
    ...names.map((name) => String(slices.reduce((sum, of) => sum + Number(of[i]![name]), 0))),
  ])
  const columns = ['cutoff', ...names]
  if (rows.length === 0) return ''
  return `SELECT ${columns.map((name) => `v.${name}`).join(', ')} FROM ${dialect.values('v', columns, rows)} ORDER BY v.cutoff`
}
