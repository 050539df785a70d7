import type { Column, Dataset, Labels } from '../core/dataset.ts'
import { CutoffPlaces } from './duckdb/cutoff-places.ts'
import {
  codeTarget,
  cutoffTarget,
  datasetFault,
  fillTarget,
  labelTarget,
  numberTarget,
  placesFrom,
  userTarget,
  type DatasetTarget,
} from './duckdb/dataset-targets.ts'
import { DuckDbSession, quoteName, quoteText, type DuckDbOptions } from './duckdb/session.ts'
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
  /** Rows in the order of the parts (default), or of the cutoffs and then of the parts. */
  readonly order?: 'parts' | 'cutoffs'
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

const maxLevels = 65_534

/**
 * Parquet parts -> dataset in shared memory, rows in the order of the spec; numbers rounded to float32, NULL -> NaN.
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
  await session.run(`CREATE VIEW parts AS SELECT * FROM read_parquet([${files}], hive_partitioning = false)`)
  const { rowCount, targets, ...into } = await datasetTargets(session, spec, (rows) => rows)
  if (rowCount !== parts.rows)
    throw datasetFault('dataset', 'the Parquet parts hold another number of rows', {
      expected: String(parts.rows),
      received: String(rowCount),
    })
  const order = spec.order === 'cutoffs' ? await cutoffPlaces(session, targets) : null
  await fill(session, targets, { rowCount, order })
  return into
}

/** Room for rows of the view `parts`, and the columns of `targets` that fill it. */
export interface DatasetRoom extends ReadDataset {
  /** Of the view. */
  readonly rowCount: number
  readonly targets: readonly DatasetTarget[]
}

/** Checks the view `parts` against the spec, makes its levels, and room for as many rows as `roomFor` says of the number of rows. */
export async function datasetTargets(
  session: DuckDbSession,
  spec: DatasetSpec,
  roomFor: (rows: number) => number,
): Promise<DatasetRoom> {
  const types = await columnTypes(session, spec)
  const rowCount = await checkRows(session, spec)
  const room = roomFor(rowCount)
  const coded = [
    ...spec.features.filter((feature) => feature.kind === 'category').map(({ name }) => name),
    ...(spec.context ?? []),
  ]
  const levels = new Map<string, readonly string[]>()
  for (const name of coded) if (!levels.has(name)) levels.set(name, await makeLevels(session, name, levels.size))

  const users = userTarget(spec.users, room)
  const cutoffs = cutoffTarget(spec.cutoffs, room)
  const number = (name: string): DatasetTarget => numberTarget(name, types.get(name)!, room)
  const code = (name: string): DatasetTarget => codeTarget(name, [...levels.keys()].indexOf(name), room)
  const features = spec.features.map(({ name, kind }) => (kind === 'number' ? number(name) : code(name)))
  const context = (spec.context ?? []).map(code)
  const label = spec.label === undefined ? [] : [labelTarget(spec.label, room)]
  return {
    rowCount,
    targets: [users, cutoffs, ...label, ...features, ...context],
    dataset: {
      names: spec.features.map(({ name }) => name),
      columns: features.map((target): Column => asColumn(target, levels.get(target.name))),
      rowCount: room,
      users: users.values as Uint32Array,
      cutoffs: cutoffs.values as Uint16Array,
    },
    ...(label.length === 0 ? {} : { labels: label[0]!.values as Uint8Array }),
    context: context.map(({ name, values }) => ({ name, codes: values as Uint16Array, levels: levels.get(name)! })),
  }
}

function asColumn(target: DatasetTarget, levels: readonly string[] | undefined): Column {
  return target.values instanceof Float32Array
    ? { kind: 'number', values: target.values }
    : { kind: 'category', codes: target.values as Uint16Array, levels: levels! }
}

/** The cutoffs are the second target. */
const cutoffTargetAt = 1

async function cutoffPlaces(session: DuckDbSession, targets: readonly DatasetTarget[]): Promise<CutoffPlaces> {
  const rows = new Map<number, number>()
  const query = `SELECT ${targets[cutoffTargetAt]!.sql} AS cutoff, count(*) FROM parts GROUP BY cutoff`
  await session.stream(query, (chunk) => {
    for (const [cutoff, count] of chunk.getRows()) rows.set(Number(cutoff), Number(count))
  })
  return new CutoffPlaces(rows)
}

/** One pass; the event loop turns after every 2,048 rows. The engine ends a stream that fails half-way as if it were complete. */
async function fill(
  session: DuckDbSession,
  targets: readonly DatasetTarget[],
  { rowCount, order }: { readonly rowCount: number; readonly order: CutoffPlaces | null },
): Promise<void> {
  let row = 0
  await session.stream(`SELECT ${targets.map(({ sql }) => sql).join(', ')} FROM parts`, (chunk) => {
    const places = order?.take(chunk.getColumnValues(cutoffTargetAt) as number[]) ?? placesFrom(row, chunk.rowCount)
    for (const [at, target] of targets.entries()) fillTarget(target, places, chunk, at)
    row += chunk.rowCount
  })
  if (row !== rowCount)
    throw datasetFault('dataset', 'reading the Parquet parts ended before their last row', {
      expected: String(rowCount),
      received: String(row),
      hint: 'a part is damaged, or memory ran out; run it again',
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
    throw datasetFault('dataset', `column${missing.length > 1 ? 's' : ''} missing: ${missing.join(', ')}`, {
      received: [...types.keys()].slice(0, 20).join(', '),
    })
  return types
}

/** Number of rows; throws on NULL in a key, or a label outside {0, 1}. */
async function checkRows(session: DuckDbSession, spec: DatasetSpec): Promise<number> {
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
    throw datasetFault(`dataset column "${nulls.name}"`, 'holds NULL', {
      expected: 'a value in every row',
      received: `${nulls.count} NULL`,
    })
  if (odd > 0) throw datasetFault(`label "${spec.label}"`, 'not 0 or 1', { received: `${odd} other values` })
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
    throw datasetFault(`column "${name}"`, 'too many different texts for a category', {
      expected: `at most ${maxLevels}`,
      received: 'more',
      hint: 'group the rare ones, or leave the column out',
    })
  await session.run(`CREATE TYPE levels_${index} AS ENUM (SELECT level FROM (${distinct}) ORDER BY level)`)
  return levels
}
