import type { Dialect } from './dialect.ts'
import { duckdbDialect } from './duckdb/dialect.ts'
import { sparkDialect } from './spark/dialect.ts'

export const sqlDialectNames = ['duckdb', 'spark'] as const
export type SqlDialectName = (typeof sqlDialectNames)[number]

/** How each engine spells things: pure text, also of engines that do not run here. */
export const sqlDialects: Readonly<Record<SqlDialectName, Dialect>> = { duckdb: duckdbDialect, spark: sparkDialect }
