import type { Dialect } from '../../engines/dialect.ts'
import type { AttributeTableConfig } from '../sources.ts'
import { castNumber } from './cast-number.ts'
import { readTime, timeFaults, type TimeReadings } from './cast-time.ts'
import { castUserId, type UserIdType } from './cast-user-id.ts'
import { judgedView, type IdMap } from './judged-view.ts'
import type { NeededColumns, RawColumn, RawTable } from './raw-table.ts'
import type { Cast, RowFault } from './row-fault.ts'

export type AttributeType = 'category' | 'number' | 'day'

export interface AttributeColumn {
  readonly name: string
  readonly type: AttributeType
  /** The file's name for it. */
  readonly column: string
}

/** In the order of the config. */
export function attributeColumns(config: Pick<AttributeTableConfig, 'columns'>): AttributeColumn[] {
  return Object.entries(config.columns).map(([name, value]) =>
    typeof value === 'string' ? { name, type: value, column: name } : { name, ...value },
  )
}

export function attributeColumnsNeeded(config: AttributeTableConfig): NeededColumns {
  const required = [config.key, ...(config.validFrom === undefined ? [] : [config.validFrom])]
  const optional = attributeColumns(config).map(({ column }) => column)
  return {
    required: [...new Set(required)],
    optional: [...new Set(optional)].filter((name) => !required.includes(name)),
  }
}

export interface AttributeViewInput {
  /** E.g. `attributes.customer`. */
  readonly where: string
  readonly config: AttributeTableConfig
  readonly table: RawTable
  readonly ownIdType: UserIdType
  /** Type of the events' user ids: the table's ids are read as such. */
  readonly userIdType: UserIdType
  readonly idMap: IdMap | null
  readonly toLocal: string | null
  readonly toUtc: string | null
}

/** Columns: user_id, valid_from TIMESTAMP (NULL = static), the attributes, and those of every judged view. */
export function attributeView(input: AttributeViewInput, dialect: Dialect): { sql: string; faults: RowFault[] } {
  const { config, table, where } = input
  const raw = new Map(table.columns.map((column, at) => [column.name, { ...column, sql: `k${at}` }]))
  const column = (name: string): RawColumn => raw.get(name)!
  const userId = castUserId(column(config.key), input.ownIdType, 'own_id')
  const since = config.validFrom === undefined ? null : readTime(column(config.validFrom), config, { dialect, where })
  const attributes = attributeColumns(config).map((attribute) => attributeCast(attribute, { input, raw, dialect }))
  return judgedView({
    dialect,
    table,
    columns: [...raw.values()],
    nullValues: config.nullValues,
    typed: [
      `${userId.sql} AS own_id`,
      `${since === null ? dialect.cast('NULL', 'timestamp') : placedTime(since, input)} AS valid_from`,
      ...attributes.map(({ sql, name }) => `${sql} AS ${dialect.identifier(name)}`),
    ],
    placed: [],
    result: ['valid_from', ...attributes.map(({ name }) => dialect.identifier(name))],
    faults: [
      ...userId.faults,
      ...(since === null ? [] : timeFaults(column(config.validFrom!), 'valid_from', 'valid_from', since.expected)),
      ...attributes.flatMap(({ faults }) => faults),
    ],
    idMap: input.idMap,
    idColumn: column(config.key),
    userIdType: input.userIdType,
    wanted: null,
  })
}

function attributeCast(
  { name, type, column }: AttributeColumn,
  context: { input: AttributeViewInput; raw: ReadonlyMap<string, RawColumn>; dialect: Dialect },
): Cast & { readonly name: string } {
  const { input, raw, dialect } = context
  const rawColumn = raw.get(column)!
  const value = dialect.identifier(name)
  if (type === 'category') return { name, sql: dialect.cast(rawColumn.sql, 'text'), faults: [] }
  if (type === 'number') {
    const expression = { kind: 'column', name: column } as const
    const { config, where } = input
    return {
      name,
      ...castNumber({ field: name, text: column, expression, columns: raw, decimal: config.decimal, where }, value),
    }
  }
  const readings = readTime(rawColumn, input.config, { dialect, where: input.where })
  const faults = timeFaults(rawColumn, name, value, readings.expected).filter(
    ({ reason }) => !reason.endsWith(': null'),
  )
  const isPresent = faults.map((fault) => ({ ...fault, test: `${rawColumn.sql} IS NOT NULL AND (${fault.test})` }))
  return { name, sql: dialect.cast(placedTime(readings, input), 'date'), faults: isPresent }
}

/** Local wall-clock time of the config's zone; the tables are small, so the macro may see an expression. */
function placedTime(readings: TimeReadings, { toLocal, toUtc }: AttributeViewInput): string {
  const local = (utc: string): string => (toLocal === null ? utc : `${toLocal}(${utc})`)
  const parts = [
    readings.day,
    readings.wallClock && (toUtc === null ? readings.wallClock : local(`${toUtc}(${readings.wallClock})`)),
    readings.instant && local(readings.instant),
  ]
  return `COALESCE(${parts.filter((part) => part !== undefined).join(', ')}, NULL)`
}
