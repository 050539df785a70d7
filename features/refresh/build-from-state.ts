import { dayNumber, type Day } from '../../core/day.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { Build, BuildOptions, StateOptions } from '../refresh.ts'
import { bucketBits, readSlices, type Known } from '../sweep/read-events.ts'
import { limitsOf } from '../sweep.ts'
import { forgetRows, whyMore, type Begun } from './begin-from-state.ts'
import { planOver, slicesFor } from './build-anew.ts'
import { decideReuse, type Reuse } from './decide-reuse.ts'
import { finishBuild } from './finish-build.ts'
import type { KeptState } from './kept-state.ts'
import type { KeptEvents } from './merged-reader.ts'
import { standing, startRestoring, type Restoring } from './restore-rows.ts'

/** Buckets may be so many times larger or smaller than they would be today, log2. */
const mostDrift = 1

/** The build that began from a state; a sentence where the state is of no use. Throws where its files are damaged. */
export async function buildFromState(
  engine: Engine & { readonly scanner: ColumnScanner },
  plan: ExamplePlan,
  options: BuildOptions & StateOptions,
  begun: Begun,
): Promise<Build | string> {
  const { state, parts } = options
  const { baseDay, userBits, isWide } = state
  const { split, identity, userCount, users, isSame } = begun
  const reuse = decideReuse(state, parts.parts)
  if (typeof reuse === 'string') return reuse
  const limits = limitsOf(options)
  const events = parts.parts.reduce((sum, part) => sum + part.events, 0)
  const wanted = bucketBits(userCount, events, limits.bucketEvents)
  if (Math.abs(wanted - userBits) > mostDrift) return 'the data have outgrown what was kept'
  const restoring = stillRestoring(plan, { reuse, options, begun })
  try {
    const cutoffs = plan.cutoffs.slice(restoring?.cutoffs.length ?? 0)
    const added = reuse.added.reduce((sum, part) => sum + part.events, 0)
    const slices = slicesFor(reuse.added, limits.sliceEvents)
    const known: Known = { baseDay, userBits, userCount, events: added, slices }
    const reduced = { ...planOver(plan, parts, reuse.added), cutoffs }
    const read = await readSlices(engine, { plan: reduced, split, known, isWide }, limits)
    const serial = state.serial + 1
    const previous = { state, kept: keptEvents(state, { begun, reuse }), restoring }
    const finished = await finishBuild(engine, { plan, split, read, options, serial, identity, users, previous })
    const reason = whyMore(state, plan, isSame, cutoffs)
    return { ...finished, reason, events, eventsRead: added, cutoffsMade: cutoffs.length }
  } finally {
    restoring?.stop()
  }
}

/** Rows that stand now that it is known from which day on events have changed. */
function stillRestoring(
  plan: ExamplePlan,
  { reuse, options, begun }: { reuse: Reuse; options: BuildOptions & StateOptions; begun: Begun },
): Restoring | null {
  const { state, pool, folder, signal } = options
  const { program, userCount, restoring } = begun
  if (restoring === null) return null
  const cutoffs = standing(state, plan, reuse.changedFrom)
  if (cutoffs.length === restoring.cutoffs.length) return restoring
  forgetRows(begun)
  return cutoffs.length === 0 ? null : startRestoring(pool, { plan, program, userCount, cutoffs, folder, signal })
}

function keptEvents(state: KeptState, { begun, reuse }: { begun: Begun; reuse: Reuse }): KeptEvents {
  const second = (day: Day): number => (dayNumber(day) - state.baseDay) * 86_400
  const buckets = Math.max(1, Math.ceil(begun.userCount / 2 ** state.userBits))
  return {
    segments: begun.segments,
    dropped: Int32Array.from(reuse.dropped.flatMap(({ first, end }) => [second(first), second(end)])),
    bucketEvents: new Int32Array(new SharedArrayBuffer(buckets * 4)),
  }
}
