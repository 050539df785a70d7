import type { DuckDBValue } from '@duckdb/node-api'
import type { Value } from '../engine.ts'
import { driver } from './driver.ts'

const {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} = driver

/**
 * DuckDB's value as plain JavaScript: integers as numbers while exact (|n| <= 2^53 - 1), else bigint; DECIMAL as
 * number; DATE `2026-01-31`; TIMESTAMP `2026-01-31T12:00:00` (with a fraction only if there is one), TIMESTAMPTZ in UTC
 * with `Z`; anything else (lists, structs, intervals) as DuckDB's text.
 */
export function plainValue(value: DuckDBValue): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value
  if (typeof value === 'bigint') return isExact(value) ? Number(value) : value
  if (value instanceof DuckDBDecimalValue) return value.toDouble()
  if (value instanceof DuckDBDateValue) return value.toString()
  if (value instanceof DuckDBTimestampTZValue) return isoText(new DuckDBTimestampValue(value.micros).toString()) + 'Z'
  if (
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampSecondsValue ||
    value instanceof DuckDBTimestampMillisecondsValue ||
    value instanceof DuckDBTimestampNanosecondsValue
  )
    return isoText(value.toString())
  return String(value)
}

const isExact = (value: bigint): boolean =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)

const isoText = (text: string): string => text.replace(' ', 'T')
