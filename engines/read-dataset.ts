import type { DuckDBDataChunk } from '@duckdb/node-api'
import {
  missingCode,
  sharedFloat32,
  sharedUint16,
  sharedUint32,
  sharedUint8,
  type Column,
  type Dataset,
  type Labels,
} from '../core/dataset.ts'
import { EbbError } from '../core/errors.ts'
import { DuckDbSession, quoteName, quoteText, type DuckDbOptions } from './duckdb/session.ts'
import { itemsOf } from './duckdb/vectors.ts'
import type { ParquetParts } from './engine.ts'

/** Which columns of the Parquet parts become what. */
export interface DatasetSpec {
  /** Dense user index, integer in [0, 2^32). */
  readonly users: string
  /** The cutoff: a DATE, 1970-01-01 to 2149-06-06. */
  readonly cutoffs: string
  /** 0/1 or BOOLEAN, never NULL. */
  readonly label?: string
  readonly features: readonly { readonly name: string; readonly kind: 'number' | 'category' }[]
  /** Text columns that no model sees: slices, lifecycle stage, tiers. */
  readonly context?: readonly string[]
}

/** A text column by dictionary: `codes[i]` indexes `levels`, 65,535 = missing; levels ascend (by code point). */
export interface ContextColumn {
  readonly name: string
  readonly codes: Uint16Array
  readonly levels: readonly string[]
}

export interface ReadDataset {
  readonly dataset: Dataset
  readonly labels?: Labels
  readonly context: readonly ContextColumn[]
}

/** Where a column of the query goes. */
interface Target {
  readonly name: string
  readonly sql: string
  readonly values: Float32Array | Uint32Array | Uint16Array | Uint8Array
  /** Integers must stay below 2^24 to be exact as float32; doubles must be finite. */
  readonly check: 'none' | 'integer' | 'double'
}

const maxLevels = 65_534
const exactIntegers = 16_777_216

/**
 * Parquet parts -> dataset in shared memory, rows in the order of the parts; numbers rounded to float32, NULL -> NaN.
 * The same function for every engine. Levels are sorted, so codes do not depend on the order of rows. Throws EbbError:
 * missing column, more than 65,534 levels, an infinite number, an integer beyond 2^24, a label that is not 0 or 1.
 */
export async function readDataset(
  parts: ParquetParts,
  spec: DatasetSpec,
  options: DuckDbOptions,
): Promise<ReadDataset> {
  const session = await DuckDbSession.open(options)
  try {
    return await read(session, parts, spec)
  } finally {
    await session.close()
  }
}

async function read(session: DuckDbSession, parts: ParquetParts, spec: DatasetSpec): Promise<ReadDataset> {
  const files = parts.paths.map(quoteText).join(', ')
  await session.run(`CREATE VIEW parts AS SELECT * FROM read_parquet([${files}])`)
  const types = await columnTypes(session, spec)
  const rowCount = await checkRows(session, parts, spec)
  const coded = [
    ...spec.features.filter((feature) => feature.kind === 'category').map(({ name }) => name),
    ...(spec.context ?? []),
  ]
  const levels = new Map<string, readonly string[]>()
  for (const name of coded) if (!levels.has(name)) levels.set(name, await makeLevels(session, name, levels.size))

  const users: Target = {
    name: spec.users,
    sql: `CAST(${quoteName(spec.users)} AS UINTEGER)`,
    values: sharedUint32(rowCount),
    check: 'none',
  }
  const cutoffDays = `datediff('day', DATE '1970-01-01', CAST(${quoteName(spec.cutoffs)} AS DATE))`
  const cutoffs: Target = {
    name: spec.cutoffs,
    sql: `CAST(${cutoffDays} AS USMALLINT)`,
    values: sharedUint16(rowCount),
    check: 'none',
  }
  const number = (name: string): Target => numberTarget(name, types.get(name)!, rowCount)
  const code = (name: string): Target => codeTarget(name, [...levels.keys()].indexOf(name), rowCount)
  const features = spec.features.map(({ name, kind }) => (kind === 'number' ? number(name) : code(name)))
  const context = (spec.context ?? []).map(code)
  const label = spec.label === undefined ? [] : [labelTarget(spec.label, rowCount)]

  await fill(session, [users, cutoffs, ...label, ...features, ...context])
  return {
    dataset: {
      names: spec.features.map(({ name }) => name),
      columns: features.map((target): Column => asColumn(target, levels.get(target.name))),
      rowCount,
      users: users.values as Uint32Array,
      cutoffs: cutoffs.values as Uint16Array,
    },
    ...(label.length === 0 ? {} : { labels: label[0]!.values as Uint8Array }),
    context: context.map(({ name, values }) => ({ name, codes: values as Uint16Array, levels: levels.get(name)! })),
  }
}

function asColumn(target: Target, levels: readonly string[] | undefined): Column {
  return target.values instanceof Float32Array
    ? { kind: 'number', values: target.values }
    : { kind: 'category', codes: target.values as Uint16Array, levels: levels! }
}

function numberTarget(name: string, type: string, rowCount: number): Target {
  const isText = /^(VARCHAR|ENUM|DATE|TIME|BLOB|UUID|INTERVAL)|\[\]$|^(STRUCT|MAP|LIST)/.test(type)
  if (isText) throw fault(`feature "${name}"`, 'not a number', { expected: 'a numeric column', received: type })
  return {
    name,
    sql: `coalesce(CAST(${quoteName(name)} AS FLOAT), CAST('NaN' AS FLOAT))`,
    values: sharedFloat32(rowCount),
    check: /^(FLOAT|DOUBLE|DECIMAL)/.test(type) ? 'double' : 'integer',
  }
}

function codeTarget(name: string, enumIndex: number, rowCount: number): Target {
  const coded = `enum_code(CAST(CAST(${quoteName(name)} AS VARCHAR) AS levels_${enumIndex}))`
  return {
    name,
    sql: `CAST(coalesce(${coded}, ${missingCode}) AS USMALLINT)`,
    values: sharedUint16(rowCount),
    check: 'none',
  }
}

function labelTarget(name: string, rowCount: number): Target {
  return { name, sql: `CAST(${quoteName(name)} AS UTINYINT)`, values: sharedUint8(rowCount), check: 'none' }
}

/** One pass; the event loop turns after every 2,048 rows. */
async function fill(session: DuckDbSession, targets: readonly Target[]): Promise<void> {
  let row = 0
  await session.stream(`SELECT ${targets.map(({ sql }) => sql).join(', ')} FROM parts`, (chunk) => {
    for (const [at, target] of targets.entries()) fillTarget(target, row, chunk, at)
    row += chunk.rowCount
  })
}

function fillTarget(target: Target, from: number, chunk: DuckDBDataChunk, at: number): void {
  const vector = chunk.getColumnVector(at)
  const items = itemsOf(vector)
  if (items === undefined)
    for (let row = 0; row < chunk.rowCount; row++) target.values[from + row] = vector.getItem(row) as number
  else target.values.set(items as Float32Array, from)
  if (target.check === 'none') return
  const limit = target.check === 'integer' ? exactIntegers : Infinity
  for (let row = from; row < from + chunk.rowCount; row++) {
    const value = target.values[row]!
    if (value >= limit || value <= -limit) throw notExact(target, value)
  }
}

function notExact(target: Target, value: number): EbbError {
  if (target.check === 'double')
    return fault(`feature "${target.name}"`, 'not a finite number', {
      expected: 'finite, or NULL',
      received: String(value),
    })
  return fault(`feature "${target.name}"`, 'integer too large to be exact as a 32-bit float', {
    expected: 'below 2^24 = 16777216 in size',
    received: String(value),
    hint: 'use a coarser unit or a DOUBLE column',
  })
}

/** Column name -> DuckDB's type, for every column of the spec. */
async function columnTypes(session: DuckDbSession, spec: DatasetSpec): Promise<ReadonlyMap<string, string>> {
  const types = new Map<string, string>()
  await session.stream('SELECT column_name, column_type FROM (DESCRIBE parts)', (chunk) => {
    for (const [name, type] of chunk.getRows()) types.set(String(name), String(type))
  })
  const wanted = [
    spec.users,
    spec.cutoffs,
    ...(spec.label === undefined ? [] : [spec.label]),
    ...spec.features.map(({ name }) => name),
    ...(spec.context ?? []),
  ]
  const missing = wanted.filter((name) => !types.has(name))
  if (missing.length > 0)
    throw fault('dataset', `column${missing.length > 1 ? 's' : ''} missing: ${missing.join(', ')}`, {
      received: [...types.keys()].slice(0, 20).join(', '),
    })
  return types
}

/** Number of rows; throws on NULL in a key, a label outside {0, 1}, or parts that do not hold the promised rows. */
async function checkRows(session: DuckDbSession, parts: ParquetParts, spec: DatasetSpec): Promise<number> {
  const label = spec.label === undefined ? '0' : `CAST(${quoteName(spec.label)} AS INTEGER)`
  const aggregates = [
    `count(${quoteName(spec.users)})`,
    `count(${quoteName(spec.cutoffs)})`,
    `count(${label})`,
    `count(*) FILTER (${label} NOT IN (0, 1))`,
  ]
  let counts: number[] = []
  await session.stream(`SELECT count(*), ${aggregates.join(', ')} FROM parts`, (chunk) => {
    counts = chunk.getRowValues(0).map(Number)
  })
  const [rows, users, cutoffs, labels, odd] = counts as [number, number, number, number, number]
  const nulls = [
    { name: spec.users, count: rows - users },
    { name: spec.cutoffs, count: rows - cutoffs },
    { name: spec.label, count: rows - labels },
  ].find(({ count }) => count > 0)
  if (nulls)
    throw fault(`dataset column "${nulls.name}"`, 'holds NULL', {
      expected: 'a value in every row',
      received: `${nulls.count} NULL`,
    })
  if (odd > 0) throw fault(`label "${spec.label}"`, 'not 0 or 1', { received: `${odd} other values` })
  if (rows !== parts.rows)
    throw fault('dataset', 'the Parquet parts hold another number of rows', {
      expected: String(parts.rows),
      received: String(rows),
    })
  return rows
}

/** Makes the enum type `levels_<index>` of a text column; returns its levels in ascending order of code points. */
async function makeLevels(session: DuckDbSession, name: string, index: number): Promise<readonly string[]> {
  const distinct = `SELECT DISTINCT CAST(${quoteName(name)} AS VARCHAR) AS level FROM parts WHERE ${quoteName(name)} IS NOT NULL`
  const levels: string[] = []
  await session.stream(`SELECT level FROM (${distinct}) ORDER BY level LIMIT ${maxLevels + 1}`, (chunk) => {
    for (const level of chunk.getColumnValues(0)) levels.push(level as string)
  })
  if (levels.length > maxLevels)
    throw fault(`column "${name}"`, 'too many different texts for a category', {
      expected: `at most ${maxLevels}`,
      received: 'more',
      hint: 'group the rare ones, or leave the column out',
    })
  await session.run(`CREATE TYPE levels_${index} AS ENUM (SELECT level FROM (${distinct}) ORDER BY level)`)
  return levels
}

function fault(where: string, what: string, more: { expected?: string; received?: string; hint?: string }): EbbError {
  return new EbbError({ code: 'DATASET_INVALID', kind: 'data', where, what, ...more })
}
