import { join } from 'node:path'
import { dayFromNumber, dayNumber, type Day } from '../../core/day.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { Build, BuildOptions } from '../refresh.ts'
import { makeProgram } from '../sweep/make-program.ts'
import { splitPlan } from '../sweep/plan-sweep.ts'
import { bucketBits, readSlices, type Known } from '../sweep/read-events.ts'
import { limitsOf } from '../sweep.ts'
import { countUsers, planOver, slicesFor } from './build-anew.ts'
import { decideReuse } from './decide-reuse.ts'
import type { DayRange } from './event-parts.ts'
import { finishBuild } from './finish-build.ts'
import { identityOf } from './identity.ts'
import { readKept } from './kept-file.ts'
import { KeptStateFault, type KeptSegment, type KeptState } from './kept-state.ts'
import { matchUsers, type KeptUsers } from './kept-users.ts'
import type { KeptEvents, SegmentPlace } from './merged-reader.ts'
import { isSettled } from './settled.ts'

type Scanning = Engine & { readonly scanner: ColumnScanner }

/** Buckets may be so many times larger or smaller than they would be today, log2. */
const mostDrift = 1

/** The build that begins from a state; a sentence where the state is of no use. Throws where its files are damaged. */
export async function buildFromState(
  engine: Scanning,
  plan: ExamplePlan,
  options: BuildOptions & { readonly state: KeptState },
): Promise<Build | string> {
  const { state, parts, signal } = options
  const { baseDay, userBits, isWide } = state
  if (state.segments.length === 0) return 'no event was kept'
  const reuse = decideReuse(state, parts.parts)
  if (typeof reuse === 'string') return reuse
  const split = splitPlan(plan)
  const facts = { baseDay, userBits, isWide, logarithms: new Float64Array(0) }
  const program = makeProgram(plan, split, facts)
  const identity = identityOf(plan, program, options.code)
  if (identity.packing !== state.packing) return 'the program, the engine, or what is asked of the events has changed'
  const userCount = await countUsers(engine, plan, signal)
  const limits = limitsOf(options)
  const events = parts.parts.reduce((sum, part) => sum + part.events, 0)
  const wanted = bucketBits(userCount, events, limits.bucketEvents)
  if (Math.abs(wanted - userBits) > mostDrift) return 'the data have outgrown what was kept'
  const users = await matchUsers(engine, plan, { folder: options.folder, users: state.users, userCount, signal })
  if (typeof users === 'string') return users
  const isSame = identity.rows === state.rows && plan.mode === 'label'
  const keptCutoffs = new Set(state.cutoffs.map(({ cutoff }) => dayFromNumber(cutoff)))
  const { changedFrom } = reuse
  const isKnown = (cutoff: Day): boolean =>
    isSame &&
    keptCutoffs.has(cutoff) &&
    isSettled(plan, cutoff, plan.dataEnd) &&
    (changedFrom === null || isSettled(plan, cutoff, changedFrom))
  const cutoffs = plan.cutoffs.filter((cutoff) => !isKnown(cutoff))
  const added = reuse.added.reduce((sum, part) => sum + part.events, 0)
  const known: Known = {
    baseDay,
    userBits,
    userCount,
    events: added,
    slices: slicesFor(reuse.added, limits.sliceEvents),
  }
  const reduced = { ...planOver(plan, parts, reuse.added), cutoffs }
  const kept = keptEvents(state, {
    folder: options.folder,
    users,
    userCount,
    recordBytes: program.program.layout.words * 4,
    dropped: reuse.dropped,
  })
  const read = await readSlices(engine, { plan: reduced, split, known, isWide }, limits)
  const finished = await finishBuild(engine, {
    plan,
    pool: options.pool,
    split,
    read,
    options,
    serial: state.serial + 1,
    identity,
    users,
    previous: {
      state,
      kept,
      cutoffs: state.cutoffs.filter(({ cutoff }) =>
        plan.cutoffs.some((day) => dayNumber(day) === cutoff && isKnown(day)),
      ),
    },
  })
  return { ...finished, reason: whyMore(state, plan, isSame, cutoffs), eventsRead: added, cutoffsMade: cutoffs.length }
}

/** Says why a cutoff of the state was made again. */
function whyMore(state: KeptState, plan: ExamplePlan, isSame: boolean, made: readonly Day[]): string | null {
  if (plan.mode === 'score') return null
  if (!isSame) return 'features or labels have changed: events were kept, rows were made anew'
  const known = new Set(state.cutoffs.map(({ cutoff }) => dayFromNumber(cutoff)))
  const again = made.filter((cutoff) => known.has(cutoff))
  return again.length === 0 ? null : `events that ${again.length} cutoffs from ${again[0]} on can see have changed`
}

interface PlaceNow {
  readonly folder: string
  readonly users: KeptUsers
  readonly userCount: number
  readonly recordBytes: number
}

function keptEvents(state: KeptState, now: PlaceNow & { readonly dropped: readonly DayRange[] }): KeptEvents {
  const second = (day: Day): number => (dayNumber(day) - state.baseDay) * 86_400
  const buckets = Math.max(1, Math.ceil(now.userCount / 2 ** state.userBits))
  return {
    segments: state.segments.map((segment) => segmentPlace(segment, now)),
    dropped: Int32Array.from(now.dropped.flatMap(({ first, end }) => [second(first), second(end)])),
    bucketEvents: new Int32Array(new SharedArrayBuffer(buckets * 4)),
  }
}

/** Where each user of today finds its records: users keep their order, whoever joins. */
function segmentPlace(segment: KeptSegment, { folder, users, userCount, recordBytes }: PlaceNow): SegmentPlace {
  const bytes = readKept(folder, segment.users)
  const pairs = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const starts = new Uint32Array(new SharedArrayBuffer((userCount + 1) * 4))
  let last = -1
  for (let i = 0; i < pairs.length; i += 2) {
    const index = users.indexOf[pairs[i]!]!
    if (!(index > last))
      throw new KeptStateFault(`${segment.users.name}: users are no longer in the order in which they were kept`)
    starts[index + 1] = pairs[i + 1]!
    last = index
  }
  for (let u = 0; u < userCount; u++) starts[u + 1]! += starts[u]!
  if (starts[userCount] !== segment.events) throw new KeptStateFault(`${segment.users.name}: another number of events`)
  const { blocks } = segment.records
  const ends = new Float64Array(blocks.length)
  for (const [b, [bytes]] of blocks.entries()) ends[b] = bytes + (ends[b - 1] ?? 0)
  if ((ends.at(-1) ?? 0) !== segment.records.bytes || segment.records.bytes !== segment.events * recordBytes)
    throw new KeptStateFault(`${segment.records.name}: another number of bytes`)
  const crcs = Uint32Array.from(blocks, ([, crc]) => crc)
  return { path: join(folder, segment.records.name), starts, ends, crcs }
}
