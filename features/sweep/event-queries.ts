import { addDays, daysBetween, type Day } from '../../core/day.ts'
import { conditionSql } from '../../engines/condition-sql.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Dialect } from '../../engines/dialect.ts'
import { eventColumn } from '../event-columns.ts'
import type { ExamplePlan } from '../plan.ts'
import { seenDay } from '../window.ts'
import type { FlagCondition } from './conditions.ts'
import { mostLateDays, type MadeProgram } from './make-program.ts'
import type { Field } from './program.ts'

/** Words in which the engine's texts are asked for by a join instead of a list. */
const longList = 100

/** Days of events, [first, end), whose rows are read at once; null = from the beginning. */
export interface DaySlice {
  readonly first: Day | null
  readonly end: Day
}

/** Events that no cutoff, label or count of users can ask about lie at or after this day. */
export function lastDayNeeded(plan: ExamplePlan): Day {
  const last = plan.cutoffs.at(-1)!
  const horizonDays = Math.max(plan.churn.horizonDays, ...(plan.churn.horizonsDays ?? []))
  const needed = plan.mode === 'score' ? last : addDays(last, plan.churn.gapDays + horizonDays)
  return needed < plan.dataEnd ? needed : plan.dataEnd
}

/** (n BIGINT, first TIMESTAMP, last TIMESTAMP) of all events: most engines know these without reading. */
export const spanSql = (plan: ExamplePlan): string =>
  `SELECT COUNT(*) AS n, MIN(e.event_time) AS first, MAX(e.event_time) AS last FROM ${plan.relations.events} AS e`

/** (day DATE, n BIGINT): events per day that are needed, ascending. */
export function eventsByDaySql(plan: ExamplePlan, dialect: Dialect): string {
  return `SELECT q.event_day AS day, q.n FROM (
  SELECT e.event_day, COUNT(*) AS n
  FROM ${plan.relations.events} AS e
  WHERE e.event_day < ${dialect.day(lastDayNeeded(plan))}
  GROUP BY e.event_day
) AS q ORDER BY q.event_day`
}

export interface EventsOfDay {
  readonly day: Day
  readonly events: number
}

/** Consecutive days of about `rows` events each, up to `end`; a day is never cut. */
export function sliceDays(days: readonly EventsOfDay[], { rows, end }: { rows: number; end: Day }): DaySlice[] {
  const starts: Day[] = []
  let open = 0
  for (const { day, events } of days) {
    if (starts.length > 0 && open + events <= rows) open += events
    else {
      starts.push(day)
      open = events
    }
  }
  return starts.map((first, at) => ({ first: at === 0 ? null : first, end: starts[at + 1] ?? end }))
}

/** So many equal stretches of days. */
export function sliceSpan(first: Day, end: Day, count: number): DaySlice[] {
  const days = Math.max(1, daysBetween(first, end))
  const edge = (at: number): Day => addDays(first, Math.floor((days * at) / count))
  return Array.from({ length: count }, (_, at) => ({
    first: at === 0 ? null : edge(at),
    end: at === count - 1 ? end : edge(at + 1),
  }))
}

interface Asking {
  readonly plan: ExamplePlan
  readonly made: MadeProgram
  readonly dialect: Dialect
  readonly scanner: ColumnScanner
}

/** Where the values of a column go: shifted to the left they are a part of that word of the record. */
export interface ColumnPlace {
  readonly word: number
  readonly shift: number
}

interface PlacedColumn extends ColumnPlace {
  readonly sql: string
}

export interface EventQueries {
  /** One per slice: user_index, then the parts of the record; INTEGER, codes also of smaller types, never NULL. */
  readonly queries: readonly string[]
  /** Of every column but the first. */
  readonly places: readonly ColumnPlace[]
}

export function eventQueries(asking: Asking, slices: readonly DaySlice[]): EventQueries {
  const { plan, dialect } = asking
  const columns = recordColumns(asking)
  const joins = levelJoins(asking)
  const selected = ['e.user_index', ...columns.map(({ sql }) => sql)].join(',\n  ')
  const queries = slices.map(
    ({ first, end }) => `SELECT ${selected}
FROM ${plan.relations.events} AS e${joins}
WHERE ${first === null ? '' : `e.event_time >= ${midnight(first, dialect)} AND `}e.event_time < ${midnight(end, dialect)}`,
  )
  return { queries, places: columns.map(({ word, shift }) => ({ word, shift })) }
}

/** Of `event_time`, whose least and greatest value engines keep by block of rows: what lies outside is not read. */
const midnight = (day: Day, dialect: Dialect): string => dialect.cast(dialect.day(day), 'timestamp')

/**
 * Codes of texts are columns of their own: an engine that keeps texts as dictionaries then tells the code of each distinct
 * text once, which any arithmetic in SQL would undo. The rest of a word is added up by the engine.
 */
function recordColumns(asking: Asking): readonly PlacedColumn[] {
  const { dialect, made } = asking
  const { layout, baseDay } = made.program
  const integer = (sql: string): string => dialect.cast(sql, 'integer')
  const micros = `(${dialect.epochMicros('e.event_time')} - ${BigInt(baseDay) * 86_400_000_000n})`
  const columns: PlacedColumn[] = [{ word: 0, shift: 0, sql: integer(dialect.integerDivide(micros, '1000000')) }]
  const code = (field: Field | null, sql: () => string): void => {
    if (field !== null) columns.push({ word: field.word, shift: field.shift, sql: sql() })
  }
  code(layout.type, () => asking.scanner.position('e.event_type', made.typeNames))
  code(layout.category, () => levelCode(asking, 'category'))
  code(layout.channel, () => levelCode(asking, 'channel'))
  const words = Array.from({ length: layout.words }, (): string[] => [])
  const put = (field: Field | null, sql: () => string): void => {
    if (field === null) return
    words[field.word]!.push(field.shift === 0 ? `(${sql()})` : `(${sql()}) * ${2 ** field.shift}`)
  }
  put(layout.delay, () => delayCode(asking))
  put(layout.late, () => lateSql(asking.plan, dialect))
  put(layout.micro, () => dialect.modulo(micros, '1000000'))
  for (const [f, field] of layout.flags.entries()) put(field, () => flagSql(asking, made.flags[f]!))
  const values = [
    { at: layout.amount, column: 'e.amount_cents' },
    { at: layout.quantity, column: 'e.quantity_milli' },
  ]
  for (const { at, column } of values) {
    if (at === null) continue
    const [low, high] = valueWords(column, layout.isWide, dialect)
    words[at]!.push(low)
    if (high !== null) words[at + 1]!.push(high)
  }
  const sums = words.flatMap((parts, word) =>
    parts.length === 0 ? [] : [{ word, shift: 0, sql: integer(parts.join(' + ')) }],
  )
  return [...columns, ...sums]
}

/** The low 32 bits as a signed integer and the rest; or the value itself. */
function valueWords(column: string, isWide: boolean, dialect: Dialect): readonly [string, string | null] {
  const value = `COALESCE(${column}, 0)`
  if (!isWide) return [value, null]
  const low = `(((${value} % 4294967296) + 4294967296) % 4294967296)`
  const signed = `(CASE WHEN ${low} >= 2147483648 THEN ${low} - 4294967296 ELSE ${low} END)`
  return [signed, dialect.integerDivide(`(${value} - ${low})`, '4294967296')]
}

function levelCode({ plan, scanner, dialect }: Asking, of: 'category' | 'channel'): string {
  const levels = plan.levels[of]
  if (levels.length <= longList) return scanner.position(`e.${of}`, levels)
  return dialect.cast(`COALESCE(lv_${of}.code, 0)`, 'integer')
}

/** Long lists of levels are joined as a relation. */
function levelJoins({ plan, made, dialect }: Asking): string {
  const { layout } = made.program
  return (['category', 'channel'] as const)
    .filter((of) => layout[of] !== null && plan.levels[of].length > longList)
    .map((of) => {
      const rows = plan.levels[of].map((level, at) => [dialect.text(level), String(at + 1)])
      return `\nLEFT JOIN (SELECT * FROM ${dialect.values('v', ['level', 'code'], rows)}) AS lv_${of} ON lv_${of}.level = e.${of}`
    })
    .join('')
}

function delayCode({ plan }: Asking): string {
  const cases = plan.delaysDays.map((delay, at) => `WHEN ${delay} THEN ${at}`)
  return `CASE e.delay_days ${cases.join(' ')} END`
}

/** Days between the seen day and the known day. */
function lateSql(plan: ExamplePlan, dialect: Dialect): string {
  const seen = seenDay(dialect, plan.delaysDays, 'e')
  const days = dialect.daysBetween(seen, `GREATEST(${seen}, e.available_day)`)
  return `LEAST(${days}, ${mostLateDays})`
}

function flagSql({ dialect }: Asking, { condition, filled }: FlagCondition): string {
  const parts = [
    ...(condition === undefined ? [] : [conditionSql(condition, dialect, (name) => eventColumn(name, dialect, 'e'))]),
    ...(filled === null ? [] : [`e.${filled === 'amount' ? 'amount_cents' : 'quantity_milli'} IS NOT NULL`]),
  ]
  return `CASE WHEN ${parts.join(' AND ')} THEN 1 ELSE 0 END`
}
