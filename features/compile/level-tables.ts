import type { LevelColumn } from '../definition.ts'
import type { MadeTable } from '../made-table.ts'
import type { BlockContext } from './block.ts'

/** A 64-bit mask holds so many levels; more are counted level by level. */
export const maskLevels = 64
/** event_time in microseconds and a code share one BIGINT up to this many levels. */
const keyLevels = 1_024

/** Relation (level VARCHAR, code INTEGER, bit BIGINT) of the levels of a column, codes in ascending order of name. */
export function levelTables(context: BlockContext, columns: readonly LevelColumn[]): readonly MadeTable[] {
  const { plan, dialect, table } = context
  return columns
    .filter((of) => plan.levels[of].length > 0)
    .map((of) => {
      const rows = plan.levels[of].map((level, code) => [
        dialect.text(level),
        String(code),
        dialect.bigint(code < maskLevels ? 1n << BigInt(code) : 0n),
      ])
      const values = dialect.values('v', ['level', 'code', 'bit'], rows)
      return {
        name: `levels-${of}`,
        table: table(`levels_${of}`),
        select: `SELECT v.level, v.code, v.bit FROM ${values}`,
      }
    })
}

/** Join and columns of a column's levels beside the events (alias `e`). */
export function levelTable(context: BlockContext, of: LevelColumn): { join: string; bit: string; code: string } {
  const alias = `lv_${of}`
  return {
    join: `LEFT JOIN ${context.table(`levels_${of}`)} AS ${alias} ON ${alias}.level = e.${of}`,
    bit: `${alias}.bit`,
    code: `${alias}.code`,
  }
}

/** An ordering key (time, then level) whose MAX or MIN names the level of the last or first event. */
export interface LevelKey {
  readonly key: string
  readonly join: string | null
  decode(merged: string, alias: string): { readonly value: string; readonly join: string | null }
}

export function levelKeySql(context: BlockContext, of: LevelColumn): LevelKey {
  const { plan, dialect, table } = context
  const micros = dialect.epochMicros('e.event_time')
  if (plan.levels[of].length > keyLevels) {
    const digits = 20
    const time = `LPAD(${dialect.cast(micros, 'text')}, ${digits}, ${dialect.text('0')})`
    return {
      key: `CASE WHEN e.${of} IS NOT NULL THEN CONCAT(${time}, e.${of}) END`,
      join: null,
      decode: (merged) => ({ value: `SUBSTRING(${merged}, ${digits + 1})`, join: null }),
    }
  }
  const level = levelTable(context, of)
  return {
    key: `(${micros} * ${keyLevels} + ${level.code})`,
    join: level.join,
    decode: (merged, alias) => ({
      value: `${alias}.level`,
      join: `LEFT JOIN ${table(`levels_${of}`)} AS ${alias} ON ${alias}.code = ${dialect.modulo(`(${dialect.modulo(merged, String(keyLevels))} + ${keyLevels})`, String(keyLevels))}`,
    }),
  }
}
