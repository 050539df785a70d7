import type { Dialect } from '../../engines/dialect.ts'
import type { AttributeTableConfig } from '../sources.ts'
import { castNumber } from './cast-number.ts'
import { localTime, readTime, timeFaults } from './cast-time.ts'
import { castUserId, type UserIdType } from './cast-user-id.ts'
import { judgedView, type IdMap } from './judged-view.ts'
import type { NeededColumns, RawColumn, RawTable } from './raw-table.ts'
import type { RowFault } from './row-fault.ts'
import type { ZoneMacros } from './zones.ts'

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
  readonly zones: ZoneMacros
}

/** Columns: user_id, valid_from TIMESTAMP (NULL = static), the attributes, and those of every judged view. */
export function attributeView(input: AttributeViewInput, dialect: Dialect): { sql: string; faults: RowFault[] } {
  const { config, table } = input
  const raw = new Map(table.columns.map((column, at) => [column.name, { ...column, sql: `k${at}` }]))
  const context = { input, raw, dialect }
  const key = raw.get(config.key)!
  const userId = castUserId(key, input.ownIdType, 'own_id')
  const since =
    config.validFrom === undefined
      ? { typed: [], placed: [`${dialect.cast('NULL', 'timestamp')} AS valid_from`], faults: [] }
      : timeCast({ field: 'valid_from', value: 'valid_from', column: raw.get(config.validFrom)! }, context)
  const attributes = attributeColumns(config).map((attribute) => attributeCast(attribute, context))
  const names = attributeColumns(config).map(({ name }) => dialect.identifier(name))
  return judgedView({
    dialect,
    table,
    columns: [...raw.values()],
    nullValues: config.nullValues,
    typed: [`${userId.sql} AS own_id`, ...since.typed, ...attributes.flatMap(({ typed }) => typed)],
    placed: [...since.placed, ...attributes.flatMap(({ placed }) => placed)],
    result: ['valid_from', ...names],
    faults: [...userId.faults, ...since.faults, ...attributes.flatMap(({ faults }) => faults)],
    idMap: input.idMap,
    idColumn: key,
    userIdType: input.userIdType,
    wanted: null,
  })
}

interface Context {
  readonly input: AttributeViewInput
  readonly raw: ReadonlyMap<string, RawColumn>
  readonly dialect: Dialect
}

/** SELECT items of two layers: typed from the raw columns, placed from the typed ones. */
interface Layers {
  readonly typed: readonly string[]
  readonly placed: readonly string[]
  readonly faults: readonly RowFault[]
}

function attributeCast({ name, type, column }: AttributeColumn, context: Context): Layers {
  const { input, raw, dialect } = context
  const rawColumn = raw.get(column)!
  const value = dialect.identifier(name)
  if (type === 'category')
    return { typed: [`${dialect.cast(rawColumn.sql, 'text')} AS ${value}`], placed: [], faults: [] }
  if (type === 'number') {
    const expression = { kind: 'column', name: column } as const
    const { config, where } = input
    const cast = castNumber({ field: name, text: column, expression, columns: raw, style: config, where }, value)
    return { typed: [`${cast.sql} AS ${value}`], placed: [], faults: cast.faults }
  }
  const time = timeCast({ field: name, value, column: rawColumn }, context)
  const faults = time.faults
    .filter(({ reason }) => !reason.endsWith(': null'))
    .map((fault) => ({ ...fault, test: `${rawColumn.sql} IS NOT NULL AND (${fault.test})` }))
  return { ...time, faults }
}

function timeCast(
  { field, value, column }: { readonly field: string; readonly value: string; readonly column: RawColumn },
  { input, dialect }: Context,
): Layers {
  const readings = readTime(column, input.config, { dialect, where: input.where })
  const nothing = dialect.cast('NULL', 'timestamp')
  const name = (reading: string): string => dialect.identifier(`${reading} of ${field}`)
  const names = { instant: name('instant'), wallClock: name('wall clock'), day: name('day') }
  return {
    typed: [
      `${readings.instant ?? nothing} AS ${names.instant}`,
      `${readings.wallClock ?? nothing} AS ${names.wallClock}`,
      `${readings.day ?? nothing} AS ${names.day}`,
    ],
    placed: [`${localTime(input.zones, names)} AS ${value}`],
    faults: timeFaults(column, field, value, readings.expected),
  }
}
