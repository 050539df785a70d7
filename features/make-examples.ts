import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine, ParquetParts, Row } from '../engines/engine.ts'
import { compileExamples } from './compile.ts'
import {
  examplesOfSlices,
  excludedOfSlices,
  fewLevelColumns,
  fewLevels,
  levelsSelect,
  namedEventColumns,
  planOfSlice,
  populationOfSlices,
  stagedEventsSelect,
  userBucketsSelect,
} from './compile/slices.ts'
import type { CompiledExamples, ExamplePlan, NamedSql, Prediction } from './plan.ts'
import { cutUserSlices, type UserSlice } from './user-slices.ts'

export interface MakeOptions {
  /** Scratch space of this call where the engine lives; holds the result until it was read. */
  readonly folder: string
  /** Of the whole run; a slice of users needs a part of it. */
  readonly memoryBytes: number
  readonly signal?: AbortSignal
  /** Told what will run, before anything does: of several slices, the statements of the first. */
  onCompiled?(statements: readonly NamedSql[]): Promise<void>
  onStatement?(progress: { readonly done: number; readonly total: number; readonly statement: string }): void
  /** What a slice may need; only tests and measurements say it. */
  readonly sliceBytes?: number
}

/** Measured with the benchmark's 46 tags: what a slice's tables take per event, and per value of an example. */
const eventBytes = 70
const valueBytes = 16
/** What all lanes may take together: more brings no speed. */
const largestSlices = 220e6

/**
 * Makes the examples of a plan: afterwards the queries of the result only read. Where users and events are many, events
 * are laid out by ranges of users once and everything is computed range by range, some of them side by side, so that memory
 * is bounded by the slices at work, not by the data. No statement looks from one user to another: the examples are the same bits, in the same order.
 */
export async function makeExamples(engine: Engine, plan: ExamplePlan, options: MakeOptions): Promise<CompiledExamples> {
  const slices = await slicesOf(engine, plan, options)
  if (slices.length > 1) return makeSliced({ engine, plan, options }, slices)
  const compiled = compileExamples(plan, engine.dialect)
  await options.onCompiled?.([...compiled.statements, { name: 'select', sql: compiled.select }])
  const total = compiled.statements.length + 1
  for (const [done, { name, sql }] of compiled.statements.entries()) {
    options.onStatement?.({ done, total, statement: name })
    await engine.execute(sql, { signal: options.signal })
  }
  return compiled
}

async function slicesOf(engine: Engine, plan: ExamplePlan, options: MakeOptions): Promise<readonly UserSlice[]> {
  const { signal, memoryBytes } = options
  const limit = Number.MAX_SAFE_INTEGER
  const counted = await engine.rows(userBucketsSelect(plan, engine.dialect), { signal, limit })
  const buckets = counted.map(({ bucket, events }) => ({ bucket: Number(bucket), events: Number(events) }))
  const columns = plan.features.length + plan.supporting.length
  const weight = { event: eventBytes, user: plan.cutoffs.length * columns * valueBytes }
  const share = Math.min(largestSlices, memoryBytes * 0.4) / engine.lanes
  return cutUserSlices(buckets, weight, options.sliceBytes ?? share)
}

interface Making {
  readonly engine: Engine
  readonly plan: ExamplePlan
  readonly options: MakeOptions
}

/** What a slice leaves behind. */
interface MadeSlice {
  readonly compiled: CompiledExamples
  readonly examples: ParquetParts
  /** By prediction. */
  readonly population: readonly (readonly Row[])[]
  /** By prediction; none when labelling. */
  readonly excluded: readonly (readonly string[])[]
}

async function makeSliced(making: Making, slices: readonly UserSlice[]): Promise<CompiledExamples> {
  const { dialect } = making.engine
  const made = await makeInLanes(making, slices, await stageEvents(making, slices))
  const { compiled } = made[0]!
  const parts: ParquetParts = {
    paths: made.flatMap(({ examples }) => examples.paths),
    rows: made.reduce((sum, { examples }) => sum + examples.rows, 0),
  }
  const predictions = compiled.predictions.map((prediction, i) => predictionOf(prediction, made, { i, making }))
  return {
    ...compiled,
    select: examplesOfSlices(parts.paths, dialect),
    parts,
    predictions,
    populationSelect: predictions[0]?.populationSelect ?? '',
    excludedSelect: predictions[0]?.excludedSelect ?? null,
    cleanup: [],
  }
}

/** Every lane takes the next slice until none is left; the result is in the order of the slices. The first failure stops all. */
async function makeInLanes(
  { engine, plan, options }: Making,
  slices: readonly UserSlice[],
  files: ReadonlyMap<number, readonly string[]>,
): Promise<readonly MadeSlice[]> {
  const staged = await stageRelations({ engine, plan, options })
  const made: MadeSlice[] = []
  const failures: unknown[] = []
  const others = new AbortController()
  const signal = AbortSignal.any([others.signal, ...(options.signal === undefined ? [] : [options.signal])])
  let next = 0
  const work = async (lane: Engine): Promise<void> => {
    while (next < slices.length) {
      const at = next++
      const events = lane.dialect.parquet(files.get(at)!)
      const compiled = compileExamples(planOfSlice(staged, { ...slices[at]!, events }), lane.dialect)
      const select = { name: 'select-of-slice', sql: compiled.select }
      if (at === 0) await options.onCompiled?.([...compiled.statements, select])
      const making = { engine: lane, plan, options: { ...options, signal } }
      made[at] = await makeSlice(making, compiled, { at, of: slices.length })
      for (const path of files.get(at)!) await rm(path)
    }
  }
  const stopOthers = (failure: unknown): void => {
    failures.push(failure)
    others.abort()
  }
  await engine.inLanes((lanes) => Promise.all(lanes.map((lane) => work(lane).catch(stopOthers))), options)
  if (failures.length > 0) throw failures[0]
  return made
}

/** The plan on files of the relations beside the events, which lanes can see. */
async function stageRelations({ engine, plan, options }: Making): Promise<ExamplePlan> {
  const { dialect } = engine
  let files = 0
  const stage = async (relation: string, columns = 'w.*'): Promise<string> => {
    const path = join(options.folder, `relation-${files++}.parquet`)
    await engine.write(`SELECT ${columns} FROM ${relation} AS w ORDER BY w.user_index`, path, {
      signal: options.signal,
    })
    return dialect.parquet([path])
  }
  const users = await stage(plan.relations.users, 'w.user_index')
  const attributes = []
  for (const table of plan.relations.attributes) attributes.push({ ...table, relation: await stage(table.relation) })
  const spine = plan.spine === undefined ? {} : { spine: await stage(plan.spine) }
  return { ...plan, relations: { ...plan.relations, users, attributes }, ...spine }
}

/** Lays the events out by slice; returns the files of each. */
async function stageEvents(
  { engine, plan, options }: Making,
  slices: readonly UserSlice[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const { signal } = options
  const { dialect } = engine
  const name = `${plan.prefix ?? 'ebb_'}slices`
  const columns = namedEventColumns(compileExamples(plan, dialect).statements)
  const buckets = Int32Array.from(slices.flatMap((slice) => slice.buckets))
  const numbers = Int32Array.from(slices.flatMap((slice, at) => slice.buckets.map(() => at)))
  const select = stagedEventsSelect(plan, dialect, { slices: dialect.identifier(name), columns })
  options.onStatement?.({ done: 0, total: slices.length + 1, statement: 'events by slice of users' })
  await engine.load(
    name,
    [
      { name: 'bucket', type: 'integer', values: buckets },
      { name: 'slice', type: 'integer', values: numbers },
    ],
    { signal },
  )
  const levels = await levelsOf({ engine, plan, options }, columns)
  const files = await engine.partition(select, 'slice', join(options.folder, 'events'), { signal, levels })
  for (const sql of dialect.dropTable(dialect.identifier(name))) await engine.execute(sql, { signal })
  return files
}

/** The texts of columns that have few, so that they can be laid out as numbers. */
async function levelsOf(
  { engine, plan, options }: Making,
  columns: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const levels = new Map<string, readonly string[]>()
  for (const column of fewLevelColumns(plan, columns)) {
    const found = fewLevels(await engine.rows(levelsSelect(plan, column), { signal: options.signal }))
    if (found !== null) levels.set(column, found)
  }
  return levels
}

async function makeSlice(
  { engine, options }: Making,
  compiled: CompiledExamples,
  { at, of }: { readonly at: number; readonly of: number },
): Promise<MadeSlice> {
  const { signal } = options
  const folder = (name: string): string => join(options.folder, `${name}-${at}`)
  options.onStatement?.({ done: at + 1, total: of + 1, statement: `slice ${at + 1} of ${of}` })
  for (const { sql } of compiled.statements) await engine.execute(sql, { signal })
  const examples = await engine.pull(compiled.select, folder('examples'), { signal })
  const population: (readonly Row[])[] = []
  const excluded: (readonly string[])[] = []
  for (const [i, { populationSelect, excludedSelect }] of compiled.predictions.entries()) {
    population.push(await engine.rows(populationSelect, { signal }))
    if (excludedSelect !== null)
      excluded.push((await engine.pull(excludedSelect, folder(`excluded-${i}`), { signal })).paths)
  }
  for (const sql of compiled.cleanup) await engine.execute(sql, { signal })
  return { compiled, examples, population, excluded }
}

/** A prediction of all slices. */
function predictionOf(
  prediction: Prediction,
  slices: readonly MadeSlice[],
  { i, making }: { readonly i: number; readonly making: Making },
): Prediction {
  const { dialect } = making.engine
  const counts = slices.map(({ population }) => population[i]!)
  const files = slices.flatMap(({ excluded }) => excluded[i] ?? [])
  return {
    ...prediction,
    populationSelect: populationOfSlices(counts, dialect),
    excludedSelect: files.length === 0 ? null : excludedOfSlices(files, dialect),
  }
}
