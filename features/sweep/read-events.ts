import { dayNumber, parseDay, type Day } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { EventBlocks } from './bucket-reader.ts'
import { EventArena } from './event-arena.ts'
import { eventQueries, eventsByDaySql, lastDayNeeded, sliceDays } from './event-queries.ts'
import { makeProgram, type MadeProgram } from './make-program.ts'
import type { SweepSplit } from './plan-sweep.ts'

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
const mostDays = 24_800
/** Buckets beyond this number would be too many to write to at once. */
const mostBuckets = 1_024
const mostUserBits = 20

interface Known {
  readonly days: readonly { readonly day: Day; readonly events: number }[]
  readonly userCount: number
}

/** Brings the events of a plan from the engine into blocks by bucket of users. Throws EbbError. */
export async function readEvents(
  engine: Engine & { readonly scanner: ColumnScanner },
  { plan, split }: { plan: ExamplePlan; split: SweepSplit },
  limits: ReadingLimits,
): Promise<ReadEvents> {
  const known = await knownOf(engine, plan, limits.signal)
  const read = (isWide: boolean): Promise<ReadEvents> => readAll(engine, { plan, split, known, isWide }, limits)
  try {
    return await read(false)
  } catch (error) {
    if (limits.signal.aborted || !(await isWide(engine, plan, limits.signal))) throw error
    return read(true)
  }
}

async function knownOf(engine: Engine, plan: ExamplePlan, signal: AbortSignal): Promise<Known> {
  const rows = await engine.rows(eventsByDaySql(plan, engine.dialect), { limit: mostDays * 4, signal })
  const days = rows.map((row) => ({ day: parseDay(String(row['day']), 'event day'), events: Number(row['n']) }))
  const [users] = await engine.rows(`SELECT COUNT(*) AS n FROM ${plan.relations.users}`, { signal })
  const first = days[0]?.day
  if (first !== undefined && dayNumber(lastDayNeeded(plan)) - dayNumber(first) > mostDays)
    throw new EbbError({
      code: 'SWEEP_SPAN',
      kind: 'data',
      where: 'features',
      what: 'the events span too many years for the sweep',
      expected: `at most ${mostDays} days before ${lastDayNeeded(plan)}`,
      received: `an event on ${first}`,
      hint: 'leave the wrong dates out with a filter, or set features.compiler to sql',
    })
  return { days, userCount: Number(users!['n']) }
}

interface Reading {
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  readonly known: Known
  readonly isWide: boolean
}

async function readAll(
  engine: Engine & { readonly scanner: ColumnScanner },
  { plan, split, known, isWide }: Reading,
  limits: ReadingLimits,
): Promise<ReadEvents> {
  const { days, userCount } = known
  const events = days.reduce((sum, day) => sum + day.events, 0)
  const userBits = bucketBits(userCount, events, limits.bucketEvents)
  const baseDay = dayNumber(days[0]?.day ?? plan.cutoffs[0]!)
  const made = makeProgram(plan, split, { baseDay, userBits, isWide })
  const { layout } = made.program
  const asking = { plan, made, dialect: engine.dialect, scanner: engine.scanner }
  const queries = eventQueries(asking, sliceDays(days, { rows: limits.sliceEvents, end: lastDayNeeded(plan) }))
  const { memoryBytes, spillFile: file, signal } = limits
  const arena = new EventArena({ layout, userCount, events, memoryBytes, file })
  try {
    await engine.scanner.scan(queries, (piece) => arena.add(piece), { signal })
    return { made, blocks: arena.finish(), userCount, events, queries, close: () => arena.close() }
  } catch (error) {
    arena.close()
    throw error
  }
}

/** log2 of the users of a bucket: so that a bucket has about `wanted` events. */
function bucketBits(users: number, events: number, wanted: number): number {
  const usersPerBucket = (wanted * users) / Math.max(1, events)
  const fewest = Math.ceil(Math.log2(Math.max(1, users / mostBuckets)))
  const bits = Math.max(0, fewest, Math.floor(Math.log2(Math.max(1, usersPerBucket))))
  return Math.min(bits, mostUserBits, Math.ceil(Math.log2(Math.max(1, users))))
}

/** Money or quantity that does not fit into 32 bits. */
async function isWide(engine: Engine, plan: ExamplePlan, signal: AbortSignal): Promise<boolean> {
  const text = `SELECT MAX(ABS(e.amount_cents)) AS amount, MAX(ABS(e.quantity_milli)) AS quantity FROM ${plan.relations.events} AS e`
  const [row] = await engine.rows(text, { signal })
  return Math.max(Number(row!['amount'] ?? 0), Number(row!['quantity'] ?? 0)) >= 2 ** 31 - 1
}
