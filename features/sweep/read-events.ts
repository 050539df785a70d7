import { dayNumber, parseDay, type Day } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { EventBlocks } from './bucket-reader.ts'
import { EventArena } from './event-arena.ts'
import {
  eventQueries,
  eventsByDaySql,
  lastDayNeeded,
  sliceDays,
  sliceSpan,
  spanSql,
  type DaySlice,
} from './event-queries.ts'
import { makeProgram, type MadeProgram } from './make-program.ts'
import type { SweepSplit } from './plan-sweep.ts'
import { SpillFile } from './spill-file.ts'

export interface ReadingLimits {
  /** Rows that the engine computes at once. */
  readonly sliceEvents: number
  /** Events of a bucket, about. */
  readonly bucketEvents: number
  /** Above so many bytes the records of events go to a file. */
  readonly memoryBytes: number
  readonly spillFile: string
  readonly signal: AbortSignal
}

export interface ReadEvents {
  readonly made: MadeProgram
  readonly blocks: EventBlocks
  readonly userCount: number
  readonly events: number
  /** The text that read them; for the run's `sql/` folder. */
  readonly queries: readonly string[]
  close(): void
}

/** Seconds are counted from the first day in 31 bits. */
export const mostSweptDays = 24_800
/** Longer spans are cut by what their days hold. */
const mostEvenDays = 7_300
/** Buckets beyond this number would be too many to write to at once. */
const mostBuckets = 1_024
const mostUserBits = 20
const mostLogarithms = 2_048

/** Which events are read, and what their records are made for. */
export interface Known {
  /** No event is earlier. */
  readonly baseDay: number
  readonly slices: readonly DaySlice[]
  /** At most so many. */
  readonly events: number
  readonly userCount: number
  /** log2 of the users of a bucket; the default goes by users and events. */
  readonly userBits?: number
}

/** Brings the events of a plan from the engine into blocks by bucket of users. Throws EbbError. */
export async function readEvents(
  engine: Engine & { readonly scanner: ColumnScanner },
  { plan, split }: { plan: ExamplePlan; split: SweepSplit },
  limits: ReadingLimits,
): Promise<ReadEvents> {
  const known = await knownOf(engine, plan, limits)
  const read = (isWide: boolean): Promise<ReadEvents> => readSlices(engine, { plan, split, known, isWide }, limits)
  try {
    return await read(false)
  } catch (error) {
    if (limits.signal.aborted || !(await isWide(engine, plan, limits.signal))) throw error
    return read(true)
  }
}

async function knownOf(
  engine: Engine,
  plan: ExamplePlan,
  { sliceEvents, signal }: Pick<ReadingLimits, 'sliceEvents' | 'signal'>,
): Promise<Known> {
  const [span] = await engine.rows(spanSql(plan), { signal })
  const [users] = await engine.rows(`SELECT MAX(u.user_index) + 1 AS n FROM ${plan.relations.users} AS u`, { signal })
  const events = Number(span!['n'])
  const end = lastDayNeeded(plan)
  const first = span!['first'] === null ? end : parseDay(String(span!['first']).slice(0, 10), 'first event')
  const baseDay = dayNumber(first)
  if (dayNumber(end) - baseDay > mostSweptDays) throw tooLong(first, end)
  const slices = await slicesOf(engine, plan, { sliceEvents, signal, events, first })
  return { baseDay, slices, events, userCount: Number(users!['n'] ?? 0) }
}

/** Equal stretches of time, unless one old event among many new ones would make them useless. */
async function slicesOf(
  engine: Engine,
  plan: ExamplePlan,
  { sliceEvents, signal, events, first }: { sliceEvents: number; signal: AbortSignal; events: number; first: Day },
): Promise<readonly DaySlice[]> {
  const end = lastDayNeeded(plan)
  if (events === 0 || first >= end) return []
  if (dayNumber(end) - dayNumber(first) <= mostEvenDays) return sliceSpan(first, end, Math.ceil(events / sliceEvents))
  const rows = await engine.rows(eventsByDaySql(plan, engine.dialect), { limit: mostSweptDays * 2, signal })
  const days = rows.map((row) => ({ day: parseDay(String(row['day']), 'event day'), events: Number(row['n']) }))
  return sliceDays(days, { rows: sliceEvents, end })
}

function tooLong(first: Day, end: Day): EbbError {
  return new EbbError({
    code: 'SWEEP_SPAN',
    kind: 'data',
    where: 'features',
    what: 'the events span too many years for the sweep',
    expected: `at most ${mostSweptDays} days before ${end}`,
    received: `an event on ${first}`,
    hint: 'leave the wrong dates out with a filter, or set features.compiler to sql',
  })
}

export interface Reading {
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  readonly known: Known
  /** Money or quantity takes two words. */
  readonly isWide: boolean
}

/** Reads the events of the slices. Throws where a value does not fit into a record that is not wide. */
export async function readSlices(
  engine: Engine & { readonly scanner: ColumnScanner },
  { plan, split, known, isWide }: Reading,
  limits: ReadingLimits,
): Promise<ReadEvents> {
  const { baseDay, slices, events, userCount } = known
  const userBits = known.userBits ?? bucketBits(userCount, events, limits.bucketEvents)
  const logarithms = await logarithmsFor(engine, split, limits.signal)
  const made = makeProgram(plan, split, { baseDay, userBits, isWide, logarithms })
  const { layout } = made.program
  const asking = { plan, made, dialect: engine.dialect, scanner: engine.scanner }
  const { queries, places } = eventQueries(asking, slices)
  const { memoryBytes, spillFile, signal } = limits
  const file = new SpillFile(spillFile)
  const arena = new EventArena({ layout, places, userCount, events, memoryBytes, file })
  try {
    await engine.scanner.scan(queries, (piece) => arena.add(piece), { signal })
    return { made, blocks: arena.finish(), userCount, events, queries, close: () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

/**
 * The engine's own logarithms of small numbers, where an entropy is measured: two mathematical libraries may differ in the
 * last bit, and the sweep shall not differ from the SQL. Greater numbers are left to this process.
 */
async function logarithmsFor(engine: Engine, split: SweepSplit, signal: AbortSignal): Promise<Float64Array> {
  const isEntropy = split.computed.some(
    (feature) => feature.kind === 'measure' && feature.measure === 'levels' && feature.statistic === 'entropy',
  )
  if (!isEntropy) return new Float64Array(0)
  const { dialect } = engine
  const numbers = Array.from({ length: mostLogarithms - 1 }, (_, i) => [String(i + 1)])
  const sql = `SELECT LN(${dialect.toDouble('v.n')}) AS l FROM ${dialect.values('v', ['n'], numbers)} ORDER BY v.n`
  const rows = await engine.rows(sql, { signal })
  return Float64Array.from([-Infinity, ...rows.map((row) => Number(row['l']))])
}

/** log2 of the users of a bucket: so that a bucket has about `wanted` events. */
export function bucketBits(users: number, events: number, wanted: number): number {
  const usersPerBucket = (wanted * users) / Math.max(1, events)
  const fewest = Math.ceil(Math.log2(Math.max(1, users / mostBuckets)))
  const bits = Math.max(0, fewest, Math.floor(Math.log2(Math.max(1, usersPerBucket))))
  return Math.min(bits, mostUserBits, Math.ceil(Math.log2(Math.max(1, users))))
}

/** Money or quantity that does not fit into 32 bits. */
export async function isWide(engine: Engine, plan: ExamplePlan, signal: AbortSignal): Promise<boolean> {
  const text = `SELECT MAX(ABS(e.amount_cents)) AS amount, MAX(ABS(e.quantity_milli)) AS quantity FROM ${plan.relations.events} AS e`
  const [row] = await engine.rows(text, { signal })
  return Math.max(Number(row!['amount'] ?? 0), Number(row!['quantity'] ?? 0)) >= 2 ** 31 - 1
}
