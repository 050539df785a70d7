import { join } from 'node:path'
import type { Column, Dataset } from '../core/dataset.ts'
import type { Emit, Resources } from '../core/stage.ts'
import type { ColumnScanner } from '../engines/column-scanner.ts'
import type { Engine } from '../engines/engine.ts'
import type { ExamplePlan, NamedSql } from './plan.ts'
import { plannedPredictions } from './predictions.ts'
import { finishSweep } from './sweep/finish-sweep.ts'
import { makeGivenSpine } from './sweep/given-spine.ts'
import { splitPlan, type Joined } from './sweep/plan-sweep.ts'
import { readEvents, type ReadEvents } from './sweep/read-events.ts'
import { runSweep } from './sweep/run-sweep.ts'
import { SweepPool } from './sweep/sweep-pool.ts'
import type { SweptPrediction } from './sweep/swept-predictions.ts'
import { writeExamples } from './write-examples.ts'

export { splitPlan, type Joined, type SweepSplit } from './sweep/plan-sweep.ts'
export type { CutoffCounts } from './sweep/population.ts'
export { mostSweptDays } from './sweep/read-events.ts'
export type { SweptPrediction } from './sweep/swept-predictions.ts'

export interface SweepOptions {
  readonly resources: Resources
  /** For records that do not fit into memory, and for what SQL computes beside the sweep. */
  readonly workDir: string
  readonly signal: AbortSignal
  readonly emit?: Emit
  /** `double`: the values before they are rounded to float32, for comparisons. */
  readonly precision?: 'single' | 'double'
  /** The examples are also written to this Parquet file (see `writeExamples`), by the threads of the sweep. */
  readonly parquet?: string
  /** Sizes of the work; no value depends on them. */
  readonly tuning?: SweepTuning
}

export interface SweepTuning {
  /** Rows that the engine is asked for at once; default: all. */
  readonly sliceEvents?: number
  /** Events of a bucket of users, about; default 100,000. */
  readonly bucketEvents?: number
  /** Bytes of event records in memory, above which they go to a file; default: a third of the run's memory. */
  readonly recordBytes?: number
  /** What SQL may need for a slice of users, where it computes columns; default as in `makeExamples`. */
  readonly sqlBytes?: number
}

/** Examples of all cutoffs and all predictions, ordered by cutoff and user_index, columns in shared memory. */
export interface SweptExamples {
  /** The features, then the inputs of fitted ones: the columns of role `feature` and `input` of the SQL. */
  readonly dataset: Dataset
  /** Labels, examples and users left out of every target and horizon, the plan's own first. */
  readonly predictions: readonly SweptPrediction[]
  readonly context: ReadonlyMap<string, Column>
  /** Empty unless asked for: swept number columns before rounding. */
  readonly doubles: ReadonlyMap<string, Float64Array>
  /** What the sweep left to SQL, and why; empty = nothing. */
  readonly joined: readonly Joined[]
  readonly statements: readonly NamedSql[]
  readonly events: number
  /** Removes the session tables. */
  cleanup(): Promise<void>
}

const defaults = { sliceEvents: 2_500_000, bucketEvents: 100_000 } as const

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
    const swept = await runSweep(pool, {
      cutoffs: read.made.program.cutoffs,
      read,
      given,
      predictions: plannedPredictions(plan).length,
      cancelled: stopping.cancelled,
      isDouble: options.precision === 'double',
      signal: options.signal,
      kept: null,
      restored: null,
    })
    options.signal.throwIfAborted()
    const examples = await finishSweep({ engine, plan, split, read, given, options }, swept)
    const { parquet, signal } = options
    if (parquet !== undefined) await writeExamples(parquet, examples, { signal, encoder: pool.encoder() })
    return examples
  } finally {
    stopping.end()
    read?.close()
    await pool.close()
  }
}

/** A flag in shared memory that the workers read; it becomes 1 when the signal aborts. */
export function cancellation(signal: AbortSignal): { readonly cancelled: Int32Array; end(): void } {
  const cancelled = new Int32Array(new SharedArrayBuffer(4))
  const stop = (): void => void Atomics.store(cancelled, 0, 1)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return { cancelled, end: () => signal.removeEventListener('abort', stop) }
}

export function limitsOf({ tuning = {}, resources, workDir, signal }: SweepOptions) {
  return {
    sliceEvents: tuning.sliceEvents ?? defaults.sliceEvents,
    bucketEvents: tuning.bucketEvents ?? defaults.bucketEvents,
    memoryBytes: tuning.recordBytes ?? resources.memoryBytes / 3,
    spillFile: join(workDir, 'sweep-events.bin'),
    signal,
  }
}
