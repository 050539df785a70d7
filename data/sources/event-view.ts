import type { Dialect } from '../../engines/dialect.ts'
import type { SourceConfig } from '../sources.ts'
import { castNumber, numberExpression, scaledInteger } from './cast-number.ts'
import { localTime, readTime, timeFaults } from './cast-time.ts'
import { castUserId, type UserIdType } from './cast-user-id.ts'
import type { TextField } from './event-mapping.ts'
import type { RawColumn, RawTable } from './raw-table.ts'
import type { RowFault } from './row-fault.ts'
import { judgedView, type IdMap } from './judged-view.ts'
import type { ZoneMacros } from './zones.ts'

export interface EventViewInput {
  /** E.g. `sources.app`. */
  readonly where: string
  readonly config: SourceConfig
  readonly table: RawTable
  /** Type of the id in this source, before `ids`. */
  readonly ownIdType: UserIdType
  readonly userIdType: UserIdType
  readonly idMap: IdMap | null
  readonly zones: ZoneMacros
  /** SQL over the judged columns: the row is wanted. */
  readonly wanted: string | null
}

export interface EventView {
  /** Columns: the event model's (user_id instead of user_index), reason, is_wanted, file, position, received, raw_record. */
  readonly sql: string
  readonly faults: readonly RowFault[]
}

/** A source as typed events, one row per row of the file, each with the reason why it cannot be used, if any. */
export function eventView(input: EventViewInput, dialect: Dialect): EventView {
  const { config, table, where } = input
  const raw = new Map(table.columns.map((column, at) => [column.name, { ...column, sql: `k${at}` }]))
  const column = (name: string): RawColumn => raw.get(name)!
  const time = readTime(column(config.columns.event_time), config, { dialect, where })
  const userId = castUserId(column(config.columns.user_id), input.ownIdType, 'own_id')
  const numbers = numberFields(input, raw)
  const available = availableTime(input, raw, dialect)
  const typed = [
    `${userId.sql} AS own_id`,
    `${time.instant ?? nullOf(dialect, 'timestamp')} AS instant_utc`,
    `${time.wallClock ?? nullOf(dialect, 'timestamp')} AS wall_clock`,
    `${time.day ?? nullOf(dialect, 'timestamp')} AS bare_day`,
    ...available.typed,
    ...numbers.map(({ sql, value }) => `${sql} AS ${value}`),
    ...textFields.map((field) => `${textField(input, raw, field, dialect)} AS ${field}`),
  ]
  const faults = [
    ...userId.faults,
    ...timeFaults(column(config.columns.event_time), 'event_time', 'event_time', time.expected),
    ...available.faults,
    ...eventTypeFault(config, raw),
    ...numbers.flatMap(({ faults }) => faults),
  ]
  return judgedView({
    dialect,
    table,
    columns: [...raw.values()],
    nullValues: config.nullValues,
    typed,
    ...placedColumns(input, available, dialect),
    faults,
    idMap: input.idMap,
    idColumn: column(config.columns.user_id),
    userIdType: input.userIdType,
    wanted: input.wanted,
  })
}

/** The second layer: times in the user's zone, money and quantities as integers; and the names of all columns in their order. */
function placedColumns(
  { config, zones }: EventViewInput,
  available: ReturnType<typeof availableTime>,
  dialect: Dialect,
): { placed: string[]; result: string[] } {
  const scaled = (field: 'amount' | 'quantity', units: 100 | 1000): string =>
    config.columns[field] === undefined ? nullOf(dialect, 'bigint') : scaledInteger(field, units)
  const time = localTime(zones, { instant: 'instant_utc', wallClock: 'wall_clock', day: 'bare_day' })
  return {
    placed: [
      `${time} AS event_time`,
      ...available.placed,
      `${scaled('amount', 100)} AS amount_cents`,
      `${scaled('quantity', 1000)} AS quantity_milli`,
    ],
    result: [
      'event_time',
      ...available.result,
      'event_type',
      'amount_cents',
      'quantity_milli',
      'item',
      'category',
      'channel',
    ],
  }
}

/** When rows reached the source: SELECT items of the two layers, and the column; nothing where it is not mapped. */
function availableTime(
  { config, where, zones }: EventViewInput,
  raw: ReadonlyMap<string, RawColumn>,
  dialect: Dialect,
): { typed: string[]; placed: string[]; result: string[]; faults: RowFault[] } {
  const name = config.columns.available_at
  if (name === undefined) return { typed: [], placed: [], result: [], faults: [] }
  const column = raw.get(name)!
  const time = readTime(column, config, { dialect, where })
  const none = nullOf(dialect, 'timestamp')
  const names = { instant: 'available_instant', wallClock: 'available_wall_clock', day: 'available_bare_day' }
  return {
    typed: [
      `${time.instant ?? none} AS ${names.instant}`,
      `${time.wallClock ?? none} AS ${names.wallClock}`,
      `${time.day ?? none} AS ${names.day}`,
    ],
    placed: [`${localTime(zones, names)} AS available_at`],
    result: ['available_at'],
    faults: timeFaults(column, 'available_at', 'available_at', time.expected),
  }
}

const textFields = ['event_type', 'item', 'category', 'channel'] as const

const nullOf = (dialect: Dialect, type: 'timestamp' | 'bigint' | 'text'): string => dialect.cast('NULL', type)

function textField(
  input: EventViewInput,
  raw: ReadonlyMap<string, RawColumn>,
  field: TextField,
  dialect: Dialect,
): string {
  const constant = input.config.set[field]
  if (constant !== undefined) return dialect.text(constant)
  const name = input.config.columns[field]
  return name === undefined ? nullOf(dialect, 'text') : dialect.cast(raw.get(name)!.sql, 'text')
}

function numberFields(input: EventViewInput, raw: ReadonlyMap<string, RawColumn>) {
  const { config, where } = input
  return (['amount', 'quantity'] as const).flatMap((field) => {
    const text = config.columns[field]
    if (text === undefined) return []
    const expression = numberExpression(text, [...raw.keys()])
    const cast = { field, text, expression, columns: raw, style: config, where }
    return [{ value: field, ...castNumber(cast, field) }]
  })
}

function eventTypeFault(config: SourceConfig, raw: ReadonlyMap<string, RawColumn>): RowFault[] {
  const name = config.columns.event_type
  if (name === undefined) return []
  const { sql } = raw.get(name)!
  return [
    {
      reason: 'event_type: null',
      test: `${sql} IS NULL`,
      column: name,
      received: `CAST(${sql} AS VARCHAR)`,
      what: 'the event type is null',
      expected: 'a name such as purchase',
    },
  ]
}
