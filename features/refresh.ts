import { dayNumber } from '../core/day.ts'
import type { ColumnScanner } from '../engines/column-scanner.ts'
import type { Engine } from '../engines/engine.ts'
import type { ExamplePlan } from './plan.ts'
import { buildAnew } from './refresh/build-anew.ts'
import { buildFromState } from './refresh/build-from-state.ts'
import type { EventParts } from './refresh/event-parts.ts'
import { filesOf, type KeptState } from './refresh/kept-state.ts'
import { isSettled } from './refresh/settled.ts'
import { SweepPool } from './sweep/sweep-pool.ts'
import { mostSweptDays, splitPlan, sweepExamples, type SweepOptions, type SweptExamples } from './sweep.ts'

export { dayParts, type EventParts } from './refresh/event-parts.ts'
export { filesOf, readKeptState, type EventPart, type KeptFile, type KeptState } from './refresh/kept-state.ts'

export interface RefreshOptions extends Omit<SweepOptions, 'precision'> {
  readonly parts: EventParts
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

export interface BuildOptions extends RefreshOptions {
  /** Started before anything is read. */
  readonly pool: SweepPool
}

/** One build, before it is told about. */
export interface Build {
  readonly swept: SweptExamples
  readonly next: KeptState | null
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
  const events = options.parts.parts.reduce((sum, part) => sum + part.events, 0)
  const build = await anyBuild(engine, plan, options)
  const { swept, next, reason, eventsRead, cutoffsMade } = build
  const stateBytes = next === null ? 0 : filesOf(next).reduce((sum, { bytes }) => sum + bytes, 0)
  const report = { reason, eventsRead, events, cutoffsMade, cutoffs: plan.cutoffs.length, stateBytes }
  return { swept: { ...swept, events }, next, report }
}

async function anyBuild(
  engine: Engine & { readonly scanner: ColumnScanner },
  plan: ExamplePlan,
  options: RefreshOptions,
): Promise<Build> {
  const impossible = whyNotKept(plan, options.parts)
  if (impossible !== null) {
    const swept = await sweepExamples(engine, plan, options)
    return { swept, next: null, reason: impossible, eventsRead: swept.events, cutoffsMade: plan.cutoffs.length }
  }
  const pool = new SweepPool(options.resources.threads)
  try {
    return await possibleBuild(engine, plan, { ...options, pool })
  } finally {
    await pool.close()
  }
}

async function possibleBuild(
  engine: Engine & { readonly scanner: ColumnScanner },
  plan: ExamplePlan,
  options: BuildOptions,
): Promise<Build> {
  if (options.state === null) return buildAnew(engine, plan, { ...options, reason: null })
  try {
    const build = await buildFromState(engine, plan, { ...options, state: options.state })
    if (typeof build !== 'string') return build
    return await buildAnew(engine, plan, { ...options, reason: build })
  } catch (error) {
    options.signal.throwIfAborted()
    const message = `kept events and rows could not be used, everything is computed anew: ${(error as Error).message}`
    options.emit?.({ name: 'features', message, isWarning: true })
    // Workers of their own: those of the build that failed may still be at it.
    const pool = new SweepPool(options.resources.threads)
    try {
      return await buildAnew(engine, plan, { ...options, pool, reason: (error as Error).message })
    } finally {
      await pool.close()
    }
  }
}

/** Why nothing can be kept of such a plan, or null. */
function whyNotKept(plan: ExamplePlan, { parts }: EventParts): string | null {
  const { spineReason } = splitPlan(plan)
  if (spineReason !== null) return `examples are chosen by SQL (${spineReason})`
  if (parts.length === 0) return 'there is no event'
  const days = parts.flatMap(({ first, end }) => [dayNumber(first), dayNumber(end)])
  if (Math.max(...days) - Math.min(...days) > mostSweptDays) return 'the events span too many years'
  // An open window ends with the data: whatever comes later would have to be left out.
  const isOpen = plan.mode === 'label' && plan.cutoffs.some((cutoff) => !isSettled(plan, cutoff, plan.dataEnd))
  return isOpen && parts.some(({ end }) => end > plan.dataEnd) ? 'events after the end of the data' : null
}
