import { addDays, dayNumber, type Day } from '../../core/day.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { Build, BuildOptions } from '../refresh.ts'
import { sliceDays, sliceSpan, type DaySlice } from '../sweep/event-queries.ts'
import { splitPlan } from '../sweep/plan-sweep.ts'
import { bucketBits, isWide, readSlices, type Known, type ReadEvents } from '../sweep/read-events.ts'
import { limitsOf } from '../sweep.ts'
import type { EventParts } from './event-parts.ts'
import { identityOf } from './identity.ts'
import type { EventPart } from './kept-state.ts'
import { newUsers } from './kept-users.ts'
import { finishBuild } from './finish-build.ts'

type Scanning = Engine & { readonly scanner: ColumnScanner }

/** Every event is read and every row made; what the next build can use is kept. */
export async function buildAnew(
  engine: Scanning,
  plan: ExamplePlan,
  options: BuildOptions & { readonly reason: string | null },
): Promise<Build> {
  const { parts } = options
  const split = splitPlan(plan)
  const limits = limitsOf(options)
  const userCount = await countUsers(engine, plan, options.signal)
  const events = parts.parts.reduce((sum, part) => sum + part.events, 0)
  const baseDay = Math.min(...parts.parts.map(({ first }) => dayNumber(first)))
  const userBits = bucketBits(userCount, events, limits.bucketEvents)
  const known: Known = { baseDay, userBits, userCount, events, slices: slicesFor(parts.parts, limits.sliceEvents) }
  const read = (wide: boolean): Promise<ReadEvents> => readSlices(engine, { plan, split, known, isWide: wide }, limits)
  const made = await read(false).catch(async (error: unknown) => {
    if (options.signal.aborted || !(await isWide(engine, plan, options.signal))) throw error
    return read(true)
  })
  const identity = identityOf(plan, made.made, options.code)
  const serial = (options.state?.serial ?? 0) + 1
  const finished = await finishBuild(engine, {
    plan,
    split,
    read: made,
    options,
    serial,
    identity,
    users: newUsers(userCount),
    previous: null,
  })
  return { ...finished, reason: options.reason, events, eventsRead: events, cutoffsMade: plan.cutoffs.length }
}

/** Everybody, with events or without. */
export async function countUsers(engine: Engine, plan: ExamplePlan, signal: AbortSignal): Promise<number> {
  const [row] = await engine.rows(`SELECT MAX(u.user_index) + 1 AS n FROM ${plan.relations.users} AS u`, { signal })
  return Number(row!['n'] ?? 0)
}

/** By what the days hold where that is known, else in equal stretches. */
export function slicesFor(parts: readonly EventPart[], rows: number): readonly DaySlice[] {
  if (parts.length === 0) return []
  const sorted = parts.toSorted((a, b) => (a.first < b.first ? -1 : 1))
  const first = sorted[0]!.first
  const end = sorted.reduce<Day>((last, part) => (part.end > last ? part.end : last), first)
  if (sorted.every((part) => part.end === addDays(part.first, 1)))
    return sliceDays(
      sorted.map((part) => ({ day: part.first, events: part.events })),
      { rows, end },
    )
  const events = parts.reduce((sum, part) => sum + part.events, 0)
  return sliceSpan(first, end, Math.max(1, Math.ceil(events / rows)))
}

/** The plan over these parts of the events alone. */
export function planOver(plan: ExamplePlan, parts: EventParts, some: readonly EventPart[]): ExamplePlan {
  return { ...plan, relations: { ...plan.relations, events: parts.relationOf(some) } }
}
