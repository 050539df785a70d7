import { join } from 'node:path'
import { type Column, type Dataset, type Labels, sharedUint16, sharedUint32, sharedUint8 } from '../core/dataset.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { ColumnScanner } from '../engines/column-scanner.ts'
import type { Engine } from '../engines/engine.ts'
import type { ExamplePlan, NamedSql } from './plan.ts'
import { makeGivenSpine, type GivenSpine } from './sweep/given-spine.ts'
import { joinedColumns } from './sweep/joined-sql.ts'
import { splitPlan, type Joined, type SweepSplit } from './sweep/plan-sweep.ts'
import { countPopulation, excludedColumns, givenPopulation, type CutoffCounts } from './sweep/population.ts'
import { churnKinds, statusCount } from './sweep/program.ts'
import { readEvents, type ReadEvents } from './sweep/read-events.ts'
import type { SweptColumn } from './sweep/row-tiles.ts'
import { SweepPool } from './sweep/sweep-pool.ts'
import { assembleColumns } from './sweep/swept-columns.ts'
import type { KeyColumns } from './sweep/tasks.ts'

export { splitPlan, type Joined, type SweepSplit } from './sweep/plan-sweep.ts'
export type { CutoffCounts } from './sweep/population.ts'
export { mostSweptDays } from './sweep/read-events.ts'

export interface SweepOptions {
  readonly resources: Resources
  /** For records that do not fit into memory, and for what SQL computes beside the sweep. */
  readonly workDir: string
  readonly signal: AbortSignal
  readonly emit?: Emit
  /** `double`: the values before they are rounded to float32, for comparisons. */
  readonly precision?: 'single' | 'double'
  /** Sizes of the work; no value depends on them. */
  readonly tuning?: SweepTuning
}

export interface SweepTuning {
  /** Rows that the engine computes at once; default 2,500,000. */
  readonly sliceEvents?: number
  /** Events of a bucket of users, about; default 50,000. */
  readonly bucketEvents?: number
  /** Bytes of event records in memory, above which they go to a file; default: a third of the run's memory. */
  readonly recordBytes?: number
}

/** Examples of all cutoffs, ordered by cutoff and user_index, columns in shared memory. */
export interface SweptExamples {
  /** The features, then the inputs of fitted ones: the columns of role `feature` and `input` of the SQL. */
  readonly dataset: Dataset
  /** Null when scoring. */
  readonly labels: Labels | null
  readonly churnKind: { readonly codes: Uint16Array; readonly levels: readonly string[] }
  readonly context: ReadonlyMap<string, Column>
  /** Empty unless asked for: swept number columns before rounding. */
  readonly doubles: ReadonlyMap<string, Float64Array>
  readonly population: readonly CutoffCounts[]
  /** Scoring only; see `CompiledExamples`. */
  readonly excludedSelect: string | null
  /** What the sweep left to SQL, and why; empty = nothing. */
  readonly joined: readonly Joined[]
  readonly statements: readonly NamedSql[]
  readonly events: number
  /** Removes the session tables. */
  cleanup(): Promise<void>
}

const defaults = { sliceEvents: 2_500_000, bucketEvents: 50_000 } as const

export const canSweep = (engine: Engine): engine is Engine & { readonly scanner: ColumnScanner } =>
  engine.scanner !== null

/**
 * The same examples as `compileExamples`, in one pass over each user's events instead of in SQL: equal in every integer,
 * and to 1e-9 in ratios. What it cannot do (see `splitPlan`) is computed by SQL for the sweep's rows and joined.
 * Independent of threads, sizes and the order of the events. Throws EbbError.
 */
export async function sweepExamples(
  engine: Engine & { readonly scanner: ColumnScanner },
  plan: ExamplePlan,
  options: SweepOptions,
): Promise<SweptExamples> {
  const pool = new SweepPool(options.resources.threads)
  const stopping = cancellation(options.signal)
  let read: ReadEvents | null = null
  try {
    const split = splitPlan(plan)
    const given = split.spineReason === null ? null : await makeGivenSpine(engine, plan, options.signal)
    read = await readEvents(engine, { plan, split }, limitsOf(options))
    options.emit?.({ name: 'features', message: 'sweep', rows: read.events })
    const swept = await sweep(pool, { plan, read, given, cancelled: stopping.cancelled, options })
    options.signal.throwIfAborted()
    return await finish({ engine, plan, split, given, options }, swept)
  } finally {
    stopping.end()
    read?.close()
    await pool.close()
  }
}

function cancellation(signal: AbortSignal): { readonly cancelled: Int32Array; end(): void } {
  const cancelled = new Int32Array(new SharedArrayBuffer(4))
  const stop = (): void => void Atomics.store(cancelled, 0, 1)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return { cancelled, end: () => signal.removeEventListener('abort', stop) }
}

function limitsOf({ tuning = {}, resources, workDir, signal }: SweepOptions) {
  return {
    sliceEvents: tuning.sliceEvents ?? defaults.sliceEvents,
    bucketEvents: tuning.bucketEvents ?? defaults.bucketEvents,
    memoryBytes: tuning.recordBytes ?? resources.memoryBytes / 3,
    spillFile: join(workDir, 'sweep-events.bin'),
    signal,
  }
}

interface Sweeping {
  readonly plan: ExamplePlan
  readonly read: ReadEvents
  readonly given: GivenSpine | null
  readonly cancelled: Int32Array
  readonly options: SweepOptions
}

interface Swept {
  readonly keys: KeyColumns
  readonly columns: readonly SweptColumn[]
  readonly rowCount: number
  readonly statuses: Uint8Array
  readonly counts: Int32Array
  readonly read: ReadEvents
}

/** First pass: order the events, judge users. Then it is known where every row goes. Second pass: make the rows. */
async function sweep(pool: SweepPool, { read, given, cancelled, options }: Sweeping): Promise<Swept> {
  const { program } = read.made
  const cutoffs = program.cutoffs.length
  const buckets = read.blocks.events.length
  const integers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4))
  const statuses = sharedUint8(read.userCount * cutoffs)
  if (given !== null) await given.fill(statuses)
  await pool.setUp({ program, blocks: read.blocks, userCount: read.userCount, statuses, cancelled })
  const rowCounts = integers(buckets * cutoffs)
  const counts = integers(cutoffs * statusCount)
  await pool.run({ kind: 'spine', next: integers(1), isGiven: given !== null, rowCounts, population: counts })
  options.signal.throwIfAborted()
  const { rowStart, rowCount } = startRows(rowCounts, { buckets, cutoffs, into: integers(buckets * cutoffs) })
  const isDouble = options.precision === 'double'
  const columns = program.outputs.map(({ kind }): SweptColumn => {
    if (kind === 'category') return sharedUint16(rowCount)
    const bytes = new SharedArrayBuffer(rowCount * (isDouble ? 8 : 4))
    return isDouble ? new Float64Array(bytes) : new Float32Array(bytes)
  })
  const keys: KeyColumns = {
    users: sharedUint32(rowCount),
    cutoffs: sharedUint16(rowCount),
    labels: sharedUint8(rowCount),
    churnKinds: sharedUint16(rowCount),
  }
  await pool.run({ kind: 'features', next: integers(1), rowStart, columns, keys })
  return { keys, columns, rowCount, statuses, counts, read }
}

/** Rows are ordered by cutoff, then by bucket, which is by user. */
function startRows(
  rowCounts: Int32Array,
  { buckets, cutoffs, into }: { buckets: number; cutoffs: number; into: Int32Array },
): { rowStart: Int32Array; rowCount: number } {
  let row = 0
  for (let k = 0; k < cutoffs; k++)
    for (let b = 0; b < buckets; b++) {
      into[b * cutoffs + k] = row
      row += rowCounts[b * cutoffs + k]!
    }
  return { rowStart: into, rowCount: row }
}

interface Finishing {
  readonly engine: Engine & { readonly scanner: ColumnScanner }
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  readonly given: GivenSpine | null
  readonly options: SweepOptions
}

async function finish(finishing: Finishing, swept: Swept): Promise<SweptExamples> {
  const { engine, plan, split, given, options } = finishing
  const { keys, rowCount, read } = swept
  const rows = { users: keys.users, cutoffs: keys.cutoffs, rowCount }
  const folder = join(options.workDir, 'sweep-joined')
  const { resources, signal } = options
  const joined = await joinedColumns({ engine, plan, split, rows, folder, resources, signal })
  const assembled = assembleColumns({
    plan,
    split,
    program: read.made.program,
    columns: swept.columns,
    joined: joined.columns,
    rowCount,
  })
  const excluded = await excludedTable(finishing, swept)
  const population =
    given === null ? countPopulation(plan.cutoffs, swept.counts) : await givenPopulation(engine, given.compiled, signal)
  const queries = read.queries.map((sql, i) => ({ name: `sweep-events-${String(i + 1).padStart(2, '0')}`, sql }))
  return {
    dataset: { ...assembled.features, ...rows },
    labels: plan.mode === 'label' ? keys.labels : null,
    churnKind: { codes: keys.churnKinds, levels: given?.churnKinds ?? [...churnKinds] },
    context: assembled.context,
    doubles: assembled.doubles,
    population,
    excludedSelect: given === null ? excluded.select : given.compiled.excludedSelect,
    joined: [
      ...(split.spineReason === null ? [] : [{ name: 'spine', reason: split.spineReason }]),
      ...split.joined,
      ...split.joinedContext,
    ],
    statements: [...(given?.compiled.statements ?? []), ...queries, ...joined.statements],
    events: read.events,
    cleanup: async () => {
      for (const sql of [...(given?.compiled.cleanup ?? []), ...excluded.cleanup]) await engine.execute(sql, { signal })
    },
  }
}

/** Scoring: the users without a row go into a session table, from which their reasons are selected. */
async function excludedTable(
  { engine, plan, given, options }: Finishing,
  { statuses }: Swept,
): Promise<{ select: string | null; cleanup: readonly string[] }> {
  if (plan.mode !== 'score' || given !== null) return { select: null, cleanup: [] }
  const name = `${plan.prefix ?? 'ebb_'}sweep_excluded`
  const { dialect } = engine
  await engine.load(name, excludedColumns(statuses), { signal: options.signal })
  const table = dialect.identifier(name)
  return {
    select: `SELECT x.user_index, x.reason FROM ${table} AS x ORDER BY x.user_index`,
    cleanup: dialect.dropTable(table),
  }
}
