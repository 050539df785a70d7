import { dayNumber } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import type { ColumnScanner } from '../engines/column-scanner.ts'
import type { Engine } from '../engines/engine.ts'
import type { ExamplePlan } from './plan.ts'
import { beginFromState, forgetRows } from './refresh/begin-from-state.ts'
import { buildAnew } from './refresh/build-anew.ts'
import { buildFromState } from './refresh/build-from-state.ts'
import type { EventParts } from './refresh/event-parts.ts'
import { filesOf, type KeptState } from './refresh/kept-state.ts'
import { isSettled } from './refresh/settled.ts'
import { SweepPool } from './sweep/sweep-pool.ts'
import { mostSweptDays, splitPlan, sweepExamples, type SweepOptions, type SweptExamples } from './sweep.ts'

export { otherCutoffs } from './refresh/begin-from-state.ts'
export { dayParts, type EventParts } from './refresh/event-parts.ts'
export { filesOf, readKeptState, type EventPart, type KeptFile, type KeptState } from './refresh/kept-state.ts'

export interface RefreshOptions extends Omit<SweepOptions, 'precision'> {
  /** Asked for once, while threads start, kept rows are read and users are found. */
  findParts(): Promise<EventParts>
  /** Where the files of the state lie, and where those of the next one are put; it is there. */
  readonly folder: string
  /** What an earlier build left; null: nothing. */
  readonly state: KeptState | null
  /** Stands for the program that computes: another code, another build. */
  readonly code: string
  /** Keeps events and rows for the next build; else the state is read only. */
  readonly isKept: boolean
}

/** What was taken from the state. */
export interface RefreshReport {
  /** Why not everything that could be was; null: it was, or there was no state. */
  readonly reason: string | null
  readonly eventsRead: number
  readonly events: number
  readonly cutoffsMade: number
  readonly cutoffs: number
  /** Of the state that the next build finds; 0: none. */
  readonly stateBytes: number
}

export interface RefreshedExamples {
  readonly swept: SweptExamples
  /** To be written where the next build finds it; null: nothing was kept. */
  readonly next: KeptState | null
  readonly report: RefreshReport
}

interface PooledOptions extends RefreshOptions {
  /** Started before anything is read. */
  readonly pool: SweepPool
}

/** What a build begins with where there is a state. */
export interface StateOptions extends PooledOptions {
  readonly state: KeptState
}

export interface BuildOptions extends PooledOptions {
  readonly parts: EventParts
}

/** One build, before it is told about. */
export interface Build {
  readonly swept: SweptExamples
  readonly next: KeptState | null
  readonly events: number
  readonly eventsRead: number
  readonly cutoffsMade: number
  readonly reason: string | null
}

/**
 * The same examples as `sweepExamples`, bit for bit, from what an earlier build kept: events that are known already are
 * not read again, rows that nothing has changed are not made again. Whatever does not fit, or is damaged, is made anew.
 * Throws EbbError.
 */
export async function refreshExamples(
  engine: Engine & { readonly scanner: ColumnScanner },
  plan: ExamplePlan,
  options: RefreshOptions,
): Promise<RefreshedExamples> {
  const { swept, next, events, reason, eventsRead, cutoffsMade } = await anyBuild(engine, plan, options)
  const stateBytes = next === null ? 0 : filesOf(next).reduce((sum, { bytes }) => sum + bytes, 0)
  const report = { reason, eventsRead, events, cutoffsMade, cutoffs: plan.cutoffs.length, stateBytes }
  return { swept: { ...swept, events }, next, report }
}

type Scanning = Engine & { readonly scanner: ColumnScanner }

async function anyBuild(engine: Scanning, plan: ExamplePlan, options: RefreshOptions): Promise<Build> {
  const { spineReason } = splitPlan(plan)
  if (spineReason !== null) return sweepOnly(engine, plan, options, `examples are chosen by SQL (${spineReason})`)
  const pool = new SweepPool(options.resources.threads)
  try {
    return await pooledBuild(engine, plan, { ...options, pool })
  } finally {
    await pool.close()
  }
}

/** Nothing is kept. */
async function sweepOnly(engine: Scanning, plan: ExamplePlan, options: RefreshOptions, reason: string): Promise<Build> {
  const swept = await sweepExamples(engine, plan, options)
  const { events } = swept
  return { swept, next: null, reason, events, eventsRead: events, cutoffsMade: plan.cutoffs.length }
}

async function pooledBuild(engine: Scanning, plan: ExamplePlan, given: PooledOptions): Promise<Build> {
  const { state } = given
  let found: Promise<EventParts> | null = null
  const options = { ...given, findParts: () => (found ??= given.findParts()) }
  const begun =
    state === null
      ? new Refusal(null, false)
      : await attempt(options, () => beginFromState(engine, plan, { ...options, state }))
  try {
    const parts = await options.findParts()
    const impossible = whyNotKept(plan, parts)
    if (impossible !== null) return await sweepOnly(engine, plan, options, impossible)
    const building = { ...options, parts }
    const built =
      begun instanceof Refusal
        ? begun
        : await attempt(options, () => buildFromState(engine, plan, { ...building, state: state! }, begun))
    if (!(built instanceof Refusal)) return built
    if (!(begun instanceof Refusal)) forgetRows(begun)
    return await anew(engine, plan, building, built)
  } finally {
    if (!(begun instanceof Refusal)) forgetRows(begun)
  }
}

/** Why the state is not used. */
class Refusal {
  readonly reason: string | null
  readonly isFault: boolean

  constructor(reason: string | null, isFault: boolean) {
    this.reason = reason
    this.isFault = isFault
  }
}

async function attempt<T>(options: RefreshOptions, work: () => Promise<T | string>): Promise<T | Refusal> {
  try {
    const made = await work()
    return typeof made === 'string' ? new Refusal(made, false) : made
  } catch (error) {
    options.signal.throwIfAborted()
    const what = whatHappened(error as Error)
    const message = `kept events and rows could not be used, everything is computed anew: ${what}`
    options.emit?.({ name: 'features', message, isWarning: true })
    return new Refusal(what, true)
  }
}

/** Of a thread that failed, what it said itself. */
function whatHappened(error: Error): string {
  const isThread = error instanceof EbbError && error.code === 'COMPUTE_WORKER_DIED'
  return isThread && error.cause instanceof Error ? error.cause.message : error.message
}

async function anew(engine: Scanning, plan: ExamplePlan, options: BuildOptions, why: Refusal): Promise<Build> {
  const { reason } = why
  if (!why.isFault) return buildAnew(engine, plan, { ...options, reason })
  // Workers of their own: those of the build that failed may still be at it.
  const pool = new SweepPool(options.resources.threads)
  try {
    return await buildAnew(engine, plan, { ...options, pool, reason })
  } finally {
    await pool.close()
  }
}

/** Why nothing can be kept of such a plan, or null. */
function whyNotKept(plan: ExamplePlan, { parts }: EventParts): string | null {
  if (parts.length === 0) return 'there is no event'
  const days = parts.flatMap(({ first, end }) => [dayNumber(first), dayNumber(end)])
  if (Math.max(...days) - Math.min(...days) > mostSweptDays) return 'the events span too many years'
  // An open window ends with the data: whatever comes later would have to be left out.
  const isOpen = plan.mode === 'label' && plan.cutoffs.some((cutoff) => !isSettled(plan, cutoff, plan.dataEnd))
  return isOpen && parts.some(({ end }) => end > plan.dataEnd) ? 'events after the end of the data' : null
}
