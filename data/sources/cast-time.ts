import { EbbError } from '../../core/errors.ts'
import type { Dialect } from '../../engines/dialect.ts'
import type { FileConfig } from '../sources.ts'
import { columnKind, isNumeric } from './column-kind.ts'
import type { RawColumn } from './raw-table.ts'
import type { RowFault } from './row-fault.ts'
import { textList } from './sql-session.ts'
import type { ZoneMacros } from './zones.ts'

/**
 * A timestamp in up to three readings, at most one of them not NULL in a row (undefined: never): an instant as UTC, a
 * wall-clock time of the source's zone, or a bare calendar day, which no zone shifts.
 */
export interface TimeReadings {
  readonly instant?: string
  readonly wallClock?: string
  readonly day?: string
  /** How it should have been written. */
  readonly expected: string
}

/** Microseconds of one unit, as a fraction: numerator and divisor. */
const units = { s: [1_000_000, 1], ms: [1_000, 1], us: [1, 1], ns: [1, 1_000] } as const
/** 2149-06-06 in seconds. */
const lastSecond = 5_662_310_400
/** From -12:00 to +14:00 on earth; the engine would take +25:00, too. */
const possibleOffset = String.raw`(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)$`
const offsetPattern = String.raw`:\d\d(\.\d+)? ?(Z|[+-]\d\d(:?\d\d)?)$`

export function readTime(
  column: RawColumn,
  config: Pick<FileConfig, 'timeUnit' | 'timestampFormat'>,
  { dialect, where }: { readonly dialect: Dialect; readonly where: string },
): TimeReadings {
  const { sql } = column
  const kind = columnKind(column.type)
  if (kind === 'instant')
    return {
      instant: `CASE WHEN isfinite(${sql}) THEN make_timestamp(epoch_us(${sql})) END`,
      expected: 'an instant',
    }
  if (kind === 'wallClock') {
    const plain = `TRY_CAST(${sql} AS TIMESTAMP)`
    return { wallClock: `CASE WHEN isfinite(${plain}) THEN ${plain} END`, expected: 'a timestamp' }
  }
  if (kind === 'day') return { day: `CASE WHEN isfinite(${sql}) THEN CAST(${sql} AS TIMESTAMP) END`, expected: 'a day' }
  if (kind === 'text' || (isNumeric(kind) && (config.timeUnit ?? config.timestampFormat) !== undefined)) {
    if (config.timeUnit !== undefined) return epoch(sql, config.timeUnit)
    const text = `CAST(${sql} AS VARCHAR)`
    return config.timestampFormat === undefined ? iso(sql) : formatted(text, [config.timestampFormat].flat(), dialect)
  }
  throw new EbbError({
    code: 'COLUMN_TYPE',
    kind: 'data',
    where: `${where}, column "${column.name}"`,
    what: 'cannot be read as a time',
    expected: 'a timestamp, a date, text, or a number with timeUnit',
    received: column.type,
    hint: isNumeric(kind) ? 'set timeUnit: s, ms, us or ns' : undefined,
  })
}

/**
 * Wall-clock time of the config's zone out of columns with the three readings: here and nowhere else. A bare day stays
 * that day. `names` are plain columns, since the macros repeat their argument.
 */
export function localTime(
  { fromInstant, fromWallClock }: ZoneMacros,
  names: { readonly instant: string; readonly wallClock: string; readonly day: string },
): string {
  const moved = (macro: string | null, name: string): string => (macro === null ? name : `${macro}(${name})`)
  return `COALESCE(${moved(fromWallClock, names.wallClock)}, ${names.day}, ${moved(fromInstant, names.instant)})`
}

/** Faults of the result `value` (the local time of the next layer). */
export function timeFaults(column: RawColumn, field: string, value: string, expected: string): RowFault[] {
  const shared = { column: column.name, received: `CAST(${column.sql} AS VARCHAR)` }
  return [
    {
      ...shared,
      reason: `${field}: null`,
      test: `${column.sql} IS NULL`,
      what: 'the time is null',
      expected,
    },
    {
      ...shared,
      reason: `${field}: cannot be read`,
      test: `${value} IS NULL`,
      what: 'a time that cannot be read',
      expected,
      hint:
        columnKind(column.type) === 'text'
          ? 'timestampFormat or timeUnit declare other writings'
          : 'infinity is no time',
    },
    {
      ...shared,
      reason: `${field}: out of range`,
      test: `${value} < TIMESTAMP '1970-01-01' OR ${value} >= TIMESTAMP '2149-06-06'`,
      what: 'a time out of range',
      expected: '1970-01-01 to 2149-06-05',
    },
  ]
}

function epoch(sql: string, unit: keyof typeof units): TimeReadings {
  const [numerator, divisor] = units[unit]
  const last = (lastSecond * 1e6 * divisor) / numerator
  const number = `TRY_CAST(${sql} AS DOUBLE)`
  const micros = divisor === 1 ? `round(${number} * ${numerator})` : `floor(${number} / ${divisor})`
  return {
    instant: `CASE WHEN ${number} BETWEEN 0 AND ${last} THEN make_timestamp(CAST(${micros} AS BIGINT)) END`,
    expected: `${unit} since 1970-01-01, up to 2149`,
  }
}

function iso(sql: string): TimeReadings {
  const hasOffset = `regexp_matches(${sql}, '${offsetPattern}')`
  const isOffset = `regexp_matches(${sql}, '${possibleOffset}')`
  const startsWithDigit = `${sql} BETWEEN '0' AND ':'`
  const plain = `TRY_CAST(${sql} AS TIMESTAMP)`
  return {
    instant: `CASE WHEN ${isOffset} THEN make_timestamp(epoch_us(TRY_CAST(${sql} AS TIMESTAMPTZ))) END`,
    wallClock: `CASE WHEN ${startsWithDigit} AND contains(${sql}, ':') AND NOT ${hasOffset} THEN ${plain} END`,
    day: `CASE WHEN ${startsWithDigit} AND NOT contains(${sql}, ':') THEN ${plain} END`,
    expected: 'YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS with or without Z or +HH:MM',
  }
}

/** Formats with an offset are instants, those without a time of day are days. */
function formatted(sql: string, formats: readonly string[], dialect: Dialect): TimeReadings {
  const isInstant = (format: string): boolean => /%[zZ]/.test(format)
  const isDay = (format: string): boolean => !isInstant(format) && !/%-?[HIMScX]/.test(format)
  const parse = (chosen: readonly string[]): string | undefined =>
    chosen.length === 0 ? undefined : `try_strptime(${sql}, ${textList(dialect, chosen)})`
  const instant = parse(formats.filter(isInstant))
  return {
    instant: instant && `make_timestamp(epoch_us(${instant}))`,
    wallClock: parse(formats.filter((format) => !isInstant(format) && !isDay(format))),
    day: parse(formats.filter(isDay)),
    expected: `the format ${formats.join(' or ')}`,
  }
}
